//! What a browser that watches does: puts streams back together, asks for what is missing, and would freeze.

use std::collections::{BTreeMap, HashMap};
use std::time::{Duration, Instant};

use rtc_rtcp::packet::Packet;
use rtc_rtcp::payload_feedbacks::picture_loss_indication::PictureLossIndication;
use rtc_rtcp::receiver_report::ReceiverReport;
use rtc_rtcp::reception_report::ReceptionReport;
use rtc_rtcp::transport_feedbacks::transport_layer_nack::{TransportLayerNack, nack_pairs_from_sequence_numbers};
use sfu_core::MediaPlan;

use super::feedback::Feedback;
use super::publisher::Frame;
use crate::world::Got;

const LOOK_EVERY: Duration = Duration::from_millis(20);
const REPORT_EVERY: Duration = Duration::from_secs(1);
/// A packet is asked for again after so long, so many times, as libwebrtc does.
const NACK_AGAIN: Duration = Duration::from_millis(100);
const NACK_TRIES: u32 = 10;
/// Without a picture for so long, while packets come, a keyframe is asked for; again after as long.
const KEYFRAME_AFTER: Duration = Duration::from_millis(400);
/// What people see as standing still.
const FROZEN_AFTER: Duration = Duration::from_millis(300);

/// IPv4 and UDP headers.
pub(super) const WIRE_OVERHEAD: usize = 28;

pub(super) struct Viewer {
    streams: Vec<Stream>,
    feedback: Feedback,
    /// When a slot's picture became one of another layer: slot, and layer.
    pub(super) layers: Vec<(Instant, usize, u8)>,
    /// Bytes that came on the wire, and when.
    pub(super) came: Vec<(Instant, usize)>,
    look_at: Instant,
    report_at: Instant,
}

/// What was seen of one slot's video.
#[derive(Clone, Copy, Default, Debug)]
pub(super) struct Seen {
    pub(super) frames: u64,
    pub(super) frozen: Duration,
    pub(super) packets: u64,
    /// Packets that never came, by any way.
    pub(super) missed: u64,
    pub(super) keyframe_requests: u64,
}

struct Stream {
    ssrc: u32,
    rtx: Option<u32>,
    /// Highest sequence number, extended, once something came.
    highest: Option<u64>,
    /// Every packet by its extended sequence number: what it was of, its place, and its timestamp.
    packets: HashMap<u64, (Frame, u8, u8, u16, u32)>,
    missing: BTreeMap<u64, (u32, Instant)>,
    /// Next packet to be looked at for a picture.
    next: u64,
    last: Option<(Frame, u16, u32)>,
    shown_at: Option<Instant>,
    came_at: Option<Instant>,
    /// Since when packets come for the first picture.
    waits_since: Option<Instant>,
    asked_at: Option<Instant>,
    seen: Seen,
}

impl Viewer {
    pub(super) fn new(plan: &MediaPlan, now: Instant) -> Self {
        let halves = plan.slots.iter().filter_map(|slot| slot.video.as_ref());
        let streams = halves.map(|half| Stream::new(half.ssrc.0, half.rtx_ssrc.map(|ssrc| ssrc.0))).collect();
        Self {
            streams,
            feedback: Feedback::new(now),
            layers: Vec::new(),
            came: Vec::new(),
            look_at: now,
            report_at: now + REPORT_EVERY,
        }
    }

    pub(super) fn next(&self) -> Instant {
        self.look_at.min(self.report_at).min(self.feedback.next())
    }

    pub(super) fn seen(&self) -> impl Iterator<Item = Seen> {
        self.streams.iter().map(|stream| stream.seen)
    }

    pub(super) fn take(&mut self, now: Instant, got: &Got) {
        self.came.push((now, got.sealed.len() + WIRE_OVERHEAD));
        got.transport_sequence.iter().for_each(|sequence| self.feedback.take(now, *sequence));
        for stream in &mut self.streams {
            if got.ssrc == stream.ssrc {
                stream.take(now, got.sequence, got.timestamp, &got.payload);
            } else if stream.rtx == Some(got.ssrc)
                && let Some((original, payload)) = got.payload.split_first_chunk()
            {
                stream.take(now, u16::from_be_bytes(*original), got.timestamp, payload);
            }
        }
        self.note_layers(now);
    }

    fn note_layers(&mut self, now: Instant) {
        for (slot, stream) in self.streams.iter().enumerate() {
            let Some((frame, ..)) = stream.last else { continue };
            let noted = self.layers.iter().rev().find(|(_, of, _)| *of == slot).map(|(.., layer)| *layer);
            if noted != Some(frame.layer) {
                self.layers.push((now, slot, frame.layer));
            }
        }
    }

    /// What is due.
    pub(super) fn tick(&mut self, now: Instant, rtcp: &mut Vec<Box<dyn Packet>>) {
        if now >= self.look_at {
            self.look_at = now + LOOK_EVERY;
            self.streams.iter_mut().for_each(|stream| stream.ask(now, rtcp));
            self.note_layers(now);
        }
        self.feedback.tick(now, rtcp);
        if now >= self.report_at {
            self.report_at = now + REPORT_EVERY;
            let block = |stream: &Stream| ReceptionReport {
                ssrc: stream.ssrc,
                total_lost: stream.seen.missed as u32,
                last_sequence_number: stream.highest.unwrap_or_default() as u32,
                ..ReceptionReport::default()
            };
            let reports = self.streams.iter().filter(|stream| stream.highest.is_some()).map(block).collect();
            rtcp.push(Box::new(ReceiverReport { ssrc: 1, reports, ..ReceiverReport::default() }));
        }
    }

    /// The slot's pictures are not expected to move from here on.
    pub(super) fn forgive(&mut self) {
        self.streams.iter_mut().for_each(|stream| (stream.shown_at, stream.waits_since) = (None, None));
    }
}

impl Stream {
    fn new(ssrc: u32, rtx: Option<u32>) -> Self {
        Self {
            ssrc,
            rtx,
            highest: None,
            packets: HashMap::new(),
            missing: BTreeMap::new(),
            next: 0,
            last: None,
            shown_at: None,
            came_at: None,
            waits_since: None,
            asked_at: None,
            seen: Seen::default(),
        }
    }

    fn take(&mut self, now: Instant, sequence: u16, timestamp: u32, payload: &[u8]) {
        let (frame, part, parts, picture_id) = Frame::read(payload);
        let content = (frame, part, parts, picture_id, timestamp);
        let highest = *self.highest.get_or_insert_with(|| {
            self.next = u64::from(sequence) + 65_536;
            self.next - 1
        });
        let ahead = i64::from(sequence.wrapping_sub(highest as u16) as i16);
        let index = highest.saturating_add_signed(ahead);
        match self.packets.insert(index, content) {
            Some(before) => assert_eq!(before, content, "one sequence number stood for two packets"),
            None => self.seen.packets += 1,
        }
        self.missing.remove(&index);
        if index > highest {
            self.missing.extend((highest + 1..index).map(|lost| (lost, (0, now))));
            self.highest = Some(index);
        }
        self.came_at = Some(now);
        self.waits_since.get_or_insert(now);
        // The first packet to come was not the first to be sent.
        if self.seen.frames == 0 && index < self.next {
            let between = (index + 1..self.next).filter(|between| !self.packets.contains_key(between));
            self.missing.extend(between.map(|lost| (lost, (0, now))));
            self.next = index;
        }
        self.show(now);
    }

    /// Shows every picture that is whole and can be decoded, in order.
    fn show(&mut self, now: Instant) {
        loop {
            let Some(&(frame, part, parts, picture_id, timestamp)) = self.packets.get(&self.next) else {
                if self.skip_to_keyframe() {
                    continue;
                }
                return;
            };
            if part != 0 {
                // The rest of a picture whose beginning was given up.
                self.next += 1;
                continue;
            }
            let mut is_whole = true;
            let mut cut = None;
            for expected in 1..parts {
                match self.packets.get(&(self.next + u64::from(expected))) {
                    Some(packet) if packet.0 == frame => {
                        assert_eq!((packet.1, packet.4), (expected, timestamp), "a picture's parts are out of order");
                    }
                    // The slot changed its source in the middle of a picture.
                    Some((next, part, ..)) => {
                        assert!(next.is_keyframe && *part < expected, "{next:?} begins within {frame:?}");
                        cut = Some(self.next + u64::from(expected - part));
                        break;
                    }
                    None => is_whole = false,
                }
            }
            if let Some(cut) = cut {
                self.next = cut;
                continue;
            }
            if !is_whole {
                if self.skip_to_keyframe() {
                    continue;
                }
                return;
            }
            self.next += u64::from(parts);
            let follows = self.last.is_some_and(|(last, ..)| {
                (last.client, last.layer, last.number + 1) == (frame.client, frame.layer, frame.number)
            });
            if let Some((last, last_id, last_timestamp)) = self.last.filter(|_| follows) {
                assert_eq!(picture_id, (last_id + 1) & 0x7fff, "{last:?} is followed by {frame:?}");
                let ticks = timestamp.wrapping_sub(last_timestamp);
                assert!((2_000..900_000).contains(&ticks), "{ticks} ticks from one picture to the next");
            }
            if frame.is_keyframe || follows {
                self.last = Some((frame, picture_id, timestamp));
                self.seen.frames += 1;
                if let Some(before) = self.shown_at.replace(now) {
                    self.seen.frozen += (now - before).saturating_sub(FROZEN_AFTER);
                }
            }
        }
    }

    /// A whole keyframe needs nothing before it: libwebrtc shows it, whatever is still missing. Returns whether one has come.
    fn skip_to_keyframe(&mut self) -> bool {
        let is_there = |index: u64, of: Frame| self.packets.get(&index).is_some_and(|packet| packet.0 == of);
        let is_whole = |index: &u64| {
            self.packets.get(index).is_some_and(|(frame, part, parts, ..)| {
                let mut parts = 1..u64::from(*parts);
                frame.is_keyframe && *part == 0 && parts.all(|part| is_there(index + part, *frame))
            })
        };
        let keyframe = self.highest.and_then(|highest| (self.next + 1..=highest).find(is_whole));
        self.next = keyframe.unwrap_or(self.next);
        keyframe.is_some()
    }

    /// Asks for what is missing, gives up what was asked for often enough, and asks for a keyframe when nothing moves.
    fn ask(&mut self, now: Instant, rtcp: &mut Vec<Box<dyn Packet>>) {
        let mut lost = Vec::new();
        let mut given_up = None;
        self.missing.retain(|index, (tries, at)| {
            if *tries == NACK_TRIES {
                given_up = Some(*index);
                self.seen.missed += 1;
                return false;
            }
            if *tries == 0 || now - *at >= NACK_AGAIN {
                (*tries, *at) = (*tries + 1, now);
                lost.push(*index as u16);
            }
            true
        });
        if !lost.is_empty() {
            let nacks = nack_pairs_from_sequence_numbers(&lost);
            rtcp.push(Box::new(TransportLayerNack { sender_ssrc: 1, media_ssrc: self.ssrc, nacks }));
        }
        if let Some(index) = given_up {
            self.next = self.next.max(index + 1);
            // What comes after a hole needs a keyframe.
            self.last = None;
            self.show(now);
        }
        let flows = self.came_at.is_some_and(|came| now - came < KEYFRAME_AFTER);
        let since = self.shown_at.or(self.waits_since);
        let stands = since.is_some_and(|since| now - since > KEYFRAME_AFTER);
        if flows && stands && self.asked_at.is_none_or(|asked| now - asked > KEYFRAME_AFTER) {
            self.asked_at = Some(now);
            self.seen.keyframe_requests += 1;
            rtcp.push(Box::new(PictureLossIndication { sender_ssrc: 1, media_ssrc: self.ssrc }));
        }
        // A keyframe that has come whole makes all before it unnecessary.
        if stands && let Some(index) = self.whole_keyframe() {
            self.missing = self.missing.split_off(&index);
            self.next = index;
            self.show(now);
        }
        let horizon = self.next.saturating_sub(2_000);
        self.packets.retain(|index, _| *index >= horizon);
    }

    fn whole_keyframe(&self) -> Option<u64> {
        let begins = self
            .packets
            .iter()
            .filter(|(index, (frame, part, ..))| **index > self.next && *part == 0 && frame.is_keyframe);
        let whole = begins.filter(|(index, (_, _, parts, ..))| {
            (0..u64::from(*parts)).all(|part| self.packets.contains_key(&(**index + part)))
        });
        whole.map(|(index, _)| *index).min()
    }
}
