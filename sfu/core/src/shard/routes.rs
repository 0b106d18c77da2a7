//! Whose a datagram is, and where a participant lives.

use std::collections::{HashMap, VecDeque};

use super::negotiation::Negotiation;
use crate::room::{Clue, ParticipantKey, Room};
use crate::slab::Key;
use crate::{ParticipantId, Remote};

/// A participant's place on the shard.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Place {
    pub(super) room: Key<Room>,
    pub(super) participant: ParticipantKey,
}

/// Looked up by key only, never walked: the order of hash maps must not show in what a shard does.
#[derive(Default)]
pub(super) struct Routes {
    members: HashMap<ParticipantId, Member>,
    /// Only addresses that answered an integrity-checked Binding request.
    by_remote: HashMap<Remote, Place>,
    by_ufrag: HashMap<String, Place>,
    by_clue: HashMap<Clue, Place>,
}

/// Clues kept of one participant, the latest: with everything published there are ten SSRCs.
const MAX_CLUES: usize = 32;

struct Member {
    place: Place,
    /// `None` where keys were injected.
    negotiation: Option<Negotiation>,
    /// Ours before the last ICE restart: checks with it may still come, from whatever address.
    former_ufrag: Option<String>,
    clues: VecDeque<Clue>,
}

impl Routes {
    pub(super) fn place(&self, participant: ParticipantId) -> Option<Place> {
        self.members.get(&participant).map(|member| member.place)
    }

    pub(super) fn by_remote(&self, remote: Remote) -> Option<Place> {
        self.by_remote.get(&remote).copied()
    }

    pub(super) fn by_ufrag(&self, ufrag: &str) -> Option<Place> {
        self.by_ufrag.get(ufrag).copied()
    }

    /// Whose packet a clue says it is. Not to be believed before the packet has proved it.
    pub(super) fn by_clue(&self, clue: Clue) -> Option<Place> {
        self.by_clue.get(&clue).copied()
    }

    /// Remembers a clue. One that is another's already stays theirs; of questions only the last is waited for.
    pub(super) fn add_clue(&mut self, participant: ParticipantId, clue: Clue) {
        let Some(member) = self.members.get_mut(&participant) else { return };
        if self.by_clue.contains_key(&clue) {
            return;
        }
        let is_answer = |clue: &Clue| matches!(clue, Clue::Answer(_));
        let replaced = match member.clues.iter().position(is_answer).filter(|_| is_answer(&clue)) {
            Some(place) => member.clues.remove(place),
            None if member.clues.len() >= MAX_CLUES => member.clues.pop_front(),
            None => None,
        };
        if let Some(replaced) = replaced {
            self.by_clue.remove(&replaced);
        }
        member.clues.push_back(clue);
        self.by_clue.insert(clue, member.place);
    }

    pub(super) fn is_known_ufrag(&self, ufrag: &str) -> bool {
        self.by_ufrag.contains_key(ufrag)
    }

    pub(super) fn add(&mut self, participant: ParticipantId, place: Place, negotiation: Option<Negotiation>) {
        if let Some(negotiation) = &negotiation {
            self.by_ufrag.insert(negotiation.local.ufrag.clone(), place);
        }
        self.members.insert(participant, Member { place, negotiation, former_ufrag: None, clues: VecDeque::new() });
    }

    pub(super) fn add_remote(&mut self, remote: Remote, place: Place) {
        self.by_remote.insert(remote, place);
    }

    /// Forgets the address unless it has become another's meanwhile.
    pub(super) fn remove_remote(&mut self, remote: Remote, place: Place) {
        if self.by_remote.get(&remote) == Some(&place) {
            self.by_remote.remove(&remote);
        }
    }

    pub(super) fn negotiation(&self, participant: ParticipantId) -> Option<&Negotiation> {
        self.members.get(&participant)?.negotiation.as_ref()
    }

    /// Replaces what was negotiated. Of the ufrags before a new one, the last is kept.
    pub(super) fn renegotiate(&mut self, participant: ParticipantId, negotiation: Negotiation) {
        let Some(member) = self.members.get_mut(&participant) else { return };
        let old = member.negotiation.take().map(|old| old.local.ufrag).filter(|old| *old != negotiation.local.ufrag);
        if let Some(old) = old
            && let Some(older) = member.former_ufrag.replace(old)
        {
            self.by_ufrag.remove(&older);
        }
        self.by_ufrag.insert(negotiation.local.ufrag.clone(), member.place);
        member.negotiation = Some(negotiation);
    }

    pub(super) fn remove(&mut self, participant: ParticipantId, remotes: &[Remote]) {
        let Some(member) = self.members.remove(&participant) else { return };
        if let Some(negotiation) = member.negotiation {
            self.by_ufrag.remove(&negotiation.local.ufrag);
        }
        if let Some(former) = member.former_ufrag {
            self.by_ufrag.remove(&former);
        }
        for clue in member.clues {
            self.by_clue.remove(&clue);
        }
        for remote in remotes {
            self.remove_remote(*remote, member.place);
        }
    }
}
