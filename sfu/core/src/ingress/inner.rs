//! The layers inside of one stream, as they come in: which there are, how large, and what they take.

use std::time::{Duration, Instant};

use crate::bandwidth::RateMeter;
use crate::wire::Layers;

/// A layer silent for this long is not sent any more.
const ALIVE: Duration = Duration::from_secs(2);

/// Layers told apart; anything above counts as the highest of them. Encoders make three of each.
const SPATIAL: usize = 4;
const TEMPORAL: usize = 4;

#[derive(Default, Debug)]
pub(crate) struct InnerLayers {
    cells: [[Cell; TEMPORAL]; SPATIAL],
    /// Width and height of the spatial layers.
    sizes: [Option<(u16, u16)>; SPATIAL],
}

#[derive(Clone, Copy, Default, Debug)]
struct Cell {
    rate: RateMeter,
    last: Option<Instant>,
}

/// A choice among the layers of one stream.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(crate) struct Rung {
    pub(crate) layers: Layers,
    pub(crate) size: Option<(u16, u16)>,
    /// When a packet came that only this choice and those above it take in.
    pub(crate) last: Option<Instant>,
    /// Bits a second of all it takes in, once measured.
    pub(crate) rate: Option<u64>,
}

impl Rung {
    pub(crate) fn is_alive(&self, now: Instant) -> bool {
        is_alive(now, self.last)
    }
}

fn is_alive(now: Instant, last: Option<Instant>) -> bool {
    last.is_some_and(|at| now.saturating_duration_since(at) < ALIVE)
}

impl InnerLayers {
    /// A packet of a layer has come.
    pub(crate) fn take(&mut self, now: Instant, layers: Layers, payload: usize) {
        let (spatial, temporal) = place(layers);
        if let Some(cell) = self.cells.get_mut(spatial).and_then(|row| row.get_mut(temporal)) {
            cell.rate.take(now, payload);
            cell.last = Some(now);
        }
    }

    /// The sizes of the spatial layers, lowest first, are known.
    pub(crate) fn set_sizes(&mut self, sizes: impl Iterator<Item = (u16, u16)>) {
        for (place, size) in self.sizes.iter_mut().zip(sizes) {
            *place = Some(size);
        }
    }

    /// The choices, from the least on: first the smallest picture with ever more pictures a second, then larger ones with all of theirs.
    pub(crate) fn rungs(&self) -> Vec<Rung> {
        let seen = |row: &[Cell; TEMPORAL]| row.iter().rposition(|cell| cell.last.is_some());
        let top = self.cells.first().and_then(seen).unwrap_or_default();
        let temporal = (0..=top).map(|temporal| (0, temporal));
        let rows = self.cells.iter().enumerate().skip(1);
        let spatial = rows.filter_map(|(spatial, row)| Some((spatial, seen(row)?)));
        let mut rungs: Vec<_> =
            temporal.chain(spatial).map(|(spatial, temporal)| self.rung(spatial, temporal)).collect();
        if let Some(most) = rungs.last_mut() {
            // Also of what has not come yet.
            most.layers = Layers { spatial: if most.layers.spatial > 0 { 7 } else { 0 }, temporal: 7 };
        }
        rungs
    }

    /// The highest spatial layer that flows.
    pub(crate) fn highest(&self, now: Instant) -> u8 {
        let flows = |row: &[Cell; TEMPORAL]| row.iter().any(|cell| is_alive(now, cell.last));
        self.cells.iter().rposition(flows).unwrap_or_default() as u8
    }

    fn rung(&self, spatial: usize, temporal: usize) -> Rung {
        let taken = || self.cells.iter().take(spatial + 1).flat_map(|row| row.iter().take(temporal + 1));
        let measured = taken().filter_map(|cell| cell.rate.rate());
        let own = self.cells.get(spatial).into_iter().flatten();
        let last = own.skip(if spatial == 0 { temporal } else { 0 }).filter_map(|cell| cell.last).max();
        let is_measured = taken().all(|cell| cell.last.is_none() || cell.rate.rate().is_some());
        Rung {
            layers: Layers { spatial: spatial as u8, temporal: temporal as u8 },
            size: self.sizes.get(spatial).copied().flatten(),
            last,
            rate: is_measured.then(|| measured.sum()),
        }
    }
}

fn place(layers: Layers) -> (usize, usize) {
    (usize::from(layers.spatial).min(SPATIAL - 1), usize::from(layers.temporal).min(TEMPORAL - 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rungs_rise_from_the_least_to_all_and_are_measured_with_what_lies_below() {
        let (start, mut inner) = (Instant::now(), InnerLayers::default());
        inner.set_sizes([(320, 180), (640, 360)].into_iter());
        for picture in 0..90u64 {
            let now = start + Duration::from_millis(picture * 33);
            let temporal = if picture % 2 == 0 { 0 } else { 1 };
            for spatial in 0..2 {
                inner.take(now, Layers { spatial, temporal }, 1_000);
            }
        }
        let rungs = inner.rungs();
        let layers: Vec<_> = rungs.iter().map(|rung| (rung.layers.spatial, rung.layers.temporal)).collect();
        assert_eq!(layers, [(0, 0), (0, 1), (7, 7)], "the highest takes in all");
        assert_eq!(rungs[2].size, Some((640, 360)));
        let rates: Vec<_> = rungs.iter().map(|rung| rung.rate.expect("measured") / 10_000).collect();
        assert!(
            (rates[1] as i64 - 2 * rates[0] as i64).abs() <= 2 && (rates[2] as i64 - 4 * rates[0] as i64).abs() <= 4,
            "{rates:?}"
        );
    }
}
