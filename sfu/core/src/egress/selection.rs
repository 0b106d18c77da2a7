//! Which frames of a layered stream a slot is sent. Upwards only where the layer decodes without what was left out; downwards from the next
//! picture on.

use crate::ingress::{PacketMeta, Shape};
use crate::wire::Layers;

/// What a slot is sent of the stream it plays.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Selection {
    now: Layers,
    /// What was sent of packets before the one at `since`: a late packet goes the way of its neighbours.
    before: Layers,
    since: u64,
    /// Of the picture that is coming in.
    timestamp: u32,
    /// What is wanted as of this picture: what is sent of it does not change in its middle, so that its end is known.
    aim: Layers,
    /// Nothing of the picture refers to earlier ones.
    is_intra: bool,
    /// The temporal layer that may be sent from the next picture on.
    opens: Option<u8>,
}

/// What a packet's frame is to a selection.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Frame {
    layers: Layers,
    /// Last packet of it.
    ends: bool,
    /// It refers to nothing earlier than its picture.
    is_intra: bool,
    /// Temporal layers that may be sent after it: a bit each.
    opens: u8,
}

impl Frame {
    /// `None` where the stream does not tell its layers.
    pub(crate) fn of(shape: &Shape) -> Option<Self> {
        match shape {
            Shape::Vp9(descriptor) => Some(Self {
                layers: descriptor.layers,
                ends: descriptor.ends_frame(),
                is_intra: !descriptor.is_inter_predicted(),
                opens: if descriptor.is_switching_up() { u8::MAX } else { 0 },
            }),
            Shape::Av1(frame) => {
                Some(Self { layers: frame.layers, ends: frame.ends, is_intra: frame.is_intra, opens: frame.opens })
            }
            Shape::Opaque | Shape::Vp8(_) | Shape::Red(_) => None,
        }
    }

    /// The highest temporal layer above those of `now` and within `aim` that may be sent after it.
    fn opened(&self, now: Layers, aim: Layers) -> Option<u8> {
        let within = u8::MAX.checked_shr(7 - u32::from(aim.temporal.min(7))).unwrap_or_default();
        let above = u8::MAX.checked_shl(u32::from(now.temporal) + 1).unwrap_or_default();
        let opened = self.opens & within & above;
        (now.hold(self.layers) && self.layers.spatial == now.spatial)
            .then(|| opened.checked_ilog2())?
            .map(|at| at as u8)
    }
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Verdict {
    Send {
        /// The marker (RFC 9628 §4.1): of what is sent of the picture it is the last packet.
        marker: bool,
    },
    Drop,
}

impl Selection {
    /// Before the first picture, which `first` is a packet of.
    pub(crate) fn new(wanted: Layers, first: &PacketMeta) -> Self {
        let now = Layers { spatial: 0, temporal: wanted.temporal };
        let timestamp = first.timestamp;
        Self { now, before: now, since: first.index, timestamp, aim: wanted, is_intra: false, opens: None }
    }

    /// The highest layers that are sent.
    pub(crate) fn now(&self) -> Layers {
        self.now
    }

    /// Decides about a packet; `next` is one past the newest there was a decision about.
    pub(crate) fn judge(&mut self, wanted: Layers, next: u64, meta: &PacketMeta, frame: &Frame) -> Verdict {
        if meta.index < next {
            return verdict(if meta.index < self.since { self.before } else { self.now }, self.is_intra, meta, frame);
        }
        let mut now = self.now;
        if meta.timestamp != self.timestamp {
            self.timestamp = meta.timestamp;
            self.aim = wanted;
            self.is_intra = false;
            now.spatial = now.spatial.min(wanted.spatial);
            now.temporal = self.opens.take().unwrap_or(now.temporal).min(wanted.temporal);
        }
        if frame.is_intra {
            if frame.layers.spatial == 0 {
                self.is_intra = true;
                now.temporal = self.aim.temporal;
            } else if self.is_intra && frame.layers.spatial == now.spatial + 1 {
                now.spatial = frame.layers.spatial.min(self.aim.spatial);
            }
        }
        self.opens = self.opens.max(frame.opened(now, self.aim));
        if now != self.now {
            (self.before, self.now, self.since) = (self.now, now, next);
        }
        // The layers above an intra frame are about to be taken in.
        verdict(now, self.is_intra && now.spatial < self.aim.spatial, meta, frame)
    }
}

fn verdict(layers: Layers, grows: bool, meta: &PacketMeta, frame: &Frame) -> Verdict {
    if !layers.hold(frame.layers) {
        return Verdict::Drop;
    }
    let is_top = frame.ends && frame.layers.spatial == layers.spatial && !grows;
    Verdict::Send { marker: meta.marker || is_top }
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use super::*;
    use crate::Codec;
    use crate::wire::Vp9Descriptor;

    const TOP: Layers = Layers { spatial: 2, temporal: 2 };

    struct Film {
        selection: Selection,
        next: u64,
    }

    impl Film {
        fn new(wanted: Layers) -> Self {
            Self { selection: Selection::new(wanted, &meta(0, 0)), next: 0 }
        }

        /// A picture of three layers, one packet each: those sent, and which of them are marked.
        fn picture(&mut self, wanted: Layers, temporal: u8, intra: bool, switches_up: bool) -> Vec<(u8, bool)> {
            let timestamp = self.next as u32 * 1_000;
            let mut sent = vec![];
            for spatial in 0..3 {
                let flags = 0x2c | if intra { 0 } else { 0x40 };
                let layer = temporal << 5 | u8::from(switches_up) << 4 | spatial << 1;
                let frame = Vp9Descriptor::parse(&[flags, layer, 0, 0xaa]).expect("whole");
                let shape = Shape::Vp9(frame);
                let meta = PacketMeta { marker: spatial == 2, shape, ..meta(self.next, timestamp) };
                let frame = Frame::of(&shape).expect("layered");
                if let Verdict::Send { marker } = self.selection.judge(wanted, self.next, &meta, &frame) {
                    sent.push((spatial, marker));
                }
                self.next += 1;
            }
            sent
        }
    }

    fn meta(index: u64, timestamp: u32) -> PacketMeta {
        PacketMeta {
            index,
            timestamp,
            marker: false,
            codec: Codec::Vp9,
            starts_keyframe: false,
            shape: Shape::Opaque,
            audio_level: None,
            is_padded: false,
            arrived: Instant::now(),
        }
    }

    const WHOLE: [(u8, bool); 3] = [(0, false), (1, false), (2, true)];

    #[test]
    fn a_keyframe_brings_every_wanted_layer_and_one_marker() {
        assert_eq!(Film::new(TOP).picture(TOP, 0, true, true), WHOLE);
        for spatial in 0..3 {
            let wanted = Layers { spatial, ..TOP };
            let expected: Vec<_> = (0..=spatial).map(|layer| (layer, layer == spatial)).collect();
            assert_eq!(Film::new(wanted).picture(wanted, 0, true, true), expected);
        }
    }

    #[test]
    fn a_spatial_layer_goes_at_the_next_picture_and_comes_at_a_keyframe() {
        let mut film = Film::new(TOP);
        film.picture(TOP, 0, true, true);
        assert_eq!(film.picture(TOP, 0, false, true), WHOLE);
        assert_eq!(film.picture(Layers { spatial: 1, ..TOP }, 0, false, true), [(0, false), (1, true)]);
        assert_eq!(film.picture(TOP, 0, false, true), [(0, false), (1, true)]);
        assert_eq!(film.picture(TOP, 0, true, true), WHOLE);
    }

    #[test]
    fn a_temporal_layer_comes_after_a_switching_point_of_what_is_sent() {
        let base = Layers { temporal: 0, ..TOP };
        let mut film = Film::new(base);
        assert_eq!(film.picture(base, 0, true, true), WHOLE);
        assert_eq!(film.picture(base, 2, false, true), []);
        assert_eq!(film.picture(base, 0, false, false), WHOLE);
        assert_eq!(film.picture(TOP, 2, false, true), [], "a point of a layer left out says nothing");
        assert_eq!(film.picture(TOP, 0, false, false), WHOLE);
        assert_eq!(film.picture(TOP, 1, false, false), []);
        assert_eq!(film.picture(TOP, 0, false, true), WHOLE);
        assert_eq!(film.picture(TOP, 2, false, false), WHOLE);
        assert_eq!(film.picture(base, 1, false, true), [], "and goes at once");
    }
}
