//! The hot half of a connection: where its packets go and the key that seals them. Kept apart from everything control needs.

use super::pace::Pace;
use crate::bandwidth::History;
use crate::srtp::{MAX_OVERHEAD, Sealable, Sealer};
use crate::{MediaKind, Remote, SendBatch};

/// A subscriber's way out.
#[derive(Default)]
pub(crate) struct Link {
    /// The selected path; `None` before there is one and after consent was lost.
    pub(crate) remote: Option<Remote>,
    pub(crate) sealer: Option<Sealer>,
    pub(crate) video: Gate,
    /// Packets sent with a transport-wide number, kept until the client's feedback about them comes.
    pub(crate) history: History,
    pub(crate) pace: Pace,
}

/// The transport-wide number a packet gets if it carries one: a number given to a packet without the extension would look lost.
pub(crate) struct TransportNumber {
    next: u16,
    taken: bool,
}

impl TransportNumber {
    /// The number, for the header extension.
    pub(crate) fn take(&mut self) -> u16 {
        self.taken = true;
        self.next
    }
}

/// Whether a kind of media may flow.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub(crate) enum Gate {
    #[default]
    Closed,
    Open,
}

impl Link {
    /// Whether packets of the kind can leave now.
    pub(crate) fn passes(&self, kind: MediaKind) -> bool {
        self.remote.is_some() && self.sealer.is_some() && (kind == MediaKind::Audio || self.video == Gate::Open)
    }

    /// Seals a packet into the batch. `front` writes header and prefix into the space it is given, with the transport-wide number
    /// where negotiated, and tells what to seal.
    pub(crate) fn send<'p>(
        &mut self,
        batch: &mut SendBatch,
        payload_bytes: usize,
        front: impl FnOnce(&mut [u8], &mut TransportNumber) -> Option<Sealable<'p>>,
    ) -> Sent {
        let (Some(remote), Some(sealer)) = (self.remote, self.sealer.as_mut()) else { return Sent::No };
        let Some(out) = batch.reserve(payload_bytes + MAX_FRONT_BYTES + MAX_OVERHEAD) else { return Sent::Full };
        let mut number = TransportNumber { next: self.history.next(), taken: false };
        let Some(len) = front(out, &mut number).and_then(|packet| sealer.seal(out, &packet)) else {
            return Sent::No;
        };
        if number.taken {
            self.history.record(batch.leaves(), len);
        }
        batch.commit(remote, len);
        Sent::Bytes(len)
    }
}

/// Header, extensions (48) and original sequence number; prefixes are part of the payload's length.
const MAX_FRONT_BYTES: usize = 12 + 48 + 2;

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Sent {
    Bytes(usize),
    /// The arena has no room: send the batch, then try again.
    Full,
    /// There is no path or no key, or the packet cannot be sealed.
    No,
}
