//! What a slot can be shown of a source: its simulcast encodings, or the layers inside of its only one.

use std::time::{Duration, Instant};

use super::Room;
use super::layers::{LayerFlow, LayerView};
use crate::ingress::Track;
use crate::slab::Key;
use crate::wire::Layers;

/// Encodings of one camera come together. One that stays behind the others for so long has been given up by its encoder, which lacks bandwidth or
/// time; browsers leave out pictures of one encoding for a little less after a large keyframe.
pub(super) const BEHIND: Duration = Duration::from_millis(400);

/// One of them, the least first.
#[derive(Clone, Copy, Debug)]
pub(super) struct Choice {
    pub(super) view: LayerView,
    /// Bits a second, once measured.
    pub(super) rate: Option<u64>,
    track: Option<Key<Track>>,
    layers: Layers,
}

impl Choice {
    /// The encoding, and its layers; `None` for one that never came.
    pub(super) fn played(&self) -> Option<(Key<Track>, Layers)> {
        Some((self.track?, self.layers))
    }
}

impl Room {
    /// The choices among a source's encodings.
    pub(super) fn choices(&self, now: Instant, encodings: &[Option<Key<Track>>]) -> Vec<Choice> {
        if let [Some(key)] = encodings
            && let Some(track) = self.tracks.get(*key)
        {
            let rungs = track.rungs();
            if rungs.len() > 1 {
                let inner = rungs.into_iter().map(|rung| Choice {
                    view: LayerView { flow: flow(rung.is_alive(now)), height: rung.size.map(lines) },
                    rate: rung.rate,
                    track: Some(*key),
                    layers: rung.layers,
                });
                return inner.collect();
            }
        }
        let newest = encodings.iter().flatten().filter_map(|key| self.tracks.get(*key)?.heard()).max();
        let is_alive = |track: &Track| track.is_alive(now) && !is_behind(track.heard(), newest);
        let encoding = |key: &Option<Key<Track>>| match key.and_then(|key| self.tracks.get(key)) {
            None => Choice {
                view: LayerView { flow: LayerFlow::Absent, height: None },
                rate: None,
                track: None,
                layers: Layers::ALL,
            },
            Some(track) => Choice {
                view: LayerView { flow: flow(is_alive(track)), height: track.size.map(lines) },
                rate: track.rate.rate(),
                track: *key,
                layers: Layers::ALL,
            },
        };
        encodings.iter().map(encoding).collect()
    }
}

/// Whether an encoding has stopped although the camera has not.
fn is_behind(heard: Option<Instant>, newest: Option<Instant>) -> bool {
    heard.zip(newest).is_some_and(|(heard, newest)| newest.saturating_duration_since(heard) >= BEHIND)
}

fn flow(is_alive: bool) -> LayerFlow {
    if is_alive { LayerFlow::Alive } else { LayerFlow::Silent }
}

fn lines((width, height): (u16, u16)) -> u16 {
    width.min(height)
}
