import { Star } from 'lucide-react';
import { cn } from '@/lib/cn';

const FIVE = [1, 2, 3, 4, 5];

/** A rating as stars; the words say it too. */
export function Stars({ rating, className }: { rating: number; className?: string }) {
  return (
    <span className={cn('inline-flex items-center gap-0.5', className)}>
      {FIVE.map((star) => (
        <Star
          key={star}
          aria-hidden
          className={cn('size-4 text-warning', star <= Math.round(rating) && 'fill-current')}
        />
      ))}
      <span className="sr-only">{rating} of 5 stars</span>
    </span>
  );
}

/** "4.2 (12 reviews)" with one star: in lists. */
export function Rating({ rating, reviews }: { rating: number; reviews: number }) {
  return (
    <span className="inline-flex items-center gap-1 whitespace-nowrap">
      <Star aria-hidden className="size-4 fill-current text-warning" />
      <span className="sr-only">Rated </span>
      {rating.toFixed(1)}
      <span className="text-muted">
        ({reviews} {reviews === 1 ? 'review' : 'reviews'})
      </span>
    </span>
  );
}

interface StarPickerProps {
  value: number;
  error?: string | undefined;
  onChange: (rating: number) => void;
}

const WORDS = ['Bad', 'Poor', 'All right', 'Good', 'Great'];

/** One to five, by mouse or by keyboard. */
export function StarPicker({ value, error, onChange }: StarPickerProps) {
  return (
    <fieldset className="grid gap-1.5">
      <legend className="mb-1.5 text-sm font-medium">How was it?</legend>
      <div className="flex flex-wrap items-center gap-1">
        {FIVE.map((star) => (
          <label
            key={star}
            className="cursor-pointer rounded-md p-1.5 has-focus-visible:ring-2 has-focus-visible:ring-ring"
          >
            <input
              type="radio"
              name="rating"
              className="sr-only"
              checked={value === star}
              onChange={() => onChange(star)}
            />
            <Star
              aria-hidden
              className={cn('size-7 text-warning', star <= value && 'fill-current')}
            />
            <span className="sr-only">
              {star === 1 ? '1 star' : `${star} stars`}, {WORDS[star - 1]}
            </span>
          </label>
        ))}
        {value > 0 && (
          <span aria-hidden className="text-sm text-muted">
            {WORDS[value - 1]}
          </span>
        )}
      </div>
      <p aria-live="polite" className="text-sm text-danger empty:hidden">
        {error}
      </p>
    </fieldset>
  );
}
