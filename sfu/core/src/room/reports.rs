//! RTCP we originate: reports to everyone once a second, repairs and keyframes asked of publishers when due.

use std::time::Instant;

use super::quality::Direction;
use super::{ParticipantKey, Room};
use crate::egress::OutletKey;
use crate::ingress::Ntp;
use crate::rtcp::{Compound, ReportBlock};
use crate::sdp::slot_cname;
use crate::{Counters, Event, MediaKind};

/// What publishers may send until bandwidth is estimated: above the sum of the encodings `welcome` offers, camera and screen.
const GENEROUS_BITRATE: f32 = 8_000_000.0;
/// Compounds stay below the smallest common MTU with SRTCP's 20 bytes added.
const MAX_COMPOUND: usize = 1_000;

impl Room {
    pub(super) fn report(&mut self, now: Instant, key: ParticipantKey, counters: &mut Counters) {
        self.report_slots(now, key, counters);
        self.report_tracks(now, key, counters);
        self.count_bandwidth(now, key, counters);
        if let Some(participant) = self.participants.get_mut(key)
            && let Some(score) = participant.quality.take_change()
        {
            self.events.push_back(Event::Quality { participant: participant.id, score });
        }
    }

    /// Sender reports of the slots. Both halves of a slot are computed at one moment from one clock, so lips match.
    fn report_slots(&mut self, now: Instant, key: ParticipantKey, counters: &mut Counters) {
        let Some(participant) = self.participants.get(key) else { return };
        let control_ssrc = participant.control_ssrc;
        let slots: Vec<_> = participant.slots.iter().map(|slot| (slot.index, slot.audio, slot.video)).collect();
        let (mut compound, mut names) = (Compound::new(control_ssrc), Vec::new());
        for (index, audio, video) in slots {
            for outlet in audio.into_iter().chain(video) {
                let Some((ssrc, at, timestamp, packets, octets)) = self.sender_report(now, outlet) else { continue };
                compound.sender_report(ssrc, at, timestamp, packets, octets);
                names.push((ssrc, slot_cname(index)));
                counters.sender_reports_out += 1;
            }
            if compound.len() > MAX_COMPOUND / 2 {
                compound.names(&names);
                names.clear();
                self.send_rtcp(key, std::mem::replace(&mut compound, Compound::new(control_ssrc)));
            }
        }
        compound.names(&names);
        self.send_rtcp(key, compound);
    }

    fn sender_report(&mut self, now: Instant, key: OutletKey) -> Option<(u32, Ntp, u32, u32, u32)> {
        let outlet = self.outlets.get_mut(key)?;
        let track_key = outlet.playing?;
        let track = self.tracks.get(track_key)?;
        let publisher = self.participants.get(track.publisher)?;
        let clock = self.clock;
        let (at, timestamp) = outlet.report(Ntp::at(clock, now), track_key, |rate| {
            let newest = track.newest_timestamp()?;
            Some((track.captured(clock, &publisher.clock, newest, rate)?, newest))
        })?;
        Some((outlet.plan.ssrc.0, at, timestamp, outlet.packets, outlet.octets))
    }

    /// Receiver reports about what the participant publishes, and how much it may send.
    fn report_tracks(&mut self, now: Instant, key: ParticipantKey, counters: &mut Counters) {
        let Some(participant) = self.participants.get_mut(key) else { return };
        let (mut blocks, mut video) = (Vec::new(), Vec::new());
        for track in participant.all_tracks().collect::<Vec<_>>() {
            let Some(track) = self.tracks.get_mut(track) else { continue };
            let Some((ssrc, summary)) = track.report(now) else { continue };
            participant.quality.record_loss(Direction::Up, f32::from(summary.fraction_lost) / 256.0);
            blocks.push(ReportBlock {
                ssrc,
                fraction_lost: summary.fraction_lost,
                total_lost: summary.total_lost,
                highest: summary.highest,
                jitter: summary.jitter,
                last_sender_report: summary.last_sender_report,
                delay: summary.delay,
            });
            if track.kind == MediaKind::Video {
                video.push(ssrc);
            }
        }
        if blocks.is_empty() {
            return;
        }
        let mut compound = Compound::new(participant.control_ssrc);
        compound.receiver_report(&blocks);
        // Who estimates from our transport-wide feedback needs no bound from us.
        let estimates = participant.published.iter().any(|(plan, _)| plan.extensions.transport_cc.is_some());
        if !video.is_empty() && !estimates {
            compound.maximum_bitrate(GENEROUS_BITRATE, video);
        }
        counters.receiver_reports_out += 1;
        self.send_rtcp(key, compound);
    }

    /// Tells a publisher when its packets came, for its own bandwidth estimation.
    pub(super) fn report_arrivals(&mut self, key: ParticipantKey, counters: &mut Counters) {
        let Some(mut participant) = self.participants.get_mut(key) else { return };
        let tracks = &self.tracks;
        let ssrc = participant.tracks.iter().flatten().flatten().find_map(|track| tracks.get(*track)?.ssrc);
        while let Some(report) = participant.arrivals.take() {
            let mut compound = Compound::new(participant.control_ssrc);
            compound.arrivals(ssrc.unwrap_or_default(), &report);
            counters.transport_feedback_out += 1;
            self.send_rtcp(key, compound);
            let Some(again) = self.participants.get_mut(key) else { return };
            participant = again;
        }
    }

    /// Asks a publisher for lost packets and for keyframes that are due.
    pub(super) fn request_repairs(&mut self, now: Instant, key: ParticipantKey, counters: &mut Counters) {
        let Some(participant) = self.participants.get(key) else { return };
        let mut compound = Compound::new(participant.control_ssrc);
        let rtt = participant.quality.rtt();
        let mut missing = Vec::new();
        for track in participant.all_tracks().collect::<Vec<_>>() {
            let Some(track) = self.tracks.get_mut(track) else { continue };
            missing.clear();
            track.nacks.take_due(now, rtt, &mut missing);
            if let Some(ssrc) = track.ssrc.filter(|_| !missing.is_empty()) {
                compound.nack(ssrc, &missing);
                counters.nacks_out += 1;
            }
            if track.is_alive(now)
                && let Some(ssrc) = track.take_keyframe_request(now)
            {
                compound.picture_loss(ssrc);
                counters.keyframe_requests_out += 1;
            }
        }
        self.send_rtcp(key, compound);
    }

    fn send_rtcp(&mut self, key: ParticipantKey, compound: Compound) {
        let Some(participant) = self.participants.get_mut(key) else { return };
        let remote = self.links.get(participant.link).and_then(|link| link.remote);
        if compound.len() == 0 {
            return;
        }
        if let Some((remote, sealed)) =
            remote.zip(participant.srtcp.as_mut().and_then(|srtcp| srtcp.seal(&compound.finish())))
        {
            self.control.push_back((remote, sealed));
        }
    }
}
