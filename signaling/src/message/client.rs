//! Client → server (PROTOCOL.md §3).

use serde::{Deserialize, Serialize};
use sfu_core::{MediaKind, ParticipantId, Source};

use super::parts::{Sources, TrackState};
use crate::limits;

/// What a client calls one of its messages, so that it knows the reply by its `re`.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct MessageId(String);

impl TryFrom<String> for MessageId {
    type Error = &'static str;

    fn try_from(id: String) -> Result<Self, Self::Error> {
        if id.len() > limits::MAX_MESSAGE_ID { Err("`id` is longer than 64 bytes") } else { Ok(Self(id)) }
    }
}

impl From<MessageId> for String {
    fn from(id: MessageId) -> Self {
        id.0
    }
}

#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum ClientMessage {
    Hello(Hello),
    /// Connects ahead of `join`.
    Prepare {
        offer: String,
    },
    Join(Join),
    Offer {
        offer: String,
        /// Absent means [`OfferKind::Same`].
        #[serde(default)]
        peer_connection: OfferKind,
    },
    Ready,
    Publish {
        source: Source,
        #[serde(default)]
        audio: TrackState,
        #[serde(default)]
        video: TrackState,
    },
    Unpublish {
        source: Source,
    },
    Mute {
        source: Source,
        kind: MediaKind,
        muted: bool,
    },
    Subscribe {
        wants: Vec<Want>,
    },
    Chat {
        text: String,
    },
    Hand {
        raised: bool,
    },
    Moderate(Moderation),
    Leave,
    Ping {
        nonce: u64,
    },
    Pong {
        nonce: u64,
    },
}

impl ClientMessage {
    /// Whether `kind` is a message type of this version.
    pub(crate) fn is_known(kind: &str) -> bool {
        matches!(
            kind,
            "hello"
                | "prepare"
                | "join"
                | "offer"
                | "ready"
                | "publish"
                | "unpublish"
                | "mute"
                | "subscribe"
                | "chat"
                | "hand"
                | "moderate"
                | "leave"
                | "ping"
                | "pong"
        )
    }

    /// Whether the larger frame limit applies.
    pub(crate) fn carries_offer(&self) -> bool {
        matches!(self, ClientMessage::Prepare { .. } | ClientMessage::Join(_) | ClientMessage::Offer { .. })
    }
}

/// The first frame on every socket.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(try_from = "RawHello", into = "RawHello")]
pub struct Hello {
    pub version: u32,
    pub credential: Credential,
    pub client: Option<ClientInfo>,
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Credential {
    RoomToken(String),
    ResumeToken(String),
}

/// What the client says it is, for logs and support.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct ClientInfo {
    #[serde(default)]
    pub name: String,
    #[serde(default)]
    pub version: String,
}

#[derive(Serialize, Deserialize)]
struct RawHello {
    version: u32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    token: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    resume: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    client: Option<ClientInfo>,
}

impl TryFrom<RawHello> for Hello {
    type Error = &'static str;

    fn try_from(raw: RawHello) -> Result<Self, Self::Error> {
        let credential = match (raw.token, raw.resume) {
            (Some(token), None) => Credential::RoomToken(token),
            (None, Some(token)) => Credential::ResumeToken(token),
            // Another version may have other ways to say who one is; the version is what must be refused then.
            (None, None) if raw.version != limits::VERSION => Credential::RoomToken(String::new()),
            _ => return Err("exactly one of `token` and `resume` is needed"),
        };
        Ok(Self { version: raw.version, credential, client: raw.client })
    }
}

impl From<Hello> for RawHello {
    fn from(hello: Hello) -> Self {
        let (token, resume) = match hello.credential {
            Credential::RoomToken(token) => (Some(token), None),
            Credential::ResumeToken(token) => (None, Some(token)),
        };
        Self { version: hello.version, token, resume, client: hello.client }
    }
}

#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Join {
    /// Only used where the token carries none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Absent from who is prepared: then that peer connection is used.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub offer: Option<String>,
    #[serde(default)]
    pub sources: Sources,
}

/// Which peer connection a later offer is about.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OfferKind {
    /// The one there is: more slots, or an ICE restart.
    #[default]
    Same,
    /// A new one that replaces it, after a reload or when ICE gave up.
    New,
}

/// One tile on the person's page.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Want {
    pub participant: ParticipantId,
    pub source: Source,
    /// Device pixels of the tile; 0×0 is "audio only".
    pub width: u16,
    pub height: u16,
    /// Higher wins.
    #[serde(default)]
    pub priority: u8,
}

/// Whom an admission is about.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Audience {
    /// `"*"` on the wire.
    EveryoneWaiting,
    One(ParticipantId),
}

/// An action of somebody with the admit or moderate grant.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(try_from = "RawModeration", into = "RawModeration")]
pub enum Moderation {
    Admit(Audience),
    Refuse(Audience),
    Remove(ParticipantId),
    Mute(ParticipantId, MediaKind),
    Lock,
    Unlock,
    End,
}

#[derive(Serialize, Deserialize)]
struct RawModeration {
    action: Action,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    participant: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    kind: Option<MediaKind>,
}

#[derive(Clone, Copy, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Action {
    Admit,
    Refuse,
    Remove,
    Mute,
    Lock,
    Unlock,
    End,
}

impl TryFrom<RawModeration> for Moderation {
    type Error = &'static str;

    fn try_from(raw: RawModeration) -> Result<Self, Self::Error> {
        let participant = raw.participant.as_deref();
        let one = || match participant {
            None => Err("`participant` is missing"),
            Some(id) => id.parse().map_err(|_| "`participant` is not a UUID"),
        };
        let audience = || match participant {
            Some("*") => Ok(Audience::EveryoneWaiting),
            _ => one().map(Audience::One),
        };
        Ok(match raw.action {
            Action::Admit => Moderation::Admit(audience()?),
            Action::Refuse => Moderation::Refuse(audience()?),
            Action::Remove => Moderation::Remove(one()?),
            Action::Mute => Moderation::Mute(one()?, raw.kind.ok_or("`kind` is missing")?),
            Action::Lock => Moderation::Lock,
            Action::Unlock => Moderation::Unlock,
            Action::End => Moderation::End,
        })
    }
}

impl From<Moderation> for RawModeration {
    fn from(moderation: Moderation) -> Self {
        let text = |audience| match audience {
            Audience::EveryoneWaiting => "*".to_owned(),
            Audience::One(id) => id.to_string(),
        };
        let (action, participant, kind) = match moderation {
            Moderation::Admit(audience) => (Action::Admit, Some(text(audience)), None),
            Moderation::Refuse(audience) => (Action::Refuse, Some(text(audience)), None),
            Moderation::Remove(id) => (Action::Remove, Some(id.to_string()), None),
            Moderation::Mute(id, kind) => (Action::Mute, Some(id.to_string()), Some(kind)),
            Moderation::Lock => (Action::Lock, None, None),
            Moderation::Unlock => (Action::Unlock, None, None),
            Moderation::End => (Action::End, None, None),
        };
        Self { action, participant, kind }
    }
}
