//! What the slots of one subscriber are granted over time: down at once, up only after the room for it has held.

use std::time::{Duration, Instant};

use super::allocator::{Offer, allocate, cost, least, order};

/// What is added must fit with so much to spare: measured rates and encoders are not steady.
const MARGIN: f64 = 1.05;
/// Room must hold so long before it is used. After a raise that had to be taken back within `REGRETS`, longer, up to the last.
const HOLD: Duration = Duration::from_millis(700);
const HOLD_AFTER_REGRET: (Duration, Duration) = (Duration::from_secs(20), Duration::from_secs(60));
const REGRETS: Duration = Duration::from_secs(15);
/// What is a little too much may be the estimate's own back-off and stays for so long, less while a queue stands: a keyframe's drains.
const TOLERATED: f64 = 1.3;
const TOLERANCE: (Duration, Duration) = (Duration::from_secs(4), Duration::from_millis(2_500));
const QUEUE_MS: f64 = 80.0;
/// Who sees nothing at all waits no longer than this for something.
const HOLD_FROM_NOTHING: Duration = Duration::from_secs(5);

/// What is known of the connection.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Means {
    /// Bits a second for video: the estimate without what sound takes.
    pub(crate) budget: f64,
    pub(crate) queue_ms: f64,
    /// Whether the estimate is a guess so far. Then the first to be served is let in whatever it takes: nothing else would show more.
    pub(crate) is_guess: bool,
}

/// A slot that could show something: what, and the choices. The key tells the same source in the same slot.
pub(crate) struct Bid<K> {
    pub(crate) key: K,
    pub(crate) offer: Offer,
}

pub(crate) struct Limits<K> {
    granted: Vec<(K, usize)>,
    /// Since when more would have fitted.
    better_since: Option<Instant>,
    /// Since when it has been too much.
    over_since: Option<Instant>,
    hold: Duration,
    raised: Option<Instant>,
    /// Bits a second that would give the next a layer more; `None` when all have what they want.
    wanted: Option<f64>,
    is_cut: bool,
}

impl<K> Default for Limits<K> {
    fn default() -> Self {
        Self {
            granted: Vec::new(),
            better_since: None,
            over_since: None,
            hold: HOLD,
            raised: None,
            wanted: None,
            is_cut: false,
        }
    }
}

impl<K: Copy + PartialEq> Limits<K> {
    /// Layers granted to what a key stands for, counted from the lowest; `None` when it was not among the bids.
    pub(crate) fn granted(&self, key: K) -> Option<usize> {
        self.granted.iter().find(|(known, _)| *known == key).map(|(_, granted)| *granted)
    }

    /// Bits a second of video that would let the next layer in, with the margin.
    pub(crate) fn wanted(&self) -> Option<f64> {
        self.wanted
    }

    /// When a change that only waits for its time is due.
    pub(crate) fn deadline(&self) -> Option<Instant> {
        let better = self.better_since.map(|since| since + self.hold);
        let over = self.over_since.map(|since| since + TOLERANCE.1);
        [better, over].into_iter().flatten().min()
    }

    /// When a layer was last added, unless it had to be taken away again.
    pub(crate) fn raised(&self) -> Option<Instant> {
        self.raised
    }

    /// Whether the last decision took something away because a queue stood.
    pub(crate) fn is_cut(&self) -> bool {
        self.is_cut
    }

    /// Decides. The bids are all of the subscriber's slots that could show something.
    pub(crate) fn decide(&mut self, now: Instant, mut means: Means, bids: &[Bid<K>]) {
        let offers: Vec<Offer> = bids.iter().map(|bid| bid.offer.clone()).collect();
        if means.is_guess {
            means.budget = means.budget.max(least(&offers) as f64);
        }
        let known: Option<Vec<usize>> = bids.iter().map(|bid| self.granted(bid.key)).collect();
        self.is_cut = false;
        let granted = match known {
            // People changed what is to be seen: nothing to be steady about.
            None => {
                (self.better_since, self.over_since) = (None, None);
                self.fit(means, bids, &offers)
            }
            Some(before) => self.adjust(now, means, before, &offers),
        };
        self.wanted = next_step(means, &offers);
        self.granted = bids.iter().map(|bid| bid.key).zip(granted).collect();
    }

    /// What was granted stays where it fits; what is new gets its share.
    fn fit(&self, means: Means, bids: &[Bid<K>], offers: &[Offer]) -> Vec<usize> {
        let fresh = allocate(means.budget as u64, offers);
        let capped = |(bid, fresh): (&Bid<K>, usize)| self.granted(bid.key).map_or(fresh, |had| fresh.min(had.max(1)));
        let capped: Vec<usize> = bids.iter().zip(fresh.iter().copied()).map(capped).collect();
        if self.granted.is_empty() { fresh } else { capped }
    }

    fn adjust(&mut self, now: Instant, means: Means, before: Vec<usize>, offers: &[Offer]) -> Vec<usize> {
        let before: Vec<usize> =
            before.into_iter().zip(offers).map(|(granted, offer)| granted.min(offer.rates.len())).collect();
        let spent = cost(offers, &before) as f64;
        if spent > means.budget {
            self.better_since = None;
            let since = *self.over_since.get_or_insert(now);
            let patience = if means.queue_ms < QUEUE_MS { TOLERANCE.0 } else { TOLERANCE.1 };
            if spent <= TOLERATED * means.budget && now.saturating_duration_since(since) < patience {
                return before;
            }
            self.over_since = None;
            self.is_cut = means.queue_ms >= QUEUE_MS;
            let mut lowered = allocate(means.budget.max(0.0) as u64, offers);
            if self.is_cut {
                // What comes next comes behind the queue: the smallest keyframe is there first.
                lowered.iter_mut().zip(&before).filter(|(to, had)| **to < **had).for_each(|(to, _)| *to = (*to).min(1));
            }
            let regrets = self.raised.is_some_and(|at| now.saturating_duration_since(at) < REGRETS);
            if lowered != before && regrets {
                let (first, last) = HOLD_AFTER_REGRET;
                self.hold = if self.hold == HOLD { first } else { (self.hold * 2).min(last) };
            }
            self.raised = None;
            return lowered;
        }
        self.over_since = None;
        // A raise that has proved itself for long makes the next as easy as the first.
        if self.raised.is_some_and(|at| now.saturating_duration_since(at) > 2 * HOLD_AFTER_REGRET.1) {
            self.hold = HOLD;
        }
        let better = allocate((means.budget / MARGIN) as u64, offers);
        if !is_better(offers, &better, &before) {
            self.better_since = None;
            return before;
        }
        let since = *self.better_since.get_or_insert(now);
        let hold =
            if before.iter().all(|granted| *granted == 0) { self.hold.min(HOLD_FROM_NOTHING) } else { self.hold };
        if now.saturating_duration_since(since) < hold {
            return before;
        }
        (self.better_since, self.raised) = (None, Some(now));
        better
    }
}

/// Whether the first, in order of prominence, to be treated differently is treated better.
fn is_better(offers: &[Offer], new: &[usize], old: &[usize]) -> bool {
    let differs = |place: &usize| new.get(*place) != old.get(*place);
    order(offers).into_iter().find(differs).is_some_and(|place| new.get(place) > old.get(place))
}

/// The budget that would let one layer more in than fits now, margin included.
fn next_step(means: Means, offers: &[Offer]) -> Option<f64> {
    let fits = allocate((means.budget / MARGIN).max(0.0) as u64, offers);
    let next = order(offers).into_iter().find_map(|place| {
        let (offer, granted) = (offers.get(place)?, *fits.get(place)?);
        (granted < offer.rates.len()).then(|| offer.cost(granted + 1) - offer.cost(granted))
    })?;
    Some((cost(offers, &fits) + next) as f64 * MARGIN)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bandwidth::allocator::Prominence;

    fn bids() -> Vec<Bid<u8>> {
        let offer = Offer { prominence: Prominence::Speaker, rates: vec![150, 500, 1_700] };
        vec![Bid { key: 1, offer }]
    }

    /// Decides every 200 ms for so many seconds and returns what was granted last, and how often that changed.
    fn run(limits: &mut Limits<u8>, now: &mut Instant, budget: f64, queue_ms: f64, seconds: u64) -> (usize, usize) {
        let (mut last, mut changes) = (limits.granted(1), 0);
        for _ in 0..seconds * 5 {
            limits.decide(*now, Means { budget, queue_ms, is_guess: false }, &bids());
            changes += usize::from(last.is_some() && limits.granted(1) != last);
            last = limits.granted(1);
            *now += Duration::from_millis(200);
        }
        (last.expect("it was decided"), changes)
    }

    #[test]
    fn the_first_look_takes_what_fits_and_less_room_is_heeded_at_once() {
        let (mut now, mut limits) = (Instant::now(), Limits::default());
        limits.decide(now, Means { budget: 1_750.0, queue_ms: 0.0, is_guess: false }, &bids());
        assert_eq!(limits.granted(1), Some(3));
        now += Duration::from_millis(100);
        limits.decide(now, Means { budget: 510.0, queue_ms: 0.0, is_guess: false }, &bids());
        assert_eq!(limits.granted(1), Some(2));
        limits.decide(now, Means { budget: 350.0, queue_ms: 100.0, is_guess: false }, &bids());
        assert_eq!((limits.granted(1), limits.is_cut()), (Some(1), true));
        limits.decide(now, Means { budget: 50.0, queue_ms: 0.0, is_guess: false }, &bids());
        assert_eq!(limits.granted(1), Some(0), "nothing but sound");
    }

    #[test]
    fn a_guess_keeps_nobody_from_being_seen() {
        let (now, mut limits) = (Instant::now(), Limits::default());
        let offer = Offer { prominence: Prominence::Speaker, rates: vec![4_400] };
        let bids = [Bid { key: 1, offer: offer.clone() }, Bid { key: 2, offer }];
        let mut means = Means { budget: 2_500.0, queue_ms: 0.0, is_guess: true };
        limits.decide(now, means, &bids);
        assert_eq!((limits.granted(1), limits.granted(2)), (Some(1), Some(0)));
        means.is_guess = false;
        limits.decide(now, means, &bids);
        assert_eq!(limits.granted(1), Some(0), "the link is known by now");
    }

    #[test]
    fn a_back_off_without_a_queue_takes_nothing_away_unless_it_lasts() {
        let (mut now, mut limits) = (Instant::now(), Limits::default());
        run(&mut limits, &mut now, 2_000.0, 0.0, 1);
        assert_eq!(run(&mut limits, &mut now, 1_500.0, 0.0, 3), (3, 0));
        assert_eq!(run(&mut limits, &mut now, 1_800.0, 0.0, 1), (3, 0));
        assert_eq!(run(&mut limits, &mut now, 1_500.0, 0.0, 6), (2, 1));
    }

    #[test]
    fn more_room_is_used_after_it_has_held_and_with_a_margin() {
        let (mut now, mut limits) = (Instant::now(), Limits::default());
        run(&mut limits, &mut now, 510.0, 0.0, 1);
        assert_eq!(run(&mut limits, &mut now, 1_750.0, 0.0, 5), (2, 0), "less than the margin");
        let wanted = limits.wanted().expect("a layer is missing");
        assert!((1_784.0..1_786.0).contains(&wanted), "{wanted}");
        limits.decide(now, Means { budget: 1_900.0, queue_ms: 0.0, is_guess: false }, &bids());
        assert_eq!(limits.granted(1), Some(2), "at once is too soon");
        assert_eq!(limits.deadline(), Some(now + HOLD));
        assert_eq!(run(&mut limits, &mut now, 1_900.0, 0.0, 1), (3, 1));
        assert_eq!(limits.wanted(), None);
    }

    #[test]
    fn a_raise_that_fails_is_not_tried_again_soon() {
        let (mut now, mut limits) = (Instant::now(), Limits::default());
        run(&mut limits, &mut now, 500.0, 0.0, 1);
        let mut changes = 0;
        // Room shows whenever less is sent, and goes when it is used.
        for _ in 0..60 {
            changes += run(&mut limits, &mut now, 1_900.0, 0.0, 1).1;
            if limits.granted(1) == Some(3) {
                changes += run(&mut limits, &mut now, 500.0, 100.0, 1).1;
            }
        }
        assert!(changes <= 6, "{changes} changes in a minute");
    }

    #[test]
    fn who_comes_is_fitted_in_without_taking_more_for_those_who_were_there() {
        let (now, mut limits) = (Instant::now(), Limits::default());
        limits.decide(now, Means { budget: 600.0, queue_ms: 0.0, is_guess: false }, &bids());
        let mut two = bids();
        two.push(Bid { key: 2, offer: Offer { prominence: Prominence::Other(180), rates: vec![150] } });
        limits.decide(now, Means { budget: 5_000.0, queue_ms: 0.0, is_guess: false }, &two);
        assert_eq!((limits.granted(1), limits.granted(2)), (Some(2), Some(1)));
    }
}
