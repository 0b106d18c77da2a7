//! What must hold of every text a socket brings: one function that panics where it does not. libFuzzer calls it (`fuzz/`,
//! which sets `cfg(fuzzing)`), and `cargo test` replays its corpus. Nothing of this is part of a build for use.

#[cfg(test)]
mod tests;

use std::time::{Duration, Instant};

use crate::message::ClientMessage;
use crate::{Connection, ConnectionOutput, Frame, FrameError, ServerMessage, limits};

/// Lines are frames, the first byte how `hello` is taken. A message read is written and read alike; what is refused is
/// refused in few words; a socket answers each frame at most twice and says nothing after its end.
pub fn signaling(data: &[u8]) {
    let Some((choice, text)) = data.split_first() else { return };
    let Ok(text) = str::from_utf8(text) else { return };
    let now = Instant::now();
    let mut socket = Socket { connection: Connection::new(now), is_closed: false };
    if choice & 1 != 0 {
        socket.connection.text(now, r#"{"type":"hello","version":1,"token":"t"}"#);
        socket.settle();
    }
    for (count, frame) in (1..).zip(text.lines()) {
        read(frame);
        socket.connection.text(now + Duration::from_millis(count * 10), frame);
        socket.settle();
    }
    socket.connection.handle_timeout(now + Duration::from_secs(3600));
    socket.settle();
}

fn read(text: &str) {
    match Frame::parse(text) {
        Ok(frame) => {
            let again = serde_json::to_string(&frame.message).expect("a message has a JSON form");
            match Frame::parse(&again) {
                Ok(again) => assert_eq!(again.message, frame.message),
                // What we write may be longer: escapes, and fields that were left to their defaults.
                Err(error) => assert_eq!(error, FrameError::TooLarge),
            }
            if let ClientMessage::Subscribe { wants } = &frame.message {
                assert!(wants.len() <= limits::MAX_WANTS);
            }
            assert!(text.len() <= limits::MAX_OFFER_FRAME);
        }
        Err(FrameError::TooLarge) => assert!(text.len() > limits::MAX_FRAME),
        Err(FrameError::Malformed { explanation: words, .. } | FrameError::Unknown { kind: words, .. }) => {
            assert!(words.chars().count() <= 200, "an explanation of {} characters", words.chars().count());
        }
    }
}

struct Socket {
    connection: Connection,
    is_closed: bool,
}

impl Socket {
    fn settle(&mut self) {
        let mut count = 0;
        while let Some(output) = self.connection.poll_output() {
            assert!(!self.is_closed, "{output:?} after the end");
            count += 1;
            match output {
                ConnectionOutput::Hello(..) => self.connection.bound(),
                ConnectionOutput::Close(_) => self.is_closed = true,
                ConnectionOutput::Send(message) => {
                    if let ServerMessage::Error { message, .. } = &*message {
                        assert!(message.len() <= 2000, "{} bytes of explanation", message.len());
                    }
                }
                ConnectionOutput::Message(_) => {}
            }
        }
        assert!(count <= 2, "{count} outputs for one frame");
    }
}
