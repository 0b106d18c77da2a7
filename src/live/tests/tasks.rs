//! Rooms as tasks.

use std::time::Duration;

use signaling::message::{Credential, Hello};
use tokio::sync::mpsc;

use super::super::rooms::{Rooms, Seat};
use super::super::token::{RoomName, RoomPattern, RoomToken};
use super::super::{Live, actor::ToSocket};
use crate::Parts;
use crate::accounts::Accounts;
use crate::booking::Booking;
use crate::kernel::Kernel;
use crate::kernel::clock::{Clock, Random};
use crate::kernel::config::Config;
use crate::mentors::Mentors;

async fn kernel(folder: &std::path::Path) -> Kernel {
    let settings = format!(
        "data_dir = '{}'\n[sfu]\nbind = '127.0.0.1'\nport = 0\nshards = 1\n[http]\ndrain_s = 0",
        folder.display()
    );
    let config = Config::with(&settings).expect("sound settings");
    let parts = Parts { config, clock: Clock::System, random: Random::default() };
    crate::app::open_kernel(parts).await.expect("an empty folder will do")
}

async fn sit(kernel: &Kernel, rooms: &Rooms, room: &str) -> (Seat, mpsc::Receiver<ToSocket>) {
    let pattern: RoomPattern = room.parse().expect("a name");
    let token = RoomToken::for_tools(kernel, pattern, Duration::from_secs(60)).sign(kernel);
    let hello = Hello { version: 1, credential: Credential::RoomToken(token), client: None };
    let (sender, mut inbox) = mpsc::channel(8);
    let seat = rooms.seat(rooms.next_socket(), sender, None, hello).await.expect("a seat");
    let welcome = inbox.recv().await;
    assert!(matches!(&welcome, Some(ToSocket::Text(text)) if text.contains("welcome")), "{welcome:?}");
    (seat, inbox)
}

#[tokio::test]
async fn a_bug_in_one_room_leaves_the_others_alone() {
    let folder = std::env::temp_dir().join(format!("facementor-rooms-{}", std::process::id()));
    let kernel = kernel(&folder).await;
    let accounts = Accounts::new(&kernel);
    let booking = Booking::new(&kernel, &Mentors::new(&kernel));
    let live = Live::start(&kernel, &accounts, &booking).await.expect("starts");
    let broken: RoomName = "broken".parse().expect("a name");
    let (_seat, mut inbox) = sit(&kernel, &live.rooms, "broken").await;
    let (other, mut other_inbox) = sit(&kernel, &live.rooms, "sound").await;

    live.rooms.break_room(&broken).await;

    assert!(inbox.recv().await.is_none(), "its sockets are let go");
    assert_eq!(live.rooms.metrics().room_panics.get(), 1);
    assert!(!other.mail.is_closed());
    let frame = signaling::Frame::parse(r#"{"type":"chat","text":"still here","id":"1"}"#).expect("a message");
    let socket = live.rooms.next_socket();
    let mail = super::super::actor::Mail::Frame { participant: other.participant, socket, frame };
    other.mail.send(mail).await.expect("the other room reads its mail");
    assert!(other_inbox.try_recv().is_err(), "and its socket stays open");
    assert!(!other_inbox.is_closed());

    // The broken one opens anew.
    sit(&kernel, &live.rooms, "broken").await;
    live.shutdown().await;
    kernel.db.close().await;
    let _ = std::fs::remove_dir_all(&folder);
}
