import { useMemo } from 'react';
import { controlStyle } from '@/components/ui/input';
import { cn } from '@/lib/cn';
import { zoneName } from '@/lib/time';
import { zoneGroups } from '@/lib/zones';

interface ZoneSelectProps {
  value: string;
  onChange: (zone: string) => void;
  /** Named before all others, with why: the reader's own, the mentor's. */
  first?: { zone: string; whose: string }[];
  className?: string;
  id?: string;
  'aria-label'?: string;
  'aria-describedby'?: string | undefined;
  'aria-invalid'?: true | undefined;
}

/** One IANA zone of all. */
export function ZoneSelect({
  value,
  onChange,
  first = [],
  className,
  ...control
}: ZoneSelectProps) {
  const groups = useMemo(() => zoneGroups(value), [value]);
  return (
    <select
      {...control}
      value={value}
      onChange={({ target }) => onChange(target.value)}
      className={cn(controlStyle, 'h-11', className)}
    >
      {first.map(({ zone, whose }) => (
        <option key={whose} value={zone}>
          {zoneName(zone)} ({whose})
        </option>
      ))}
      {groups.map(({ region, zones }) => (
        <optgroup key={region} label={region}>
          {zones.map(({ id, label }) => (
            <option key={id} value={id}>
              {label}
            </option>
          ))}
        </optgroup>
      ))}
    </select>
  );
}
