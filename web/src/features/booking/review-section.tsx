import { type FormEvent, useState } from 'react';
import type { Booking, MyReview } from '@/api/types';
import { ProfileText } from '@/components/profile-text';
import { StarPicker, Stars } from '@/components/stars';
import { Banner } from '@/components/ui/banner';
import { Button } from '@/components/ui/button';
import { Field } from '@/components/ui/field';
import { Textarea } from '@/components/ui/input';
import { When } from '@/components/when';
import { type FormErrors, sortProblem } from '@/lib/form-problem';
import { serverNow } from '@/lib/server-clock';
import { toast } from '@/lib/toast';
import { useBookingReviewsQuery, useWriteReviewMutation } from './api';
import { otherOf } from './booking-state';

/** What the two say of each other after a session. */
export function ReviewSection({ booking }: { booking: Booking }) {
  const { data } = useBookingReviewsQuery(booking.id);
  const [editing, setEditing] = useState(false);
  const [now] = useState(serverNow);
  if (!data || (!data.may_write && !data.mine && !data.of_me)) return null;
  const { mine, of_me } = data;
  const asks = data.may_write || editing;
  return (
    <section className="grid gap-4" aria-labelledby="review">
      <h2 id="review" className="text-lg">
        {booking.you === 'mentee' ? `Your review of ${otherOf(booking)}` : 'Your note'}
      </h2>
      <p className="max-w-prose text-sm text-muted">
        {booking.you === 'mentee'
          ? 'Everyone can read it, with your name. You can change it for 14 days.'
          : 'Only you and administrators read it.'}
      </p>
      {asks && <ReviewForm booking={booking} before={mine} onDone={() => setEditing(false)} />}
      {mine && !asks && (
        <div className="grid justify-items-start gap-2">
          <Stars rating={mine.rating} />
          {mine.text && <ProfileText text={mine.text} className="max-w-prose" />}
          {mine.hidden_reason !== null && (
            <Banner tone="warning" title="An administrator took this review off the page.">
              {mine.hidden_reason}
            </Banner>
          )}
          {mine.reply !== null && (
            <div className="border-l-2 border-border pl-4">
              <p className="text-sm text-muted">{otherOf(booking)} replied:</p>
              <ProfileText text={mine.reply} />
            </div>
          )}
          {now <= mine.editable_until_ms && (
            <>
              <p className="text-sm text-muted">
                You can change it until <When ms={mine.editable_until_ms} inText />.
              </p>
              <Button variant="secondary" onClick={() => setEditing(true)}>
                Change it
              </Button>
            </>
          )}
        </div>
      )}
      {of_me && (
        <div className="grid justify-items-start gap-2">
          <h3 className="font-medium">What {otherOf(booking)} said</h3>
          <Stars rating={of_me.rating} />
          {of_me.text && <ProfileText text={of_me.text} className="max-w-prose" />}
        </div>
      )}
    </section>
  );
}

const FIELDS = ['rating', 'text'] as const;
type FieldName = (typeof FIELDS)[number];

interface ReviewFormProps {
  booking: Booking;
  before: MyReview | null;
  onDone: () => void;
}

function ReviewForm({ booking, before, onDone }: ReviewFormProps) {
  const [rating, setRating] = useState(before?.rating ?? 0);
  const [text, setText] = useState(before?.text ?? '');
  const [errors, setErrors] = useState<FormErrors<FieldName>>({ fields: {} });
  const [write, { isLoading }] = useWriteReviewMutation();

  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (rating === 0) {
      setErrors({ fields: { rating: 'Choose one to five stars.' } });
      return;
    }
    const { error } = await write({ booking: booking.id, rating, text });
    if (error) {
      setErrors(sortProblem(error, FIELDS, {}));
      return;
    }
    toast({ tone: 'success', title: 'Thank you' });
    onDone();
  };

  return (
    <form noValidate aria-label="Review" onSubmit={submit} className="grid max-w-prose gap-4">
      {errors.form && <Banner tone="danger">{errors.form}</Banner>}
      <StarPicker
        value={rating}
        error={errors.fields.rating}
        onChange={(stars) => {
          setRating(stars);
          setErrors({ fields: {} });
        }}
      />
      <Field label="In a few words" hint="May be empty." error={errors.fields.text}>
        {(control) => (
          <Textarea
            {...control}
            maxLength={2000}
            value={text}
            onChange={({ target }) => setText(target.value)}
          />
        )}
      </Field>
      <div className="flex flex-wrap gap-3">
        <Button type="submit" busy={isLoading}>
          {booking.you === 'mentee' ? 'Publish the review' : 'Keep the note'}
        </Button>
        {before && (
          <Button variant="secondary" onClick={onDone}>
            Leave it as it is
          </Button>
        )}
      </div>
    </form>
  );
}
