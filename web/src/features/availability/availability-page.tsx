import { useState } from 'react';
import { Link } from 'react-router';
import { isProblem } from '@/api/problem';
import type { Availability } from '@/api/types';
import { LoadFailed } from '@/components/load-failed';
import { ZoneSelect } from '@/components/zone-select';
import { Banner } from '@/components/ui/banner';
import { Button } from '@/components/ui/button';
import { Field } from '@/components/ui/field';
import { Skeleton } from '@/components/ui/skeleton';
import { sortProblem } from '@/lib/form-problem';
import { useTitle } from '@/lib/title';
import { toast } from '@/lib/toast';
import { useMyAvailabilityQuery, useSaveAvailabilityMutation } from './api';
import { CalendarsSection } from './calendars-section';
import { DateExceptions } from './date-exceptions';
import { hoursOf, mistakeIn, WEEKDAYS, withHours } from './hours';
import { HoursEditor } from './hours-editor';
import { NotAMentor } from './not-a-mentor';
import { TimeOffEditor } from './time-off-editor';
import { WeekPainter } from './week-painter';

/** When a mentor can be booked: the week, dates that differ, days off. */
export function AvailabilityPage() {
  useTitle('When I can be booked');
  const { data, error, refetch } = useMyAvailabilityQuery();
  if (isProblem(error) && error.code === 'mentor_required') return <NotAMentor />;
  return (
    <div className="mx-auto grid w-full max-w-3xl gap-8 px-4 py-10 sm:py-14">
      <div className="flex flex-wrap items-center justify-between gap-4">
        <h1 className="text-xl">When I can be booked</h1>
        <Button variant="secondary" asChild>
          <Link to="/offerings">What I offer</Link>
        </Button>
      </div>
      {data && <Editor key={JSON.stringify(data)} stored={data} />}
      {data && <CalendarsSection />}
      {!data && !error && <Skeleton className="h-96" />}
      {!data && error && (
        <LoadFailed title="Your hours could not be loaded." error={error} onRetry={refetch} />
      )}
    </div>
  );
}

function Editor({ stored }: { stored: Availability }) {
  const [draft, setDraft] = useState(stored);
  const [save, { isLoading, error }] = useSaveAvailabilityMutation();
  const changed = JSON.stringify(draft) !== JSON.stringify(stored);
  const wrong =
    WEEKDAYS.some((day) => mistakeIn(hoursOf(draft.weekly, day))) ||
    draft.overrides.some(({ windows }) => mistakeIn(windows ?? []));

  const submit = async () => {
    const { data } = await save(draft);
    if (data) toast({ tone: 'success', title: 'Saved' });
  };

  return (
    <div className="grid gap-10">
      <Field label="Time zone" hint="Your hours are meant on the clocks of this zone.">
        {(control) => (
          <ZoneSelect
            {...control}
            value={draft.time_zone}
            onChange={(time_zone) => setDraft({ ...draft, time_zone })}
          />
        )}
      </Field>
      <section aria-label="Weekly hours" className="grid gap-4">
        <h2 className="text-lg">Every week</h2>
        <WeekPainter weekly={draft.weekly} onChange={(weekly) => setDraft({ ...draft, weekly })} />
        <ul className="divide-y divide-border rounded-md border border-border bg-surface">
          {WEEKDAYS.map((weekday) => (
            <li key={weekday} className="p-4">
              <HoursEditor
                name={weekday}
                hours={hoursOf(draft.weekly, weekday)}
                onChange={(hours) =>
                  setDraft({ ...draft, weekly: withHours(draft.weekly, weekday, hours) })
                }
                onCopy={(hours) => {
                  const weekly = WEEKDAYS.slice(0, 5).reduce(
                    (all, day) => withHours(all, day, hours),
                    draft.weekly,
                  );
                  setDraft({ ...draft, weekly });
                }}
              />
            </li>
          ))}
        </ul>
      </section>
      <DateExceptions
        overrides={draft.overrides}
        onChange={(overrides) => setDraft({ ...draft, overrides })}
      />
      <TimeOffEditor
        timeOff={draft.time_off}
        onChange={(time_off) => setDraft({ ...draft, time_off })}
      />
      <div className="sticky bottom-0 grid gap-3 border-t border-border bg-background py-4">
        {error && <Banner tone="danger">{sortProblem(error, [], {}).form}</Banner>}
        <div className="flex flex-wrap items-center gap-3">
          <Button
            size="lg"
            busy={isLoading}
            disabled={!changed || wrong}
            onClick={() => void submit()}
          >
            Save
          </Button>
          <p role="status" className="text-sm text-muted">
            {wrong ? 'Some hours need another look.' : changed ? 'Not saved yet.' : 'Saved.'}
          </p>
        </div>
      </div>
    </div>
  );
}
