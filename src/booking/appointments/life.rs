//! The life of a booking: one state machine. Pure.

use super::model::{AppointmentState, Party, What};
use crate::booking::BookingError;
use crate::kernel::clock::Timestamp;

/// Where `what` leads from `state`; None when it may not happen there. A booking begins held or, in one step, confirmed.
///
/// ```text
/// held ─▶ confirmed ─▶ completed | cancelled | no_show
///   │  └▶ awaiting_payment ─▶ confirmed
///   └─▶ expired ◀─┘
/// ```
/// Nothing leads to `awaiting_payment` until there are payments: offerings with a price are not held.
pub(super) fn after(state: AppointmentState, what: What) -> Option<AppointmentState> {
    use AppointmentState::{AwaitingPayment, Cancelled, Completed, Confirmed, Expired, Held, NoShow};
    match (state, what) {
        (Held | AwaitingPayment, What::Booked) => Some(Confirmed),
        (Held | AwaitingPayment, What::Expired | What::Released) => Some(Expired),
        (Confirmed, What::Rescheduled | What::Proposed | What::Declined | What::Withdrawn | What::ProposalExpired) => {
            Some(Confirmed)
        }
        (Confirmed, What::Cancelled) => Some(Cancelled),
        (Confirmed, What::Completed) => Some(Completed),
        (Confirmed, What::NoShow) => Some(NoShow),
        // An administrator's word on a dispute.
        (Completed | NoShow, What::Disputed | What::Upheld) => Some(state),
        (Completed | NoShow, What::RuledCompleted) => Some(Completed),
        (Completed | NoShow, What::RuledNoShow) => Some(NoShow),
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
    fn these_are_all_the_steps_there_are() {
        use AppointmentState as State;
        let steps = [
            (State::Held, What::Booked, State::Confirmed),
            (State::Held, What::Expired, State::Expired),
            (State::Held, What::Released, State::Expired),
            (State::AwaitingPayment, What::Booked, State::Confirmed),
            (State::AwaitingPayment, What::Expired, State::Expired),
            (State::AwaitingPayment, What::Released, State::Expired),
            (State::Confirmed, What::Rescheduled, State::Confirmed),
            (State::Confirmed, What::Proposed, State::Confirmed),
            (State::Confirmed, What::Declined, State::Confirmed),
            (State::Confirmed, What::Withdrawn, State::Confirmed),
            (State::Confirmed, What::ProposalExpired, State::Confirmed),
            (State::Confirmed, What::Cancelled, State::Cancelled),
            (State::Confirmed, What::Completed, State::Completed),
            (State::Confirmed, What::NoShow, State::NoShow),
            (State::Completed, What::Disputed, State::Completed),
            (State::Completed, What::Upheld, State::Completed),
            (State::Completed, What::RuledCompleted, State::Completed),
            (State::Completed, What::RuledNoShow, State::NoShow),
            (State::NoShow, What::Disputed, State::NoShow),
            (State::NoShow, What::Upheld, State::NoShow),
            (State::NoShow, What::RuledCompleted, State::Completed),
            (State::NoShow, What::RuledNoShow, State::NoShow),
        ];
        for state in State::ALL {
            for what in What::ALL {
                let step = steps.iter().find(|step| (step.0, step.1) == (state, what));
                assert_eq!(after(state, what), step.map(|step| step.2), "{state:?} {what:?}");
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
