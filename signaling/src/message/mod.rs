//! Every message of PROTOCOL.md as a type. The document and this module change in one commit.

mod client;
mod parts;
mod server;

pub use self::client::{
    Audience, ClientInfo, ClientMessage, Credential, Hello, Join, MessageId, Moderation, OfferKind, Want,
};
pub use self::parts::{
    AudioCodec, ChatMessage, Connection as ConnectionState, Encoding, Grant, Grants, IceServer, MediaParameters,
    Person, Quality, Resume, Role, Room, RoomState, ScreenParameters, Slot, SlotContent, SourceState, Sources,
    TrackState, VideoCodec, VideoParameters, WaitingPerson, You,
};
pub use self::server::{ServerMessage, Snapshot};
