//! Datagrams, batches and deadlines of a shard.

use std::time::Instant;

use super::deadlines::Timer;
use super::routes::Place;
use super::{Event, Shard};
use crate::room::{Clue, Fate, Progress, Room};
use crate::slab::Key;
use crate::transport::stun_answer;
use crate::wire::Protocol;
use crate::{Received, Remote, SendBatch, stun_ufrag};

impl Shard {
    /// Takes a datagram from the socket. The buffer is scratch space: its content is not preserved. Call [`Shard::batch`] when the socket is
    /// drained, or at most 200 µs later.
    pub fn datagram(&mut self, now: Instant, from: Remote, bytes: &mut [u8]) {
        self.counters.datagrams_in += 1;
        self.counters.bytes_in += bytes.len() as u64;
        let protocol = Protocol::of(bytes);
        let Some((protocol, place)) =
            protocol.and_then(|protocol| Some((protocol, self.whose(protocol, from, bytes)?)))
        else {
            self.counters.unknown_datagrams += 1;
            return;
        };
        self.active = Some(place.room);
        let Some(room) = self.rooms.get_mut(place.room) else { return };
        let fate = match protocol {
            Protocol::Rtp => {
                room.handle_rtp(now, place.participant, from, bytes, &mut self.counters);
                Fate::Stays
            }
            Protocol::Rtcp => {
                room.handle_rtcp(now, place.participant, from, bytes, &mut self.counters);
                Fate::Stays
            }
            Protocol::Stun => match room.handle_stun(now, place.participant, from, bytes, &mut self.counters) {
                Received::Accepted => {
                    self.learn(place, from);
                    self.pump(now, place)
                }
                Received::Rejected => self.reject(),
            },
            Protocol::Dtls => match room.handle_dtls(now, place.participant, from, bytes) {
                Received::Accepted => self.pump(now, place),
                Received::Rejected => self.reject(),
            },
        };
        self.seal_fate(now, place, fate);
    }

    /// The participant a datagram claims to be of.
    fn whose(&self, protocol: Protocol, from: Remote, bytes: &[u8]) -> Option<Place> {
        let routes = &self.routes;
        let of_ssrc = |at: usize| {
            let ssrc = bytes.get(at..).and_then(<[u8]>::first_chunk)?;
            routes.by_clue(Clue::Ssrc(u32::from_be_bytes(*ssrc)))
        };
        match protocol {
            // A check says by its ufrag whose it is, from whatever address it comes, an answer by what was asked.
            Protocol::Stun => match stun_ufrag(bytes) {
                Some(ufrag) => routes.by_ufrag(ufrag),
                None => stun_answer(bytes).and_then(|transaction| routes.by_clue(Clue::Answer(transaction))),
            },
            Protocol::Dtls => routes.by_remote(from),
            // Who has another address without knowing goes on sending.
            Protocol::Rtp => routes.by_remote(from).or_else(|| of_ssrc(8)),
            Protocol::Rtcp => routes.by_remote(from).or_else(|| of_ssrc(4)),
        }
    }

    fn reject(&mut self) -> Fate {
        self.counters.handshake_rejected += 1;
        Fate::Stays
    }

    /// Remembers that packets from `remote` are this participant's.
    fn learn(&mut self, place: Place, remote: Remote) {
        if self.routes.by_remote(remote) == Some(place) {
            return;
        }
        self.routes.add_remote(remote, place);
        let participant = self.rooms.get_mut(place.room).and_then(|room| room.participants.get_mut(place.participant));
        if let Some(old) = participant.and_then(|participant| participant.remember(remote)) {
            self.routes.remove_remote(old, place);
        }
    }

    fn pump(&mut self, now: Instant, place: Place) -> Fate {
        self.rooms.get_mut(place.room).map_or(Fate::Stays, |room| room.pump(now, place.participant))
    }

    fn seal_fate(&mut self, now: Instant, place: Place, fate: Fate) {
        match fate {
            Fate::Stays => self.settle(now, place.room),
            Fate::Ends(reason) => {
                let room = self.rooms.get(place.room);
                let ended = room.and_then(|room| Some((room.id, room.participants.get(place.participant)?.id)));
                self.remove(now, place);
                if let Some((room, participant)) = ended {
                    self.events.push_back((room, Event::Gone { participant, reason }));
                }
            }
        }
    }

    /// Forwards what came in since the last call, as far as the batch holds, and shows what is to be sent. Send it, clear it, and call again until
    /// it is empty.
    pub fn batch(&mut self, now: Instant) -> &mut SendBatch {
        self.flush_parting();
        while let Some(key) = self.busy.front().copied() {
            self.active = Some(key);
            if let Some(room) = self.rooms.get_mut(key) {
                if room.flush(now, &mut self.batch, &mut self.counters) == Progress::Full {
                    break;
                }
                room.is_queued = false;
            }
            self.busy.pop_front();
            self.settle(now, key);
        }
        &mut self.batch
    }

    fn flush_parting(&mut self) {
        while let Some((remote, packet)) = self.parting.front() {
            let Some(place) = self.batch.reserve(packet.len()) else { return };
            place.copy_from_slice(packet);
            self.batch.commit(*remote, packet.len());
            self.counters.datagrams_out += 1;
            self.counters.bytes_out += packet.len() as u64;
            self.parting.pop_front();
        }
    }

    /// When [`Shard::handle_timeout`] wants to be called next.
    pub fn poll_timeout(&mut self) -> Option<Instant> {
        self.deadlines.next()
    }

    /// Does what is due. Call [`Shard::batch`] afterwards.
    pub fn handle_timeout(&mut self, now: Instant) {
        while let Some((at, timer)) = self.deadlines.pop_due(now) {
            match timer {
                Timer::Participant(room, participant) => {
                    let place = Place { room, participant };
                    self.active = Some(room);
                    let Some(room) = self.rooms.get_mut(room) else { continue };
                    let Some(owner) = room.participants.get_mut(participant).filter(|owner| owner.armed == Some(at))
                    else {
                        continue;
                    };
                    owner.armed = None;
                    let fate = room.handle_participant_timeout(now, participant, &mut self.counters);
                    self.seal_fate(now, place, fate);
                }
                Timer::Room(key) => {
                    self.active = Some(key);
                    let Some(room) = self.rooms.get_mut(key).filter(|room| room.tick_armed == Some(at)) else {
                        continue;
                    };
                    room.tick_armed = None;
                    room.handle_tick(now);
                    self.settle(now, key);
                }
            }
        }
    }

    /// After any work on a room: timers, events, sending, closing.
    pub(super) fn settle(&mut self, now: Instant, key: Key<Room>) {
        let Some(room) = self.rooms.get_mut(key) else {
            self.active = None;
            return;
        };
        while let Some(participant) = room.rearm.pop() {
            let Some(deadline) = room.participant_deadline(now, participant) else { continue };
            let Some(owner) = room.participants.get_mut(participant) else { continue };
            // An earlier timer looks again when it comes: only an earlier deadline needs a new one.
            if owner.armed.is_none_or(|armed| deadline < armed) {
                owner.armed = Some(deadline);
                self.deadlines.push(deadline, Timer::Participant(key, participant));
            }
        }
        if let Some(tick) = room.tick.filter(|tick| room.tick_armed.is_none_or(|armed| *tick < armed)) {
            room.tick_armed = Some(tick);
            self.deadlines.push(tick, Timer::Room(key));
        }
        while let Some((participant, clue)) = room.clues.pop() {
            self.routes.add_clue(participant, clue);
        }
        while let Some(event) = room.events.pop_front() {
            self.events.push_back((room.id, event));
        }
        if room.participants.is_empty() {
            let id = room.id;
            self.parting.extend(room.take_control());
            self.by_id.remove(&id);
            self.rooms.remove(key);
        } else if room.has_work() && !room.is_queued {
            room.is_queued = true;
            self.busy.push_back(key);
        }
        self.active = None;
    }
}

#[cfg(test)]
mod tests {
    use std::net::SocketAddr;
    use std::time::Duration;

    use rtc_stun::attributes::{ATTR_USE_CANDIDATE, ATTR_USERNAME, RawAttribute};
    use rtc_stun::fingerprint::FINGERPRINT;
    use rtc_stun::integrity::MessageIntegrity;
    use rtc_stun::message::{BINDING_REQUEST, BINDING_SUCCESS, Message, Setter, TransactionId};
    use uuid::Uuid;

    use super::*;
    use crate::shard::testing::{OPTIONS, config, keys};
    use crate::srtp::{MAX_OVERHEAD, Sealable, Sealer};
    use crate::wire::write_header;
    use crate::{ParticipantId, RoomId, Source, SourceState, TrackState};

    const OFFER: &str = include_str!("../sdp/fixtures/firefox.sdp");
    /// As the offer says: its microphone, and the client's password.
    const SSRC: u32 = 3_032_519_888;
    const OPUS: u8 = 109;
    const PWD: &str = "db9bea78bbf6476f343f9df3483fe4c7";
    const OLD: Remote = Remote::udp(SocketAddr::new(std::net::IpAddr::V4(std::net::Ipv4Addr::new(192, 0, 2, 1)), 5000));
    const NEW: Remote =
        Remote::udp(SocketAddr::new(std::net::IpAddr::V4(std::net::Ipv4Addr::new(198, 51, 100, 1)), 99));

    /// A browser whose keys the test knows, at `OLD`, with its microphone on.
    struct Client {
        now: Instant,
        shard: Shard,
        place: Place,
        sealer: Sealer,
        sequence: u64,
    }

    impl Client {
        fn new() -> Self {
            let now = Instant::now();
            let mut shard = Shard::new(config(now));
            let who = ParticipantId(Uuid::from_u128(1));
            shard.join(now, RoomId(Uuid::from_u128(1)), who, OFFER, OPTIONS).expect("a browser's offer");
            let place = shard.routes.place(who).expect("a place");
            let room = shard.rooms.get_mut(place.room).expect("a room");
            room.secure(now, place.participant, &keys(1, 2)).expect("usable keys");
            let ours = shard.routes.negotiation(who).expect("an answer").local.clone();
            let username = format!("{}:94b29a2b", ours.ufrag).into_bytes();
            let mut nomination = stun(
                vec![
                    Box::new(BINDING_REQUEST),
                    Box::new(TransactionId([7; 12])),
                    Box::new(RawAttribute { typ: ATTR_USERNAME, value: username, ..RawAttribute::default() }),
                    Box::new(RawAttribute { typ: ATTR_USE_CANDIDATE, ..RawAttribute::default() }),
                ],
                &ours.pwd,
            );
            shard.datagram(now, OLD, &mut nomination);
            shard.batch(now).clear();
            let state = SourceState { audio: TrackState::On, video: TrackState::Off };
            shard.publish(now, who, Source::Camera, state);
            let sealer = Sealer::new(&keys(2, 1)).expect("usable keys");
            Self { now, shard, place, sealer, sequence: 1 }
        }

        /// Sends a packet of sound; what the shard sends upon it.
        fn speaks(&mut self, from: Remote) -> Vec<(Remote, Vec<u8>)> {
            let mut packet = vec![0; 12 + 4 + MAX_OVERHEAD];
            let header_len =
                write_header(&mut packet, false, OPUS, self.sequence, 0, SSRC, &[]).expect("room for a header");
            let plain = Sealable { ssrc: SSRC, index: self.sequence, header_len, prefix_len: 0, rest: &[1, 2, 3, 4] };
            let len = self.sealer.seal(&mut packet, &plain).expect("a packet");
            self.sequence += 1;
            self.says(from, packet.get_mut(..len).expect("a packet"))
        }

        fn says(&mut self, from: Remote, packet: &mut [u8]) -> Vec<(Remote, Vec<u8>)> {
            self.shard.datagram(self.now, from, packet);
            let batch = self.shard.batch(self.now);
            let sent = batch.datagrams().map(|(to, packet)| (to, packet.to_vec())).collect();
            batch.clear();
            sent
        }

        fn remote(&self) -> Option<Remote> {
            let room = self.shard.rooms.get(self.place.room)?;
            room.participants.get(self.place.participant)?.transport.as_ref()?.selected()
        }
    }

    fn stun(parts: Vec<Box<dyn Setter>>, pwd: &str) -> Vec<u8> {
        let provider = rtc_crypto::default_provider().expect("a provider");
        let proof = MessageIntegrity::new_short_term_integrity_with_provider(pwd.into(), provider.crypto());
        let proof: [Box<dyn Setter + '_>; 2] = [Box::new(proof), Box::new(FINGERPRINT)];
        let parts: Vec<Box<dyn Setter + '_>> =
            parts.into_iter().map(|part| -> Box<dyn Setter + '_> { part }).chain(proof).collect();
        let mut message = Message::new();
        message.build(&parts).expect("a message");
        message.raw
    }

    fn answer(question: &[u8]) -> Vec<u8> {
        let transaction = question.get(8..20).and_then(<[u8]>::first_chunk).copied().expect("a transaction");
        stun(vec![Box::new(BINDING_SUCCESS), Box::new(TransactionId(transaction))], PWD)
    }

    #[test]
    fn who_speaks_from_another_address_is_heard_asked_and_sent_to_there() {
        let mut client = Client::new();
        assert!(client.speaks(OLD).is_empty());
        assert_eq!(client.shard.counters().rtp_in, 1);
        client.now += Duration::from_millis(20);
        assert!(client.speaks(NEW).is_empty(), "a late packet of the old path may still come");
        client.now += Duration::from_millis(40);
        let sent = client.speaks(NEW);
        let [(to, question)] = sent.as_slice() else { panic!("{sent:?} is not one question") };
        assert_eq!((*to, client.remote()), (NEW, Some(OLD)), "nothing moves before the answer");
        assert_eq!(client.shard.counters().rtp_in, 3, "what is authentic is media, wherever it comes from");
        client.now += Duration::from_millis(40);
        client.says(NEW, &mut answer(question));
        assert_eq!(client.remote(), Some(NEW));
        assert_eq!(client.shard.routes.by_remote(NEW), Some(client.place));
        assert_eq!((client.shard.counters().path_questions_out, client.shard.counters().path_moves), (1, 1));

        client.now += Duration::from_millis(100);
        let back = client.speaks(OLD);
        let [(OLD, question)] = back.as_slice() else { panic!("{back:?} is not one question") };
        client.says(OLD, &mut answer(question));
        assert_eq!(client.remote(), Some(OLD), "and back, to an address that is known");
    }

    #[test]
    fn who_speaks_with_the_voice_of_another_moves_nothing() {
        let mut client = Client::new();
        client.speaks(OLD);
        client.now += Duration::from_millis(100);
        let mut forged = [0x80, OPUS, 0, 9, 0, 0, 0, 0, 0, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8];
        forged[8..12].copy_from_slice(&SSRC.to_be_bytes());
        let mut forged = [&forged[..], &[0; 16]].concat();
        assert!(client.says(NEW, &mut forged).is_empty());
        assert_eq!(client.shard.counters().srtp_rejected, 1);
        forged[8] ^= 1;
        client.says(NEW, &mut forged);
        assert_eq!(client.shard.counters().unknown_datagrams, 1, "an SSRC of nobody");

        let question = client.speaks(NEW).pop().map(|(_, question)| question).expect("a question");
        client.says(OLD, &mut answer(&question));
        assert_eq!(client.remote(), Some(OLD), "answered from elsewhere");
        let mut unproved = answer(&question);
        let last = unproved.len() - 12;
        unproved[last] ^= 1;
        client.says(NEW, &mut unproved);
        assert_eq!(client.remote(), Some(OLD), "answered by who does not know the password");
        assert_eq!(client.shard.counters().handshake_rejected, 2);
    }
}
