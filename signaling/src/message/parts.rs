//! The objects that messages are made of (PROTOCOL.md §4).

use serde::{Deserialize, Serialize};
use sfu_core::{ParticipantId, RoomId, SlotIndex, Source};

/// What a room token allows its bearer (PROTOCOL.md §4 `welcome`).
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Grant {
    Publish,
    Subscribe,
    /// Let people in from the waiting room.
    Admit,
    /// Mute, remove, lock, end.
    Moderate,
    Record,
}

/// A set of grants.
#[derive(Clone, PartialEq, Eq, Default, Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Grants(Vec<Grant>);

impl Grants {
    pub fn contain(&self, grant: Grant) -> bool {
        self.0.contains(&grant)
    }
}

impl FromIterator<Grant> for Grants {
    fn from_iter<I: IntoIterator<Item = Grant>>(grants: I) -> Self {
        let mut grants: Vec<Grant> = grants.into_iter().collect();
        grants.sort_unstable();
        grants.dedup();
        Self(grants)
    }
}

/// What somebody is to the room.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    Host,
    Member,
    Guest,
}

/// The receiver, as the server knows them.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct You {
    pub participant: ParticipantId,
    /// `None` where the token carries none: `join` must say it.
    pub name: Option<String>,
    pub role: Role,
    pub grants: Grants,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RoomState {
    Open,
    Ended,
}

#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Room {
    pub room: RoomId,
    pub title: String,
    pub state: RoomState,
    pub locked: bool,
    pub waiting_room: bool,
    /// Media is encrypted between the clients (PROTOCOL.md §8). Absent is false.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub end_to_end: bool,
    pub capacity: usize,
    /// People joined now.
    pub present: usize,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum AudioCodec {
    #[serde(rename = "red")]
    Red,
    #[serde(rename = "opus")]
    Opus,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum VideoCodec {
    #[serde(rename = "VP8")]
    Vp8,
    #[serde(rename = "VP9")]
    Vp9,
    #[serde(rename = "AV1")]
    Av1,
    #[serde(rename = "H264")]
    H264,
}

/// One simulcast encoding of the camera (`RTCRtpEncodingParameters`).
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Encoding {
    pub rid: String,
    pub scale_resolution_down_by: f64,
    pub max_bitrate_bps: u32,
}

#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct VideoParameters {
    pub width: u16,
    pub height: u16,
    pub frame_rate: u8,
    pub encodings: Vec<Encoding>,
}

#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct ScreenParameters {
    pub max_bitrate_bps: u32,
    pub frame_rate: u8,
}

/// What the client needs to know before it makes its offer.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct MediaParameters {
    pub audio_codecs: Vec<AudioCodec>,
    pub video_codecs: Vec<VideoCodec>,
    pub camera: VideoParameters,
    pub screen: ScreenParameters,
    pub slots: u8,
}

/// An `RTCIceServer`.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct IceServer {
    pub urls: Vec<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub username: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub credential: Option<String>,
}

#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Resume {
    pub token: String,
    pub grace_ms: u64,
}

/// What one track of a source carries.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Default, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TrackState {
    /// Not published.
    #[default]
    Off,
    Muted,
    On,
}

/// What a source carries.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug, Serialize, Deserialize)]
pub struct SourceState {
    #[serde(default)]
    pub audio: TrackState,
    #[serde(default)]
    pub video: TrackState,
}

impl SourceState {
    pub const OFF: SourceState = SourceState { audio: TrackState::Off, video: TrackState::Off };
}

/// Everything a participant publishes. A source with both tracks off is `None`.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug, Serialize, Deserialize)]
pub struct Sources {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    camera: Option<SourceState>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    screen: Option<SourceState>,
}

impl Sources {
    pub fn state(&self, source: Source) -> Option<SourceState> {
        match source {
            Source::Camera => self.camera,
            Source::Screen => self.screen,
        }
        .filter(|state| *state != SourceState::OFF)
    }

    pub fn put(&mut self, source: Source, state: SourceState) {
        let place = match source {
            Source::Camera => &mut self.camera,
            Source::Screen => &mut self.screen,
        };
        *place = Some(state).filter(|state| *state != SourceState::OFF);
    }

    /// The published ones.
    pub fn iter(&self) -> impl Iterator<Item = (Source, SourceState)> + use<> {
        let published = [(Source::Camera, self.state(Source::Camera)), (Source::Screen, self.state(Source::Screen))];
        published.into_iter().filter_map(|(source, state)| Some((source, state?)))
    }

    /// The same without sources that are declared but off.
    pub fn normalized(self) -> Self {
        Self { camera: self.state(Source::Camera), screen: self.state(Source::Screen) }
    }
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Connection {
    Connected,
    Reconnecting,
}

/// One person's whole state as the others see it (PROTOCOL.md §4 `participant`).
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Person {
    pub participant: ParticipantId,
    pub name: String,
    pub role: Role,
    pub connection: Connection,
    pub hand_raised: bool,
    pub joined_at_ms: u64,
    pub sources: Sources,
}

#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct WaitingPerson {
    pub participant: ParticipantId,
    pub name: String,
    pub since_ms: u64,
}

/// What the server has mapped into one of the receiver's slots.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Slot {
    /// Place of the slot, from 0, in offer order.
    pub slot: u8,
    /// `null` where the slot carries nothing.
    pub participant: Option<ParticipantId>,
    #[serde(flatten)]
    pub content: Option<SlotContent>,
}

#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct SlotContent {
    pub source: Source,
    pub audio: bool,
    pub video: bool,
}

impl Slot {
    pub fn empty(slot: SlotIndex) -> Self {
        Self { slot: slot.0, participant: None, content: None }
    }

    pub fn carrying(slot: SlotIndex, participant: ParticipantId, content: SlotContent) -> Self {
        Self { slot: slot.0, participant: Some(participant), content: Some(content) }
    }
}

#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct ChatMessage {
    /// UUID.
    pub id: String,
    pub participant: ParticipantId,
    pub name: String,
    pub text: String,
    pub sent_at_ms: u64,
}

/// Score 0–5 of somebody's connection.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Quality {
    pub participant: ParticipantId,
    pub score: f32,
}
