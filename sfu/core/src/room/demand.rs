//! How many layers of a publisher's video somebody can see: the others need not be encoded.

use std::time::{Duration, Instant};

use super::layers::ideal;
use super::{ParticipantKey, Room};
use crate::{Event, MediaKind, Source};

/// What nobody sees any more is still asked for so long: tiles change their size often, and a layer that begins anew costs a keyframe.
const LINGER: Duration = Duration::from_secs(5);

/// What is asked of one publisher's source.
#[derive(Clone, Copy, Default, Debug)]
pub(crate) struct Demand {
    /// Layers asked for, from the lowest; `None`: all there are.
    asked: Option<usize>,
    /// Since when fewer would do.
    fewer_since: Option<Instant>,
    /// Layers seen by those looked at so far.
    seen: usize,
}

impl Demand {
    /// Ends a look at everyone. Returns how many of the `offered` layers to ask for, when that is news. While nobody looks nothing changes:
    /// whoever comes is to see the best at once, and a browser that sent little for a while takes many seconds to dare more.
    fn settle(&mut self, now: Instant, offered: usize) -> Option<usize> {
        let asked = self.asked.unwrap_or(offered);
        let seen = match std::mem::take(&mut self.seen) {
            0 => asked,
            seen => seen.min(offered),
        };
        if seen < asked {
            let since = *self.fewer_since.get_or_insert(now);
            if now.saturating_duration_since(since) < LINGER {
                return None;
            }
        }
        self.fewer_since = None;
        if seen == asked {
            return None;
        }
        self.asked = Some(seen);
        self.asked
    }
}

impl Room {
    /// Looks at what everyone's tiles want and tells publishers what has changed.
    pub(super) fn settle_demand(&mut self, now: Instant) {
        let keys = self.participants.keys();
        for key in &keys {
            for slot in 0..self.participants.get(*key).map_or(0, |viewer| viewer.slots.len()) {
                self.see(now, *key, slot);
            }
        }
        for key in keys {
            let Some(participant) = self.participants.get_mut(key) else { continue };
            for source in [Source::Camera, Source::Screen] {
                let offered = participant.layers(source, MediaKind::Video).len();
                let Some(demand) = participant.demand.get_mut(source as usize).filter(|_| offered > 1) else {
                    continue;
                };
                if let Some(layers) = demand.settle(now, offered) {
                    self.events.push_back(Event::Demand { participant: participant.id, source, layers });
                }
            }
        }
    }

    /// Notes which layer of its source a slot wants.
    fn see(&mut self, now: Instant, viewer: ParticipantKey, slot: usize) {
        let found = self.participants.get(viewer).and_then(|viewer| {
            let source = viewer.slots.get(slot).filter(|slot| slot.video.is_some())?.source?;
            let publisher = self.find(source.0)?;
            let layers = self.participants.get(publisher)?.layers(source.1, MediaKind::Video);
            let views: Vec<_> = self.choices(now, layers).iter().map(|choice| choice.view).collect();
            let wanted = ideal(&views, viewer.wanted(source))? + 1;
            Some((publisher, source.1, wanted.min(self.shedding.playable(source.1, layers.len()))))
        });
        let Some((publisher, source, layers)) = found else { return };
        let publisher = self.participants.get_mut(publisher);
        if let Some(demand) = publisher.and_then(|publisher| publisher.demand.get_mut(source as usize)) {
            demand.seen = demand.seen.max(layers);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(demand: &mut Demand, now: Instant, layers: usize) -> Option<usize> {
        demand.seen = layers;
        demand.settle(now, 3)
    }

    #[test]
    fn more_is_asked_for_at_once_and_less_after_a_while() {
        let (start, mut demand) = (Instant::now(), Demand::default());
        assert_eq!(seen(&mut demand, start, 3), None, "all is what publishers begin with");
        assert_eq!(seen(&mut demand, start, 1), None);
        assert_eq!(seen(&mut demand, start + LINGER / 2, 3), None);
        assert_eq!(seen(&mut demand, start + LINGER, 1), None, "it begins anew");
        assert_eq!(seen(&mut demand, start + LINGER * 2, 1), Some(1));
        assert_eq!(seen(&mut demand, start + LINGER * 2, 1), None, "told once");
        assert_eq!(seen(&mut demand, start + LINGER * 2, 2), Some(2));
        assert_eq!(seen(&mut demand, start + LINGER * 3, 0), None);
        assert_eq!(seen(&mut demand, start + LINGER * 9, 0), None, "whoever comes sees the best at once");
        assert_eq!(seen(&mut demand, start + LINGER * 2, 3), Some(3));
    }
}
