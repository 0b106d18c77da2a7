//! Real WebRTC participants (async `webrtc`) against the real SFU on loopback.

mod forwarding;
mod frames;
mod person;
mod relay;

use sfu::{RoomId, Sfu, SfuConfig};
use uuid::Uuid;

use person::{Joining, OPUS, Person, VP8};

fn room() -> RoomId {
    RoomId(Uuid::from_u128(rand::random()))
}

/// A running SFU whose events nobody needs.
fn sfu() -> Sfu {
    start(&SfuConfig::default())
}

fn start(config: &SfuConfig) -> Sfu {
    let (sfu, mut events) = Sfu::start(config).expect("a free port");
    tokio::spawn(async move { while events.recv().await.is_some() {} });
    sfu
}

#[tokio::test(flavor = "multi_thread")]
async fn two_people_connect() {
    let (sfu, room) = (sfu(), room());
    let ada = Person::join(&sfu, room, Joining::with(OPUS, VP8)).await;
    let bo = Person::join(&sfu, room, Joining::with(OPUS, VP8)).await;
    assert_eq!((ada.slots().len(), bo.slots().len()), (6, 6));
    ada.leave().await;
    bo.leave().await;
    sfu.shutdown().await;
}
