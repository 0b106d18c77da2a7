//! Integration tests: one binary, so that they link once.

mod accounts;
mod accounts_oidc;
mod accounts_profile;
mod accounts_recovery;
mod booking;
mod booking_race;
mod command_line;
mod cross_account;
mod discovery;
mod documents;
mod durability;
mod hostile;
mod live;
mod mentors;
mod network;
mod openapi;
mod ops;
mod outbox;
mod pages;
mod sessions;
mod tidy;
mod tls;
mod world;
mod zones;
