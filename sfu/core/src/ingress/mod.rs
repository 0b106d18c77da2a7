//! Packets on their way in: what a publisher's encodings look like from here.

mod capture;
mod latch;
mod nack;
mod reception;
mod ring;
mod tap;
mod track;

pub(crate) use capture::{Ntp, PublisherClock};
pub(crate) use latch::{Latch, PayloadTable, Role, StreamPlace};
pub(crate) use ring::{Packet, PacketMeta, Shape};
pub use tap::{Tap, TapId, TappedPacket};
pub(crate) use track::{Arrival, Incoming, Track};
