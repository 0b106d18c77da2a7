//! A participant's connection: what the transport below tells, and what leaves by it.

use std::time::Instant;

use rand::RngExt;

use super::participant::Phase;
use super::{ParticipantKey, Room};
use crate::srtp::{Opener, Sealer, Srtcp};
use crate::transport::{Transaction, is_quiet};
use crate::{Counters, DataKind, Event, GoneReason, Received, Remote, SrtpKeys, TransportEvent, Watch};

/// What the shard has to do after a connection was handled.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Fate {
    Stays,
    /// The connection is over: forget the participant and say so.
    Ends(GoneReason),
}

/// What tells whose a packet is when its address does not.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(crate) enum Clue {
    /// It is sent with an SSRC of theirs.
    Ssrc(u32),
    /// It answers what they were asked.
    Answer(Transaction),
}

impl Room {
    /// Takes a STUN packet addressed to this participant's ufrag or address.
    pub(crate) fn handle_stun(
        &mut self,
        now: Instant,
        key: ParticipantKey,
        from: Remote,
        packet: &[u8],
        counters: &mut Counters,
    ) -> Received {
        let Some(participant) = self.participants.get_mut(key) else { return Received::Rejected };
        let Some(transport) = participant.transport.as_mut() else { return Received::Rejected };
        let before = transport.selected();
        let received = transport.handle_stun(now, participant.heard, from, packet);
        let moved = before.is_some() && transport.selected() != before && is_quiet(now, participant.heard);
        if received == Received::Accepted {
            self.hear(now, key);
            self.reach(now, key);
            if moved {
                counters.path_moves += 1;
                self.begin_anew(now, key);
            }
        }
        received
    }

    /// Notes that a client that was not there yet is on its way.
    fn reach(&mut self, now: Instant, key: ParticipantKey) {
        let connecting = |participant: &&mut super::Participant| participant.phase == Phase::Connecting;
        if let Some(participant) = self.participants.get_mut(key).filter(connecting) {
            participant.phase = Phase::Reached;
            self.prepare(now, key);
        }
    }

    pub(crate) fn handle_dtls(&mut self, now: Instant, key: ParticipantKey, from: Remote, packet: &[u8]) -> Received {
        let Some(transport) = self.participants.get_mut(key).and_then(|participant| participant.transport.as_mut())
        else {
            return Received::Rejected;
        };
        let received = transport.handle_dtls(now, from, packet);
        if received == Received::Accepted {
            self.hear(now, key);
        }
        received
    }

    /// Notes that authentic media, or reports of it, came. Where they come from elsewhere than ours goes to, and nothing comes from
    /// there, the client may have another address: it is asked.
    pub(super) fn hear_from(&mut self, now: Instant, key: ParticipantKey, from: Remote, counters: &mut Counters) {
        let Some(participant) = self.participants.get_mut(key) else { return };
        let selected = self.links.get(participant.link).and_then(|link| link.remote);
        let is_there = match (&participant.transport, selected) {
            (_, Some(selected)) => selected == from,
            (Some(transport), None) => transport.is_authenticated(now, from),
            (None, None) => true,
        };
        if is_there {
            self.hear(now, key);
        } else if selected.is_none() || is_quiet(now, participant.heard) {
            let transaction = self.rng.random();
            let asked = participant.transport.as_mut().and_then(|transport| transport.ask(now, from, transaction));
            if let Some(transaction) = asked {
                counters.path_questions_out += 1;
                self.clues.push((participant.id, Clue::Answer(transaction)));
                self.collect(key);
            }
        }
    }

    /// Notes that an authentic packet of any kind came.
    pub(super) fn hear(&mut self, now: Instant, key: ParticipantKey) {
        let Some(participant) = self.participants.get_mut(key) else { return };
        let was_away = participant.was_away(now);
        participant.heard = now;
        if was_away {
            self.begin_anew(now, key);
        }
        let Some(participant) = self.participants.get_mut(key) else { return };
        if participant.liveness == super::Liveness::Stalled {
            participant.liveness = super::Liveness::Lively;
            self.events.push_back(Event::Revived { participant: participant.id });
            self.rearm.push(key);
        }
    }

    /// Carries out what the transport has to say and takes what it has to send.
    pub(crate) fn pump(&mut self, now: Instant, key: ParticipantKey) -> Fate {
        while let Some(event) =
            self.participants.get_mut(key).and_then(|participant| participant.transport.as_mut()?.poll_event())
        {
            match event {
                TransportEvent::Connected(keys) => {
                    if self.secure(now, key, &keys).is_err() {
                        return Fate::Ends(GoneReason::Failed);
                    }
                }
                TransportEvent::Selected(remote) => self.select(now, key, remote),
                TransportEvent::DataOpened { channel, label } => {
                    if let Some(participant) = self.participants.get_mut(key) {
                        participant.channels.push((channel, label));
                    }
                }
                TransportEvent::DataClosed { channel } => {
                    if let Some(participant) = self.participants.get_mut(key) {
                        participant.channels.retain(|(known, _)| *known != channel);
                    }
                }
                TransportEvent::DataMessage { channel, kind, bytes } => {
                    let label = self
                        .participants
                        .get(key)
                        .and_then(|from| from.channels.iter().find(|(known, _)| *known == channel));
                    if let Some((_, label)) = label {
                        let label = label.clone();
                        self.relay(now, key, &label, kind, &bytes);
                    }
                }
                TransportEvent::Closed => return Fate::Ends(GoneReason::Closed),
                TransportEvent::ConsentExpired => self.unselect(key),
                TransportEvent::ConsentLost => return Fate::Ends(GoneReason::ConsentLost),
                TransportEvent::Failed => return Fate::Ends(GoneReason::Failed),
            }
        }
        self.collect(key);
        self.rearm.push(key);
        Fate::Stays
    }

    fn collect(&mut self, key: ParticipantKey) {
        let Some(transport) = self.participants.get_mut(key).and_then(|participant| participant.transport.as_mut())
        else {
            return;
        };
        while let Some((remote, packet)) = transport.poll_transmit() {
            self.control.push_back((remote, packet.to_vec()));
        }
    }

    /// Installs the keys of a finished handshake.
    ///
    /// # Errors
    /// The keys are unusable.
    pub(crate) fn secure(
        &mut self,
        now: Instant,
        key: ParticipantKey,
        keys: &SrtpKeys,
    ) -> Result<(), crate::SrtpKeysUnusable> {
        let (opener, srtcp, sealer) = (Opener::new(keys)?, Srtcp::new(keys)?, Sealer::new(keys)?);
        if let Some(participant) = self.participants.get_mut(key) {
            participant.opener = Some(opener);
            participant.srtcp = Some(srtcp);
            if let Some(link) = self.links.get_mut(participant.link) {
                link.sealer = Some(sealer);
            }
        }
        self.connect_if_ready(now, key);
        Ok(())
    }

    /// Sends to `remote` from now on.
    pub(crate) fn select(&mut self, now: Instant, key: ParticipantKey, remote: Remote) {
        let Some(participant) = self.participants.get(key) else { return };
        let Some(link) = self.links.get_mut(participant.link) else { return };
        let was_gone = link.remote.replace(remote).is_none();
        if was_gone && participant.phase == Phase::Connected {
            // What should have begun anew could not be asked for while nothing could be sent.
            self.open_gate(now, key);
        }
        self.connect_if_ready(now, key);
    }

    /// Sends nothing until there is a path again.
    fn unselect(&mut self, key: ParticipantKey) {
        if let Some(link) = self.participants.get(key).and_then(|participant| self.links.get_mut(participant.link)) {
            link.remote = None;
        }
    }

    fn connect_if_ready(&mut self, now: Instant, key: ParticipantKey) {
        self.reach(now, key);
        let Some(participant) = self.participants.get_mut(key) else { return };
        let link = self.links.get(participant.link);
        let usable = link.is_some_and(|link| link.remote.is_some() && link.sealer.is_some());
        if participant.phase == Phase::Connected || !usable {
            return;
        }
        participant.phase = Phase::Connected;
        participant.report_due = now + super::timers::FIRST_REPORT;
        self.events.push_back(Event::Connected { participant: participant.id });
        self.rearm.push(key);
        self.open_gate(now, key);
    }

    /// Passes an application message to everyone else who has the channel; not from or to who is not let in yet.
    fn relay(&mut self, now: Instant, from: ParticipantKey, label: &str, kind: DataKind, bytes: &[u8]) {
        let inside =
            |key| self.participants.get(key).is_some_and(|participant| participant.options.watch != Watch::Nobody);
        if !inside(from) {
            return;
        }
        for key in self.participants.keys().into_iter().filter(|key| *key != from && inside(*key)).collect::<Vec<_>>() {
            self.send_data(now, key, label, kind, bytes);
        }
    }

    pub(crate) fn send_data(&mut self, now: Instant, key: ParticipantKey, label: &str, kind: DataKind, bytes: &[u8]) {
        let Some(participant) = self.participants.get_mut(key) else { return };
        let channel = participant.channels.iter().find(|(_, known)| known == label).map(|(channel, _)| *channel);
        if let Some((channel, transport)) = channel.zip(participant.transport.as_mut()) {
            // A message that does not fit a slow reader's buffer is lost to that reader alone.
            let _ = transport.send_data(now, channel, kind, bytes);
            self.collect(key);
            self.rearm.push(key);
        }
    }
}
