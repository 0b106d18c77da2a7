//! What a calendar may cost.

/// Work for one event's rules: more than a century of days, or a year of hours with minutes.
const PER_EVENT: u32 = 200_000;
/// Work for all rules of a calendar: ten thousand weekly events cost a tenth of it.
const PER_CALENDAR: u32 = 10_000_000;

/// Steps left. A step is a day looked at, or a start made.
pub(crate) struct Budget {
    event: u32,
    calendar: u32,
}

/// The rule costs more than anything people make.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct TooMuch;

impl Budget {
    pub(crate) fn new() -> Self {
        Self { event: PER_EVENT, calendar: PER_CALENDAR }
    }

    pub(crate) fn next_event(&mut self) {
        self.event = PER_EVENT;
    }

    pub(crate) fn spend(&mut self) -> Result<(), TooMuch> {
        let left = self.event.checked_sub(1).zip(self.calendar.checked_sub(1));
        (self.event, self.calendar) = left.ok_or(TooMuch)?;
        Ok(())
    }
}
