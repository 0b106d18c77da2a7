//! Packets on their way in: what a publisher's encodings look like from here.

mod arrivals;
mod capture;
mod inner;
mod latch;
mod nack;
mod reception;
mod ring;
mod tap;
mod track;

pub(crate) use arrivals::{ArrivalReport, Arrivals};
pub(crate) use capture::{Ntp, PublisherClock};
pub(crate) use latch::{Latch, PayloadTable, Role, StreamPlace};
#[cfg(feature = "stages")]
pub(crate) use nack::NackList;
#[cfg(feature = "stages")]
pub(crate) use ring::Ring;
pub(crate) use ring::{Packet, PacketMeta, Shape};
pub use tap::{Tap, TapId, TappedPacket};
pub(crate) use track::{Arrival, Incoming, Track};
