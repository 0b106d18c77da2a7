//! The protocol as clients meet it.

mod properties;
mod stage;
mod transcripts;
