import { RadioGroup } from 'radix-ui';
import { useState } from 'react';
import { useMeQuery } from '@/api/me';
import { LoadFailed } from '@/components/load-failed';
import { ZoneSelect } from '@/components/zone-select';
import { Skeleton } from '@/components/ui/skeleton';
import { serverNow } from '@/lib/server-clock';
import { browserViewer, clockTime } from '@/lib/time';
import { useOpeningsQuery } from './api';
import { byDate, dateIn, monthAfter, monthOf, type Opening } from './days';
import { MonthGrid } from './month-grid';

const browser = browserViewer();
/** So many months ahead are looked through for the first opening. */
const LOOK_AHEAD = 3;

interface OpeningPickerProps {
  offering: string;
  chosen: Opening | undefined;
  onChoose: (opening: Opening | undefined) => void;
  /** What of the offering is shown: what is free, or also what one may wait for. */
  show?: 'free' | 'all';
  /** Leaves out openings that do not do. */
  isFit?: (opening: Opening) => boolean;
}

const anyFits = () => true;

/** A day, then a time of it, in the zone of one's choice. */
export function OpeningPicker({
  offering,
  chosen,
  onChoose,
  show = 'free',
  isFit = anyFits,
}: OpeningPickerProps) {
  const { data: me } = useMeQuery();
  const mine = me?.time_zone ?? browser.timeZone;
  const [picked, setPicked] = useState<string>();
  const timeZone = picked ?? mine;
  const [openedAt] = useState(serverNow);
  const firstMonth = monthOf(dateIn(openedAt, timeZone));
  const [month, setMonth] = useState(
    chosen ? monthOf(dateIn(chosen.starts_at_ms, timeZone)) : firstMonth,
  );
  const [looked, setLooked] = useState(chosen !== undefined);
  const [pickedDate, setDate] = useState<string>();
  const [followed, setFollowed] = useState(chosen?.starts_at_ms);
  const { data, error, isFetching, refetch } = useOpeningsQuery(
    { offering, month },
    { refetchOnMountOrArgChange: 60 },
  );
  const all = [...(data?.items ?? []), ...(show === 'all' ? (data?.full ?? []) : [])];
  const shown = all.filter(isFit);
  shown.sort((one, other) => one.starts_at_ms - other.starts_at_ms);
  const dates = byDate(shown, timeZone);
  const inMonth = [...dates.keys()].filter((day) => monthOf(day) === month).sort();
  // Until a day is picked: that of the time chosen before, else the first with anything free.
  const date = pickedDate ?? (chosen ? dateIn(chosen.starts_at_ms, timeZone) : inMonth[0]);

  // A time that was chosen elsewhere may lie in another month.
  if (chosen?.starts_at_ms !== followed) {
    setFollowed(chosen?.starts_at_ms);
    if (chosen) {
      setLooked(true);
      setMonth(monthOf(dateIn(chosen.starts_at_ms, timeZone)));
      setDate(dateIn(chosen.starts_at_ms, timeZone));
    }
  }

  // Whoever has not turned a page yet is shown the first month with anything free.
  if (!looked && data && !isFetching) {
    if (inMonth.length > 0 || month >= monthAfter(firstMonth, LOOK_AHEAD)) setLooked(true);
    else setMonth(monthAfter(month, 1));
  }

  const turn = (to: string) => {
    setLooked(true);
    setMonth(to);
    setDate(undefined);
    onChoose(undefined);
  };

  if (error && !data) {
    return <LoadFailed title="Free times could not be loaded." error={error} onRetry={refetch} />;
  }
  const times = date ? (dates.get(date) ?? []) : [];
  const counts = new Map([...dates].map(([day, openings]) => [day, openings.length]));
  return (
    <div className="grid gap-5 sm:grid-cols-2">
      <div className="grid content-start gap-3">
        <MonthGrid
          month={month}
          onMonth={turn}
          firstMonth={firstMonth}
          counts={counts}
          chosen={date}
          onChoose={(day) => {
            setDate(day);
            onChoose(undefined);
          }}
          busy={isFetching}
        />
        {looked && data && !isFetching && inMonth.length === 0 && (
          <p role="status" className="text-sm text-muted">
            Nothing is free in this month. Look at the next one.
          </p>
        )}
        <ZoneSelect
          aria-label="Time zone of the times shown"
          value={timeZone}
          onChange={(zone) => {
            setPicked(zone);
            setDate(chosen && dateIn(chosen.starts_at_ms, zone));
          }}
          first={[
            { zone: mine, whose: 'yours' },
            ...(data && data.time_zone !== mine
              ? [{ zone: data.time_zone, whose: "the mentor's" }]
              : []),
          ]}
        />
      </div>
      <div className="grid content-start gap-2">
        {!data && <Skeleton className="h-40" />}
        {data && !date && <p className="text-muted">Choose a day to see its times.</p>}
        {date && <Times openings={times} timeZone={timeZone} chosen={chosen} onChoose={onChoose} />}
      </div>
    </div>
  );
}

interface TimesProps {
  openings: Opening[];
  timeZone: string;
  chosen: Opening | undefined;
  onChoose: (opening: Opening) => void;
}

function Times({ openings, timeZone, chosen, onChoose }: TimesProps) {
  const viewer = { ...browser, timeZone };
  return (
    <RadioGroup.Root
      aria-label="Time"
      value={chosen ? String(chosen.starts_at_ms) : ''}
      onValueChange={(value) => {
        const found = openings.find(({ starts_at_ms }) => String(starts_at_ms) === value);
        if (found) onChoose(found);
      }}
      className="grid max-h-80 grid-cols-[repeat(auto-fill,minmax(6rem,1fr))] gap-2 overflow-y-auto p-1"
    >
      {openings.map((opening) => (
        <RadioGroup.Item
          key={opening.starts_at_ms}
          value={String(opening.starts_at_ms)}
          className="min-h-10 rounded-md border border-edge/60 bg-surface px-2 py-2 text-sm tabular-nums hover:bg-surface-2 data-[state=checked]:border-accent data-[state=checked]:bg-accent data-[state=checked]:text-accent-foreground"
        >
          {clockTime(opening.starts_at_ms, viewer)}
          {opening.seats_left === 0 && <span className="block text-xs">Full</span>}
          {opening.seats_left > 1 && (
            <span className="block text-xs">{opening.seats_left} seats</span>
          )}
        </RadioGroup.Item>
      ))}
    </RadioGroup.Root>
  );
}
