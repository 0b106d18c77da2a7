//! The room as participants may see it.

use sfu::ParticipantId;
use signaling::message::{self, Grant, Person, RoomState, Snapshot, WaitingPerson};

use super::super::policy::Lock;
use super::Room;
use crate::booking::{Encryption, WaitingRoom};

impl Room {
    pub(super) fn room(&self) -> message::Room {
        message::Room {
            room: self.info.id,
            title: self.info.title.clone(),
            state: if self.over.is_some() { RoomState::Ended } else { RoomState::Open },
            locked: self.info.policy.lock == Lock::Locked,
            waiting_room: self.info.policy.waiting_room == WaitingRoom::On,
            end_to_end: self.info.encryption == Encryption::EndToEnd,
            capacity: self.info.policy.capacity,
            present: self.present(),
        }
    }

    /// Everything `id` may see.
    pub(super) fn snapshot(&self, id: ParticipantId) -> Snapshot {
        let mut participants: Vec<Person> =
            self.members.values().filter_map(|member| member.participant.person()).collect();
        participants.sort_by_key(|person| (person.joined_at_ms, person.participant));
        let slots = self.members.get(&id).map(|member| member.slots.clone()).unwrap_or_default();
        let waiting_people = if self.holds(id, Grant::Admit) { self.waiting_people() } else { Vec::new() };
        Snapshot { room: self.room(), participants, slots, waiting_people, chat: self.chat.iter().cloned().collect() }
    }

    /// Longest waiting first.
    pub(super) fn waiting_people(&self) -> Vec<WaitingPerson> {
        let mut people: Vec<WaitingPerson> =
            self.members.values().filter_map(|member| member.participant.waiting_person()).collect();
        people.sort_by_key(|person| (person.since_ms, person.participant));
        people
    }
}
