//! Carries out what participants' state machines ask for.

use sfu::{ParticipantId, Watch};
use signaling::message::{ChatMessage, Grant, Quality, Sources};
use signaling::{Ask, Effect, EndReason, ErrorCode, MessageId, Presence, Refusal, ServerMessage, limits};

use super::super::media::{self, Asker, Order};
use super::super::policy::Entry;
use super::super::records::Record;
use super::member::Connection;
use super::{Now, Occupied, Output, Room};
use crate::booking::Media;

/// Connections a room holds for people who are not let in; who comes after them connects when they are. Product decision.
const MAX_PREPARED: usize = 64;

impl Room {
    /// Marks a participant whose machine was fed; [`settle`](Self::settle) will see to it.
    pub(super) fn touch(&mut self, id: ParticipantId) {
        self.dirty.push_back(id);
    }

    /// Carries out what `id`, and whoever is touched by that, asks for.
    pub(super) fn settle(&mut self, now: Now, id: ParticipantId) {
        self.touch(id);
        while let Some(id) = self.dirty.pop_front() {
            self.drain(now, id);
        }
        self.check_idle(now);
    }

    fn drain(&mut self, now: Now, id: ParticipantId) {
        while let Some(effect) = self.members.get_mut(&id).and_then(|member| member.participant.poll_effect()) {
            self.carry_out(now, id, effect);
        }
    }

    fn carry_out(&mut self, now: Now, id: ParticipantId, effect: Effect) {
        match effect {
            Effect::Send(socket, message) => self.send(socket, &message),
            Effect::Close(socket, code) => self.outputs.push_back(Output::Close(socket, code)),
            Effect::Ask(ask) => self.answer(now, id, ask),
            Effect::Arrived => self.arrived(now, id),
            Effect::Changed => self.tell_of(id),
            Effect::Left { reason, was } => self.left(now, id, reason, was),
        }
    }

    fn answer(&mut self, now: Now, id: ParticipantId, ask: Ask) {
        match ask {
            Ask::Enter => self.enter(now, id),
            Ask::Prepare { offer } => self.prepare(now, id, offer),
            Ask::LetIn { sources } => self.let_in(now, id, sources),
            Ask::Connect { offer, sources } => self.connect(now, id, offer, sources),
            Ask::Reoffer { offer } => {
                let asker = Asker::Participant(id);
                self.order(Order::Reoffer { participant: id, offer, asker });
            }
            Ask::Snapshot => self.show(now, id),
            Ask::Ready => self.order(Order::Ready(id)),
            Ask::Publish { source, state } => self.order(Order::Publish(id, source, state)),
            Ask::Subscribe { wants } => {
                if let Some(member) = self.members.get_mut(&id) {
                    member.wants = Some(wants.clone());
                }
                self.order(Order::Subscribe(id, wants));
            }
            Ask::Chat { re, text } => self.say(now, id, re, text),
            Ask::Moderate { re, moderation } => self.moderate(now, id, re, moderation),
        }
    }

    fn enter(&mut self, now: Now, id: ParticipantId) {
        let present = self.present();
        let Some(member) = self.members.get_mut(&id) else { return };
        let verdict = match self.info.policy.entry(&member.token, present) {
            Entry::Direct => member.participant.admit(now.wall_ms()),
            Entry::Wait => member.participant.wait(now.wall_ms()),
            Entry::Denied(refusal) => member.participant.deny(refusal),
        };
        debug_assert!(verdict.is_ok(), "they have just asked");
        if member.participant.presence() == Presence::Waiting {
            self.tell_of_waiting();
        }
    }

    /// Connects somebody who is not let in: what takes long is done when they are.
    fn prepare(&mut self, now: Now, id: ParticipantId, offer: String) {
        let prepared = self.members.values().filter(|member| member.connection == Connection::Ahead).count();
        let Some(member) = self.members.get_mut(&id) else { return };
        if prepared >= MAX_PREPARED && member.connection == Connection::None {
            let full = Refusal::new(ErrorCode::RoomFull, "Too many people are about to join; join with an offer.");
            let _ = member.participant.answered(now.wall_ms(), Err(full));
            return;
        }
        member.connecting += 1;
        let former = std::mem::replace(&mut member.connection, Connection::Ahead);
        member.media = Media::Lost;
        let options = media::caller_options(&member.token.grants, self.settings.media.slots, Watch::Nobody);
        if former != Connection::None {
            self.order(Order::Leave(id));
        }
        let (sources, asker) = (Sources::default(), Asker::Participant(id));
        self.order(Order::Connect { participant: id, offer, options, sources, asker });
    }

    fn let_in(&mut self, now: Now, id: ParticipantId, sources: Sources) {
        if let Some(member) = self.members.get_mut(&id) {
            member.connection = Connection::Inside;
            member.entered_at = Some(now.at);
            self.order(Order::LetIn { participant: id, sources });
        }
    }

    fn connect(&mut self, now: Now, id: ParticipantId, offer: String, sources: Sources) {
        let slots = self.settings.media.slots;
        self.note_media(now, id, Media::Lost);
        let Some(member) = self.members.get_mut(&id) else { return };
        let former = std::mem::replace(&mut member.connection, Connection::Inside);
        member.connecting += 1;
        member.slots.clear();
        member.layers.clear();
        member.entered_at = Some(now.at);
        let options = media::caller_options(&member.token.grants, slots, Watch::Everyone);
        let wants = member.wants.clone();
        if former != Connection::None {
            self.order(Order::Leave(id));
        }
        self.order(Order::Connect { participant: id, offer, options, sources, asker: Asker::Participant(id) });
        if let Some(wants) = wants {
            self.order(Order::Subscribe(id, wants));
        }
    }

    /// Shows a participant the room.
    fn show(&mut self, now: Now, id: ParticipantId) {
        let snapshot = self.snapshot(id);
        let Some(member) = self.members.get_mut(&id) else { return };
        if member.participant.show(snapshot).is_err() {
            return;
        }
        // The snapshot's message is still in the machine; what follows must come after it.
        self.drain(now, id);
        let Some(socket) = self.members.get(&id).and_then(|member| member.participant.audience()) else { return };
        let score = |member: &super::Member| {
            let participant = member.participant.id();
            member.quality.map(|score| Quality { participant, score })
        };
        let scores: Vec<_> = self.members.values().filter_map(score).collect();
        if !scores.is_empty() {
            self.send(socket, &ServerMessage::Quality { scores });
        }
        let layers = self.members.get(&id).map(|member| member.layers.clone()).unwrap_or_default();
        for (source, layers) in layers {
            self.send(socket, &ServerMessage::Layers { source, layers });
        }
        if !self.speakers.is_empty() {
            self.send(socket, &ServerMessage::Speakers { participants: self.speakers.clone() });
        }
    }

    fn say(&mut self, now: Now, id: ParticipantId, re: Option<MessageId>, text: String) {
        let chat_id = self.uuid();
        let Some(member) = self.members.get_mut(&id) else { return };
        member.participant.reply(re, Ok(()));
        let name = member.participant.identity().name.clone().unwrap_or_default();
        let message = ChatMessage { id: chat_id.to_string(), participant: id, name, text, sent_at_ms: now.wall_ms() };
        if self.chat.len() == limits::CHAT_REPLAY {
            self.chat.pop_front();
        }
        self.chat.push_back(message.clone());
        self.sessions_only(|session| Record::chat(session, message.clone()));
        self.broadcast(&ServerMessage::Chat { message });
    }

    fn arrived(&mut self, now: Now, id: ParticipantId) {
        let Some(member) = self.members.get(&id) else { return };
        let (user, media) = (member.token.user, member.media);
        let Some(person) = member.participant.person() else { return };
        self.settings.metrics.participants.inc();
        if self.occupied == Occupied::Never {
            self.occupied = Occupied::Once;
            self.sessions_only(|session| Record::opened(session, now.wall));
        }
        self.sessions_only(|session| Record::joined(session, now.wall, user, &person));
        if media == Media::Connected {
            self.sessions_only(|session| Record::media(session, now.wall, id, media));
        }
        self.tell_of(id);
        self.tell_outside();
    }

    fn left(&mut self, now: Now, id: ParticipantId, reason: EndReason, was: Presence) {
        let Some(member) = self.members.remove(&id) else { return };
        if let Some(resume) = member.resume {
            self.resumes.remove(&resume);
        }
        self.close_doors_of(id);
        if was != Presence::Outside {
            self.settings.metrics.ended(reason);
        }
        if member.connection != Connection::None {
            self.order(Order::Leave(id));
        }
        match was {
            Presence::Outside | Presence::Entering => {}
            Presence::Waiting => self.tell_of_waiting(),
            Presence::Here => {
                self.settings.metrics.participants.dec();
                self.speakers.retain(|speaker| *speaker != id);
                self.broadcast(&ServerMessage::ParticipantLeft { participant: id, reason: reason.seen_by_others() });
                self.tell_outside();
                self.sessions_only(|session| Record::left(session, now.wall, id));
            }
        }
    }

    pub(super) fn order(&mut self, order: Order) {
        self.outputs.push_back(Output::Media(order));
    }

    /// Tells everyone present what a person is like now.
    fn tell_of(&mut self, id: ParticipantId) {
        let person = self.members.get(&id).and_then(|member| member.participant.person());
        if let Some(participant) = person {
            self.broadcast(&ServerMessage::Participant { participant });
        }
    }

    /// Tells those who may admit who waits.
    pub(super) fn tell_of_waiting(&mut self) {
        let message = ServerMessage::WaitingPeople { people: self.waiting_people() };
        self.tell(&message, |member| member.token.grants.contain(Grant::Admit));
    }

    /// Tells those on the pre-join page and in the waiting room how many are in.
    pub(super) fn tell_outside(&mut self) {
        let message = ServerMessage::Room { room: self.room() };
        let outside =
            |member: &&super::Member| matches!(member.participant.presence(), Presence::Outside | Presence::Waiting);
        let sockets: Vec<_> =
            self.members.values().filter(outside).filter_map(|member| member.participant.socket()).collect();
        sockets.into_iter().for_each(|socket| self.send(socket, &message));
    }
}
