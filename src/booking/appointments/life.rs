//! The life of a booking: one state machine. Pure.

use super::model::{AppointmentState, Party, What};
use crate::booking::BookingError;
use crate::kernel::clock::Timestamp;

/// Where `what` leads from `state`; None when it may not happen there.
pub(super) fn after(state: AppointmentState, what: What) -> Option<AppointmentState> {
    use AppointmentState::{Cancelled, Completed, Confirmed, NoShow};
    match (state, what) {
        (Confirmed, What::Rescheduled) => Some(Confirmed),
        (Confirmed, What::Cancelled) => Some(Cancelled),
        (Confirmed, What::Completed) => Some(Completed),
        (Confirmed, What::NoShow) => Some(NoShow),
        _ => None,
    }
}

/// Whether `party` may cancel or move a booking that starts at `starts_at` now. A mentor may until it ends, a mentee as
/// long as the policy allows, which was fixed when it was booked.
pub(super) fn may_change(
    party: Party,
    now: Timestamp,
    ends_at: Timestamp,
    free_until: Timestamp,
) -> Result<(), BookingError> {
    match party {
        _ if now >= ends_at => Err(BookingError::BookingOver),
        Party::Mentee if now > free_until => Err(BookingError::CancellationLate),
        Party::Mentor | Party::Mentee => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_over_stays_over() {
        let all = [What::Booked, What::Rescheduled, What::Cancelled, What::Completed, What::NoShow];
        for state in AppointmentState::ALL {
            for what in all {
                let may = state == AppointmentState::Confirmed && what != What::Booked;
                assert_eq!(after(state, what).is_some(), may, "{state:?} {what:?}");
            }
        }
    }

    #[test]
    fn the_policy_binds_the_mentee_and_the_end_both() {
        let (free, end) = (Timestamp(1_000), Timestamp(5_000));
        let may = |party, now| may_change(party, Timestamp(now), end, free).is_ok();
        assert!(may(Party::Mentee, 1_000) && !may(Party::Mentee, 1_001));
        assert!(may(Party::Mentor, 4_999) && !may(Party::Mentor, 5_000));
        assert!(matches!(may_change(Party::Mentee, end, end, free), Err(BookingError::BookingOver)));
    }
}
