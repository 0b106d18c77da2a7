//! Rooms without sockets, SFU or database; and their tasks, to show that a bug stays in its room.

mod ahead;
mod doors;
mod hall;
mod people;
mod tasks;
