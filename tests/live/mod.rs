//! Rooms as clients meet them: signaling over WebSocket, WHIP and WHEP over HTTP.

mod caller;
mod doors;
mod network_test;
mod signaling;
