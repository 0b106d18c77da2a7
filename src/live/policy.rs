//! Who may enter a room, and how. Signaling and the SFU see only the outcome.

use std::collections::HashSet;

use signaling::message::{Grant, Role};
use signaling::{ErrorCode, Refusal};

use super::token::RoomToken;
use crate::booking::WaitingRoom;
use crate::kernel::ids::UserId;

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Lock {
    Locked,
    Unlocked,
}

/// What becomes of somebody who wants in.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Entry {
    Direct,
    /// A moderator decides.
    Wait,
    Denied(Refusal),
}

/// The rules of one room.
#[derive(Clone, Debug)]
pub(super) struct RoomPolicy {
    pub waiting_room: WaitingRoom,
    pub lock: Lock,
    pub capacity: usize,
    /// People who were removed once; they come back only through the waiting room.
    removed: HashSet<UserId>,
    /// A guest is nobody in particular: after one was removed, all guests that come must be let in.
    guests: WaitingRoom,
}

impl RoomPolicy {
    pub(super) fn new(waiting_room: WaitingRoom, capacity: usize) -> Self {
        Self { waiting_room, lock: Lock::Unlocked, capacity, removed: HashSet::new(), guests: waiting_room }
    }

    /// May the bearer of `token` enter, with `present` people inside?
    pub(super) fn entry(&self, token: &RoomToken, present: usize) -> Entry {
        // Hosts pass: nobody should be locked out of their own session by their guests.
        if token.grants.contain(Grant::Admit) {
            return Entry::Direct;
        }
        if self.lock == Lock::Locked {
            return Entry::Denied(Refusal::new(ErrorCode::RoomLocked, "This room is locked."));
        }
        if present >= self.capacity {
            return Entry::Denied(self.full());
        }
        let was_removed = token.user.is_some_and(|user| self.removed.contains(&user));
        let guests_wait = token.role == Role::Guest && self.guests == WaitingRoom::On;
        if self.waiting_room == WaitingRoom::On || was_removed || guests_wait { Entry::Wait } else { Entry::Direct }
    }

    /// May a moderator let one more in, with `present` people inside? The lock is no matter: it was their decision.
    pub(super) fn admission(&self, present: usize) -> Result<(), Refusal> {
        if present < self.capacity { Ok(()) } else { Err(self.full()) }
    }

    /// Remembers that the bearer of `token` was removed.
    pub(super) fn removed(&mut self, token: &RoomToken) {
        match token.user {
            Some(user) => drop(self.removed.insert(user)),
            None => self.guests = WaitingRoom::On,
        }
    }

    fn full(&self) -> Refusal {
        let message = format!("This room holds {} people and all places are taken.", self.capacity);
        Refusal::new(ErrorCode::RoomFull, message)
    }
}

#[cfg(test)]
mod tests {
    use signaling::message::Grants;
    use uuid::Uuid;

    use super::*;
    use crate::kernel::clock::Timestamp;

    fn token(role: Role, user: Option<u128>) -> RoomToken {
        let grants = match role {
            Role::Host => vec![Grant::Publish, Grant::Subscribe, Grant::Admit, Grant::Moderate],
            Role::Member | Role::Guest => vec![Grant::Publish, Grant::Subscribe],
        };
        RoomToken {
            room: "r".parse().expect("a pattern"),
            participant: None,
            user: user.map(|user| UserId(Uuid::from_u128(user))),
            login: None,
            name: None,
            role,
            grants: Grants::from_iter(grants),
            about: None,
            jti: String::new(),
            until: Timestamp(0),
        }
    }

    fn code(entry: Entry) -> &'static str {
        match entry {
            Entry::Direct => "direct",
            Entry::Wait => "wait",
            Entry::Denied(refusal) if refusal.code == ErrorCode::RoomFull => "full",
            Entry::Denied(_) => "locked",
        }
    }

    #[test]
    fn entry_follows_the_rooms_settings() {
        use Lock::{Locked, Unlocked};
        use WaitingRoom::{Off, On};
        let cases = [
            (Role::Guest, Off, Unlocked, 0, "direct"),
            (Role::Guest, On, Unlocked, 0, "wait"),
            (Role::Member, On, Unlocked, 0, "wait"),
            (Role::Host, On, Unlocked, 0, "direct"),
            (Role::Guest, Off, Locked, 0, "locked"),
            (Role::Host, Off, Locked, 0, "direct"),
            (Role::Guest, Off, Unlocked, 2, "full"),
            (Role::Guest, On, Unlocked, 2, "full"),
            (Role::Host, On, Unlocked, 2, "direct"),
        ];
        for (role, waiting_room, lock, present, expected) in cases {
            let policy = RoomPolicy { lock, ..RoomPolicy::new(waiting_room, 2) };
            assert_eq!(code(policy.entry(&token(role, None), present)), expected, "{role:?} {waiting_room:?} {lock:?}");
        }
    }

    #[test]
    fn the_removed_come_back_only_through_the_waiting_room() {
        let mut policy = RoomPolicy::new(WaitingRoom::Off, 9);
        policy.removed(&token(Role::Member, Some(1)));
        assert_eq!(code(policy.entry(&token(Role::Member, Some(1)), 0)), "wait");
        assert_eq!(code(policy.entry(&token(Role::Member, Some(2)), 0)), "direct");
        assert_eq!(code(policy.entry(&token(Role::Guest, None), 0)), "direct");
        policy.removed(&token(Role::Guest, None));
        assert_eq!(code(policy.entry(&token(Role::Guest, None), 0)), "wait");
        assert_eq!(code(policy.entry(&token(Role::Member, Some(2)), 0)), "direct");
    }
}
