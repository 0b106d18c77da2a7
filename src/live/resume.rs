//! Resume tokens: they say which room to ask, and prove who asks.

use std::fmt;

use sfu::RoomId;
use sha2::{Digest, Sha256};

use crate::kernel::clock::Random;

/// The secret a participant comes back with. Good for as long as the room knows its [`ResumeKey`].
pub(super) struct ResumeToken {
    room: RoomId,
    text: String,
}

/// What the room keeps of a resume token: its hash, so that looking it up tells nothing by how long it takes.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub(super) struct ResumeKey([u8; 32]);

impl ResumeToken {
    pub(super) fn new(room: RoomId, random: &Random) -> Self {
        Self { room, text: format!("{}.{}", room.0.as_simple(), random.text::<32>()) }
    }

    /// The token in `text`; `None` when it cannot be one of ours.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let (room, _) = text.split_once('.')?;
        Some(Self { room: room.parse().ok()?, text: text.to_owned() })
    }

    pub(super) fn room(&self) -> RoomId {
        self.room
    }

    pub(super) fn key(&self) -> ResumeKey {
        ResumeKey(Sha256::digest(&self.text).into())
    }
}

impl fmt::Display for ResumeToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}
