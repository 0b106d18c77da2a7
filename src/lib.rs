//! The FaceMentor server.
//!
//! Domains call each other rightwards only:
//! `admin, discovery, privacy → notifications → reviews, recordings → live → booking → availability → mentors, payments → accounts → kernel`.
//! News travels leftwards through the outbox. `app` and `routes` compose them; `cli` is the command line.

pub mod accounts;
pub mod admin;
mod app;
pub mod availability;
pub mod booking;
pub mod cli;
mod demo;
mod dev_mail;
pub mod discovery;
mod embed;
pub mod kernel;
pub mod live;
pub mod mentors;
pub mod notes;
pub mod ops;
mod pages;
pub mod privacy;
pub mod reviews;
mod routes;
mod site;
mod web;

pub use app::{App, AppState, Parts, StartError, open_kernel};
pub use routes::openapi;
