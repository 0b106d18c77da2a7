import { Copy, Plus, X } from 'lucide-react';
import { Button } from '@/components/ui/button';
import { SmallIconButton } from '@/components/ui/small-icon-button';
import { controlStyle } from '@/components/ui/input';
import { cn } from '@/lib/cn';
import { type Hours, mistakeIn, nextHours, timesWith } from './hours';

interface HoursEditorProps {
  /** Of the day: "monday", "2026-12-24". */
  name: string;
  hours: Hours[];
  onChange: (hours: Hours[]) => void;
  /** Offers to copy these hours to the working days. */
  onCopy?: (hours: Hours[]) => void;
}

/** The hours of one day: any number of stretches. */
export function HoursEditor({ name, hours, onChange, onCopy }: HoursEditorProps) {
  const mistake = mistakeIn(hours);
  const next = nextHours(hours);
  const change = (index: number, part: Partial<Hours>) =>
    onChange(hours.map((each, i) => (i === index ? { ...each, ...part } : each)));
  return (
    <div role="group" aria-label={name} className="flex flex-wrap items-start gap-x-4 gap-y-2">
      <p className="w-28 py-2 font-medium capitalize">{name}</p>
      <div className="grid min-w-0 flex-1 basis-64 gap-2">
        {hours.length === 0 && <p className="py-2 text-muted">Not available</p>}
        {hours.map(({ from, until }, index) => (
          <div key={index} className="flex items-center gap-2">
            <TimeSelect
              label={`From, ${name}`}
              value={from}
              onChange={(value) => change(index, { from: value })}
            />
            <span aria-hidden>–</span>
            <TimeSelect
              label={`Until, ${name}`}
              value={until}
              onChange={(value) => change(index, { until: value })}
            />
            <SmallIconButton
              label={`Remove ${from} to ${until}, ${name}`}
              onClick={() => onChange(hours.filter((_, i) => i !== index))}
            >
              <X aria-hidden />
            </SmallIconButton>
          </div>
        ))}
        {mistake && (
          <p role="alert" className="text-sm text-danger">
            {mistake}
          </p>
        )}
      </div>
      <div className="flex gap-2">
        <Button
          size="sm"
          variant="secondary"
          aria-label={`Add hours, ${name}`}
          disabled={!next}
          onClick={() => next && onChange([...hours, next])}
        >
          <Plus aria-hidden /> Add
        </Button>
        {onCopy && hours.length > 0 && (
          <Button
            size="sm"
            variant="ghost"
            aria-label={`Mon–Fri as on ${name}`}
            onClick={() => onCopy(hours)}
          >
            <Copy aria-hidden /> Mon–Fri
          </Button>
        )}
      </div>
    </div>
  );
}

interface TimeSelectProps {
  label: string;
  value: string;
  onChange: (value: string) => void;
}

function TimeSelect({ label, value, onChange }: TimeSelectProps) {
  return (
    <select
      aria-label={label}
      value={value}
      onChange={({ target }) => onChange(target.value)}
      className={cn(controlStyle, 'h-10 w-24 px-2 tabular-nums')}
    >
      {timesWith(value).map((time) => (
        <option key={time}>{time}</option>
      ))}
    </select>
  );
}
