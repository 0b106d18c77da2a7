//! SRTP and SRTCP of a participant, from the datagram to the track or the outlet it is about.

use std::time::{Duration, Instant};

use super::choices::BEHIND;
use super::quality::Direction;
use super::{Clue, ParticipantKey, Room};
use crate::egress::OutletKey;
use crate::ingress::{Arrival, Incoming, Ntp, Role, StreamPlace, Track};
use crate::rtcp::{Feedback, read};
use crate::slab::Key;
use crate::srtp::OpenError;
use crate::wire::{Extensions, RtpHeader};
use crate::{Codec, Counters, MediaKind, Remote, Source};

/// A round trip longer than this is a report about another life.
const MAX_RTT: Duration = Duration::from_secs(10);

impl Room {
    /// Takes an SRTP packet; decrypted in place.
    pub(crate) fn handle_rtp(
        &mut self,
        now: Instant,
        key: ParticipantKey,
        from: Remote,
        packet: &mut [u8],
        counters: &mut Counters,
    ) {
        let Some(participant) = self.participants.get_mut(key) else { return };
        let Some(opener) = participant.opener.as_mut() else {
            counters.srtp_rejected += 1;
            return;
        };
        let Some(header) = RtpHeader::parse(packet) else {
            counters.rtp_malformed += 1;
            return;
        };
        let (index, len) = match opener.open(packet, &header) {
            Ok(opened) => opened,
            Err(OpenError::Replayed) => {
                counters.srtp_replayed += 1;
                return;
            }
            Err(OpenError::Unauthentic | OpenError::TooManySsrcs) => {
                counters.srtp_rejected += 1;
                return;
            }
        };
        self.hear_from(now, key, from, counters);
        let packet = packet.get(..len).unwrap_or_default();
        match header.payload(packet) {
            Some(payload) => self.take_rtp(now, key, index, &header, packet, payload, counters),
            None => counters.rtp_malformed += 1,
        }
    }

    #[expect(clippy::too_many_arguments, reason = "one packet's parts, used once")]
    fn take_rtp(
        &mut self,
        now: Instant,
        key: ParticipantKey,
        index: u64,
        header: &RtpHeader,
        packet: &[u8],
        payload: &[u8],
        counters: &mut Counters,
    ) {
        let Some(participant) = self.participants.get_mut(key) else { return };
        let known = participant.latch.get(header.ssrc);
        let place = known.or_else(|| participant.latch.resolve(&participant.published, header, packet));
        let Some((place, (plan, table))) =
            place.and_then(|place| Some((place, participant.published.get(place.publication)?)))
        else {
            counters.rtp_unroutable += 1;
            return;
        };
        let Some((codec, role)) = table.get(header.payload_type).filter(|(_, role)| *role == place.role) else {
            counters.rtp_unroutable += 1;
            return;
        };
        if known.is_none() {
            self.clues.push((participant.id, Clue::Ssrc(header.ssrc)));
        }
        counters.rtp_in += 1;
        let (source, kind) = (plan.source, plan.kind);
        let (ids, mut audio_level, mut descriptor) = (&plan.extensions, None, &[][..]);
        for (id, data) in Extensions::of(header, packet) {
            if ids.audio_level == Some(id) && kind == MediaKind::Audio {
                audio_level = data.first().copied();
            } else if codec == Codec::Av1 && ids.dependency_descriptor == Some(id) {
                descriptor = data;
            } else if let Some(number) = data.first_chunk().filter(|_| ids.transport_cc == Some(id)) {
                let since_epoch = now.saturating_duration_since(self.clock.at);
                if participant.arrivals.record(now, since_epoch, u16::from_be_bytes(*number)) {
                    self.rearm.push(key);
                }
            }
        }
        if let Some(level) = audio_level.filter(|_| source == Source::Camera) {
            participant.voice.hear(now, level);
        }
        let track = participant.track_at(place);
        let is_new_media = known.is_none() && role == Role::Media;
        let track_key = match track {
            // A new SSRC in a known place is an encoder that started over: nothing of the old numbering holds.
            Some(track)
                if is_new_media
                    && self
                        .tracks
                        .get(track)
                        .is_some_and(|track| track.ssrc.is_some_and(|ssrc| ssrc != header.ssrc)) =>
            {
                self.remove_track(track);
                self.add_track(key, place, source, kind)
            }
            Some(track) => track,
            None => self.add_track(key, place, source, kind),
        };
        if audio_level.is_some() && self.tick.is_none() {
            self.schedule_tick(now);
        }
        let incoming = Incoming { index, header, codec, payload, audio_level, descriptor };
        let Some(track) = self.tracks.get_mut(track_key) else { return };
        let was_idle = track.fresh.is_empty();
        // A layer that was given up begins with a keyframe, which is not to be missed.
        let comes = match track.heard() {
            None => true,
            Some(at) => place.layer > 0 && now.saturating_duration_since(at) >= BEHIND,
        };
        let arrival = match role {
            Role::Media => track.receive(now, self.clock, &incoming),
            Role::Rtx => track.receive_rtx(now, &incoming),
        };
        match arrival {
            Arrival::Fresh { gap } => {
                counters.publisher_packets_lost += gap;
                counters.rtx_recovered_in += u64::from(role == Role::Rtx);
                if gap > 0 || track.keyframe_deadline(now).is_some_and(|due| due <= now) {
                    self.rearm.push(key);
                }
                if was_idle {
                    self.fresh.push(track_key);
                }
                if comes {
                    self.present(now);
                }
                self.feed_taps(track_key, counters);
            }
            Arrival::Stale => counters.rtp_stale += 1,
            Arrival::Padding => counters.padding_in += 1,
        }
    }

    fn add_track(&mut self, key: ParticipantKey, place: StreamPlace, source: Source, kind: MediaKind) -> Key<Track> {
        let track = self.tracks.insert(Track::new(key, source, kind, place.layer));
        let layers =
            self.participants.get_mut(key).and_then(|participant| participant.tracks.get_mut(place.publication));
        if let Some(layer) = layers.and_then(|layers| layers.get_mut(place.layer)) {
            *layer = Some(track);
        }
        track
    }

    /// A track has its first packet, or its first after a while: whoever should play it is pointed at it before the packet goes out.
    fn present(&mut self, now: Instant) {
        for subscriber in self.participants.keys() {
            self.retune(now, subscriber);
        }
        self.schedule_tick(now);
    }

    fn feed_taps(&mut self, key: Key<Track>, counters: &mut Counters) {
        if self.taps.is_empty() {
            return;
        }
        let Some(track) = self.tracks.get(key) else { return };
        let Some(publisher) = self.participants.get(track.publisher) else { return };
        let Some(packet) = track.fresh.last().and_then(|index| track.packet(*index)) else { return };
        for (_, tap) in &mut self.taps {
            counters.tap_dropped += u64::from(!tap.offer(publisher.id, track.source, track.layer as u8, packet));
        }
    }

    /// Takes an SRTCP packet.
    pub(crate) fn handle_rtcp(
        &mut self,
        now: Instant,
        key: ParticipantKey,
        from: Remote,
        packet: &[u8],
        counters: &mut Counters,
    ) {
        let Some(srtcp) = self.participants.get_mut(key).and_then(|participant| participant.srtcp.as_mut()) else {
            counters.srtcp_rejected += 1;
            return;
        };
        let Ok(plain) = srtcp.open(packet) else {
            counters.srtcp_rejected += 1;
            return;
        };
        self.hear_from(now, key, from, counters);
        let read = read(&plain, |feedback| self.take_feedback(now, key, feedback, counters));
        counters.rtcp_malformed += u64::from(read.is_err());
    }

    fn take_feedback(&mut self, now: Instant, key: ParticipantKey, feedback: Feedback<'_>, counters: &mut Counters) {
        match feedback {
            Feedback::SenderReport { ssrc, ntp, timestamp } => {
                let Some(participant) = self.participants.get_mut(key) else { return };
                participant.clock.record(Ntp::from_wire(ntp), Ntp::at(self.clock, now));
                let track = participant.latch.get(ssrc).and_then(|place| participant.track_at(place));
                if let Some(track) = track.and_then(|track| self.tracks.get_mut(track)) {
                    track.record_sender_report(now, ntp, timestamp);
                }
            }
            Feedback::Reception { ssrc, fraction_lost, total_lost, jitter, last_sender_report, delay } => {
                let Some(outlet) = self.outlet_of(key, ssrc).and_then(|outlet| self.outlets.get_mut(outlet)) else {
                    return;
                };
                counters.subscriber_packets_lost += u64::from(outlet.record_lost(total_lost));
                counters.jitter_samples += 1;
                counters.jitter_micros += u64::from(jitter) * 1_000_000 / u64::from(outlet.clock_rate());
                let Some(participant) = self.participants.get_mut(key) else { return };
                participant.quality.record_loss(Direction::Down, f32::from(fraction_lost) / 256.0);
                if let Some(rtt) = round_trip(Ntp::at(self.clock, now), last_sender_report, delay) {
                    counters.rtt_samples += 1;
                    counters.rtt_micros += rtt.as_micros() as u64;
                    participant.quality.record_rtt(rtt);
                }
            }
            Feedback::Nack { ssrc, sequences } => {
                counters.nacks_in += sequences.len() as u64;
                let Some(bandwidth) = self.participants.get(key).map(|participant| &participant.bandwidth) else {
                    return;
                };
                let (copies, is_queued) = (bandwidth.copies(), bandwidth.is_queued());
                let Some(key) = self.outlet_of(key, ssrc) else { return };
                let Some(outlet) = self.outlets.get(key) else { return };
                // Behind a queue only what still helps: a layer that was left to empty it must not fill it again.
                let helps = |sequence: &&u16| !is_queued || outlet.still_plays(**sequence);
                // One copy of each before the next: what is lost is lost in bursts.
                for _ in 0..copies {
                    self.resends.extend(sequences.iter().filter(helps).map(|sequence| (key, *sequence)));
                }
            }
            Feedback::KeyframeRequest { ssrc } => {
                counters.keyframe_requests_in += 1;
                if let Some(outlet) = self.outlet_of(key, ssrc) {
                    self.want_keyframe_for(outlet);
                }
            }
            Feedback::TransportWide(feedback) => {
                counters.transport_feedback_in += 1;
                self.take_transport_feedback(now, key, &feedback);
            }
            Feedback::Bye { ssrc } => {
                let Some(participant) = self.participants.get_mut(key) else { return };
                let place = participant.latch.get(ssrc).filter(|place| place.role == Role::Media);
                participant.latch.forget(ssrc);
                let layer =
                    place.and_then(|place| participant.tracks.get_mut(place.publication)?.get_mut(place.layer)?.take());
                if let Some(track) = layer {
                    self.remove_track(track);
                }
            }
        }
    }

    /// The outlet of this participant that sends with an SSRC.
    fn outlet_of(&self, key: ParticipantKey, ssrc: u32) -> Option<OutletKey> {
        let participant = self.participants.get(key)?;
        participant.outlets().find(|outlet| self.outlets.get(*outlet).is_some_and(|outlet| outlet.plan.ssrc.0 == ssrc))
    }
}

/// From the report's echo of our own (RFC 3550 §6.4.1); `None` where it echoes none, or cannot be.
fn round_trip(now: Ntp, last_sender_report: u32, delay: u32) -> Option<Duration> {
    let middle = (now.to_wire() >> 16) as u32;
    let units = middle.wrapping_sub(last_sender_report).wrapping_sub(delay);
    let rtt = Duration::from_secs_f64(f64::from(units) / 65_536.0);
    (last_sender_report != 0 && rtt <= MAX_RTT).then_some(rtt)
}
