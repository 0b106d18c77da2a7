//! The FaceMentor server.
//!
//! Domains call each other rightwards only:
//! `admin, discovery, privacy → notifications → reviews, recordings → live → booking → mentors, payments → accounts → kernel`.
//! News travels leftwards through the outbox. `app` composes routers, handlers and state.

pub mod accounts;
mod app;
pub mod booking;
pub mod kernel;
pub mod live;
pub mod mentors;

pub use app::{App, AppState, Parts, StartError};
