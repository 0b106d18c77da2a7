import type { Attendance, Booking } from '@/api/types';
import { AttendancePicture } from '@/components/attendance-picture';
import { ProfileText } from '@/components/profile-text';
import { When } from '@/components/when';
import { duration } from '@/lib/time';
import { useBookingAttendanceQuery } from './api';
import { DisputeDialog } from './dispute-dialog';
import { otherOf } from './booking-state';

const REFRESH_MS = 30_000;

/** Who was there, what was made of it and why, and the way to say that it is wrong. */
export function AttendanceSection({ booking }: { booking: Booking }) {
  const { data } = useBookingAttendanceQuery(booking.id, {
    pollingInterval: REFRESH_MS,
    skipPollingIfUnfocused: true,
  });
  if (!data) return null;
  const { verdict, dispute, disputable_until_ms } = data;
  return (
    <section className="grid gap-4" aria-labelledby="attendance">
      <h2 id="attendance" className="text-lg">
        Who was there
      </h2>
      {verdict && <p className="max-w-prose break-words">{verdict.reason}</p>}
      <AttendancePicture attendance={data} />
      {verdict && (
        <p className="max-w-prose text-sm text-muted">
          Somebody counts as there when they were in the room at some moment of the first{' '}
          {duration(data.no_show_after_s * 1000)}, where the dashed line stands.
        </p>
      )}
      {dispute && <DisputeState dispute={dispute} booking={booking} />}
      {disputable_until_ms !== null && (
        <div className="grid justify-items-start gap-3">
          <p className="text-sm text-muted">
            Is that wrong? You can say so until <When ms={disputable_until_ms} inText />.
          </p>
          <DisputeDialog booking={booking} />
        </div>
      )}
    </section>
  );
}

const OUTCOMES = {
  open: 'An administrator will look at it.',
  upheld: 'An administrator looked at it, and it stays as it is:',
  overturned: 'An administrator looked at it and changed it:',
} as const;

function DisputeState({
  dispute: { raised_by, reason, raised_at_ms, state, resolution },
  booking,
}: {
  dispute: NonNullable<Attendance['dispute']>;
  booking: Booking;
}) {
  const who = raised_by === booking.you ? 'You' : otherOf(booking);
  return (
    <div className="grid gap-2 rounded-md border border-border p-4 text-sm">
      <p className="break-words">
        {who} said that this is wrong, <When ms={raised_at_ms} inText className="text-muted" />:
      </p>
      <ProfileText text={reason} />
      <p className="font-medium">{OUTCOMES[state]}</p>
      {resolution && <ProfileText text={resolution} />}
    </div>
  );
}
