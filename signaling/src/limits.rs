//! Bounds of the protocol (PROTOCOL.md §1, §3). All are product decisions unless a source is named.

use std::time::Duration;

/// Version of the protocol this package speaks.
pub const VERSION: u32 = 1;

/// Largest frame, in bytes, of any message without an offer.
pub const MAX_FRAME: usize = 64 * 1024;

/// Largest frame, in bytes, that carries an offer. Chromium's offer with 25 + 25 slots was measured at 148 kB.
pub const MAX_OFFER_FRAME: usize = 256 * 1024;

/// Frames a client may send at once before the rate applies.
pub const FRAME_BURST: u32 = 100;

/// Time in which one frame is earned back: 50 frames in 10 s.
pub const FRAME_INTERVAL: Duration = Duration::from_millis(200);

/// A socket that has not said `hello` by then is closed.
pub const HELLO_TIMEOUT: Duration = Duration::from_secs(10);

/// A socket with no frame for so long is dead.
pub const SILENCE: Duration = Duration::from_secs(30);

/// Silence after which the server sends `ping`: browsers throttle the timers of hidden tabs, but not their answers.
pub const PING_AFTER: Duration = Duration::from_secs(15);

/// Malformed frames that end a socket.
pub const MALFORMED_LIMIT: u8 = 3;

/// Longest message id, in bytes.
pub const MAX_MESSAGE_ID: usize = 64;

/// Longest name, in characters.
pub const MAX_NAME: usize = 60;

/// Longest chat text, in characters.
pub const MAX_CHAT_TEXT: usize = 4_000;

/// Most entries of one `subscribe`.
pub const MAX_WANTS: usize = 256;

/// How long a participant survives its socket.
pub const GRACE: Duration = Duration::from_secs(60);

/// Chat messages a joining participant is given.
pub const CHAT_REPLAY: usize = 200;
