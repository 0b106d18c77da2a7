//! The media plane from outside: a shard on a virtual clock, clients with real SRTP, no sockets.

mod world;

mod determinism;
mod forwarding;
mod instructions;
mod lips;
mod nonces;
mod people;
mod repair;
mod sim;
mod simulcast;
mod svc;
mod uplink;
