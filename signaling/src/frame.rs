//! From the text of a frame to a message.

use serde_json::Value;

use crate::code::ErrorCode;
use crate::limits;
use crate::message::{ClientMessage, MessageId};

/// Longest explanation of a malformed frame that goes back to its sender: serde quotes what it read.
const MAX_EXPLANATION: usize = 200;

/// One message of a client, and what it called it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Frame {
    pub id: Option<MessageId>,
    pub message: ClientMessage,
}

/// Why a frame is no message of this version.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum FrameError {
    #[error("{explanation}")]
    Malformed { id: Option<MessageId>, explanation: String },
    #[error("this version of the protocol has no message {kind:?}")]
    Unknown { id: Option<MessageId>, kind: String },
    #[error("the frame is larger than 64 KiB and carries no offer")]
    TooLarge,
}

impl FrameError {
    /// The error code to answer with; `None` for what closes the socket unanswered.
    pub fn code(&self) -> Option<ErrorCode> {
        match self {
            FrameError::Malformed { .. } => Some(ErrorCode::Malformed),
            FrameError::Unknown { .. } => Some(ErrorCode::UnknownMessage),
            FrameError::TooLarge => None,
        }
    }
}

impl Frame {
    /// Parses a frame of at most [`limits::MAX_OFFER_FRAME`] bytes.
    pub fn parse(text: &str) -> Result<Self, FrameError> {
        if text.len() > limits::MAX_OFFER_FRAME {
            return Err(FrameError::TooLarge);
        }
        match Self::read(text) {
            Ok(frame) if frame.message.carries_offer() => Ok(frame),
            _ if text.len() > limits::MAX_FRAME => Err(FrameError::TooLarge),
            read => read,
        }
    }

    fn read(text: &str) -> Result<Self, FrameError> {
        let value: Value = serde_json::from_str(text).map_err(|error| malformed(None, format!("not JSON: {error}")))?;
        let id = match value.get("id") {
            None | Some(Value::Null) => None,
            Some(Value::String(id)) => {
                Some(MessageId::try_from(id.clone()).map_err(|problem| malformed(None, problem.to_owned()))?)
            }
            Some(_) => return Err(malformed(None, "`id` is not a string".to_owned())),
        };
        let Some(Value::String(kind)) = value.get("type") else {
            return Err(malformed(id, "there is no `type`".to_owned()));
        };
        if !ClientMessage::is_known(kind) {
            return Err(FrameError::Unknown { id, kind: shortened(kind) });
        }
        let message: ClientMessage = match serde_json::from_value(value) {
            Ok(message) => message,
            Err(error) => return Err(malformed(id, error.to_string())),
        };
        if matches!(&message, ClientMessage::Subscribe { wants } if wants.len() > limits::MAX_WANTS) {
            return Err(malformed(id, format!("`wants` has more than {} entries", limits::MAX_WANTS)));
        }
        Ok(Self { id, message })
    }
}

fn malformed(id: Option<MessageId>, explanation: String) -> FrameError {
    FrameError::Malformed { id, explanation: shortened(&explanation) }
}

fn shortened(text: &str) -> String {
    text.chars().take(MAX_EXPLANATION).collect()
}
