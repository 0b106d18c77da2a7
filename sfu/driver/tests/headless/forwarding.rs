//! What one sends, the others get: byte for byte, repaired, without jumps, and in time.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use rtc::rtp;
use sfu::{Announced, SfuConfig, Source, Want};
use tokio::task::JoinHandle;

use crate::frames::{check, frame, vp8_ids};
use crate::person::{AV1, Came, Codec, H264, Joining, OPUS, Person, RED, VP8, VP9};
use crate::relay::relay;
use crate::{room, sfu, start};

/// One frame of each kind every 10 ms, as long as the handle lives. Gives the person back when stopped.
struct Sending(JoinHandle<()>);

impl Drop for Sending {
    fn drop(&mut self) {
        self.0.abort();
    }
}

const VIDEO_BASE: u32 = 0xffff_f000;
const AUDIO_BASE: u32 = 0x8000_0000;

/// Frame `n` of both kinds is captured at `n` × 10 ms.
fn keep_sending(mut person: Person, index: u8, audio: Codec, video: Codec) -> Sending {
    Sending(tokio::spawn(async move {
        let mut tick = tokio::time::interval(Duration::from_millis(10));
        for number in 0.. {
            tick.tick().await;
            person.say(&frame(audio, index, number), AUDIO_BASE.wrapping_add(number * 480)).await;
            person.show(&frame(video, index, number), VIDEO_BASE.wrapping_add(number * 900)).await;
        }
    }))
}

fn codec_of(packet: &rtp::Packet) -> Codec {
    let known = [OPUS, RED, VP8, VP9, AV1, H264];
    *known.iter().find(|codec| codec.payload_type == packet.header.payload_type).expect("a negotiated payload type")
}

#[tokio::test(flavor = "multi_thread")]
async fn five_people_get_every_codec_byte_for_byte() {
    let (sfu, room) = (sfu(), room());
    let kinds = [(OPUS, VP8), (RED, VP9), (OPUS, AV1), (RED, H264), (OPUS, VP8)];
    let mut watcher = Person::join(&sfu, room, Joining::watching(6)).await;
    let mut sending = Vec::new();
    for (index, (audio, video)) in kinds.into_iter().enumerate() {
        let person = Person::join(&sfu, room, Joining::with(audio, video)).await;
        sending.push(keep_sending(person, index as u8, audio, video));
    }
    let mut seen: HashMap<(u8, &str), HashSet<u32>> = HashMap::new();
    while seen.len() < 2 * kinds.len() || seen.values().any(|numbers| numbers.len() < 30) {
        let packet = watcher.until("media of all five", |came| match came {
            Came::Packet(packet) => Some(packet),
            _ => None,
        });
        let packet = packet.await;
        let codec = codec_of(&packet);
        let (sender, number) = check(codec, &packet.payload).expect("bytes as they were sent");
        let (audio, video) = kinds[usize::from(sender)];
        assert!(codec == audio || codec == video, "{codec:?} from one who sends {audio:?} and {video:?}");
        seen.entry((sender, codec.mime_type)).or_default().insert(number);
    }
    drop(sending);
    sfu.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_slot_changes_its_source_without_a_jump() {
    let (sfu, room) = (sfu(), room());
    let mut watcher = Person::join(&sfu, room, Joining::watching(1)).await;
    let (_, ssrc) = watcher.slots()[0];
    let ada = Person::join(&sfu, room, Joining::with(OPUS, VP8)).await;
    let bo = Person::join(&sfu, room, Joining::with(OPUS, VP8)).await;
    let people = [ada.id, bo.id];
    let _sending = [keep_sending(ada, 0, OPUS, VP8), keep_sending(bo, 1, OPUS, VP8)];

    let mut packets: BTreeMap<u16, rtp::Packet> = BTreeMap::new();
    let mut first = None;
    for wanted in [0_u8, 1, 0, 1, 0] {
        let participant = people[usize::from(wanted)];
        let want = Want { participant, source: Source::Camera, width: 640, height: 360, priority: 1 };
        sfu.subscribe(room, watcher.id, vec![want]).await.expect("subscribe");
        let mut from_wanted = 0;
        while from_wanted < 20 {
            let packet = watcher.packet(ssrc).await;
            let (sender, _) = check(VP8, &packet.payload).expect("bytes as they were sent");
            from_wanted += u32::from(sender == wanted);
            let first = *first.get_or_insert(packet.header.sequence_number);
            packets.insert(packet.header.sequence_number.wrapping_sub(first), packet);
        }
    }
    let senders = packets.values().filter_map(|packet| check(VP8, &packet.payload)).map(|(sender, _)| sender);
    let mut switches: Vec<u8> = senders.collect();
    switches.dedup();
    assert_eq!(switches, [0, 1, 0, 1, 0]);
    let in_order: Vec<(&u16, &rtp::Packet)> = packets.iter().collect();
    for pair in in_order.windows(2) {
        let ((place, former), (next_place, next)) = (pair[0], pair[1]);
        assert_eq!(*next_place, place + 1, "no sequence number is missing");
        let ticks = next.header.timestamp.wrapping_sub(former.header.timestamp);
        assert!((1..90_000).contains(&ticks), "time goes on by {ticks} ticks");
        let ((picture, tl0), (next_picture, next_tl0)) = (vp8_ids(&former.payload), vp8_ids(&next.payload));
        assert_eq!(next_picture, (picture + 1) & 0x7fff, "no picture id is missing");
        assert_eq!(next_tl0, tl0.wrapping_add(1));
    }
    sfu.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn retransmission_repairs_what_the_network_loses() {
    // Loses each tenth video packet's first transmission: those with a sequence number divisible by ten.
    let video: Arc<Mutex<BTreeSet<u32>>> = Arc::default();
    let lost: Arc<Mutex<BTreeSet<u16>>> = Arc::default();
    let (slots, losses) = (Arc::clone(&video), Arc::clone(&lost));
    let (address, tell) = relay(move |datagram| {
        let rtp = datagram.len() > 12 && (128..192).contains(&datagram[0]) && !(192..224).contains(&datagram[1]);
        let word = |at: usize| u32::from_be_bytes([datagram[at], datagram[at + 1], datagram[at + 2], datagram[at + 3]]);
        if !rtp || !slots.lock().expect("no panic").contains(&word(8)) {
            return false;
        }
        let sequence = u16::from_be_bytes([datagram[2], datagram[3]]);
        sequence.is_multiple_of(10) && losses.lock().expect("no panic").insert(sequence)
    })
    .await;
    let announced = vec![Announced { ip: address.ip(), port: Some(address.port()) }];
    let sfu = start(&SfuConfig { announced, ..SfuConfig::default() });
    tell.send(sfu.local_addresses()[0]).expect("the relay waits");

    let room = room();
    let mut watcher = Person::join(&sfu, room, Joining::watching(1)).await;
    let (_, ssrc) = watcher.slots()[0];
    video.lock().expect("no panic").insert(ssrc);
    let ada = Person::join(&sfu, room, Joining::with(OPUS, VP8)).await;
    let _sending = keep_sending(ada, 0, OPUS, VP8);

    let mut numbers = BTreeSet::new();
    // Until a run of 200 frames without a gap has come, twenty of which were lost once.
    loop {
        let packet = watcher.packet(ssrc).await;
        numbers.insert(check(VP8, &packet.payload).expect("bytes as they were sent").1);
        let first = *numbers.first().expect("one");
        if (first..first + 200).all(|number| numbers.contains(&number)) {
            break;
        }
    }
    assert!(lost.lock().expect("no panic").len() >= 19);
    sfu.shutdown().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sender_reports_keep_audio_and_video_within_10_ms() {
    let (sfu, room) = (sfu(), room());
    let mut watcher = Person::join(&sfu, room, Joining::watching(1)).await;
    let (audio, video) = watcher.slots()[0];
    let ada = Person::join(&sfu, room, Joining::with(OPUS, VP8)).await;
    let _sending = keep_sending(ada, 0, OPUS, VP8);

    let mut reports: HashMap<u32, (u64, u32)> = HashMap::new();
    let mut timestamps: HashMap<u32, BTreeMap<u32, u32>> = HashMap::new();
    let both = |map: &HashMap<u32, BTreeMap<u32, u32>>| {
        let (Some(a), Some(v)) = (map.get(&audio), map.get(&video)) else { return None };
        a.iter().rev().find_map(|(number, ticks)| Some((*ticks, *v.get(number)?)))
    };
    while reports.len() < 2 || both(&timestamps).is_none() {
        match watcher.until("packets and reports", Some).await {
            Came::Packet(packet) => {
                let (_, number) = check(codec_of(&packet), &packet.payload).expect("bytes as they were sent");
                timestamps.entry(packet.header.ssrc).or_default().insert(number, packet.header.timestamp);
            }
            Came::Report(report) if [audio, video].contains(&report.ssrc) => {
                reports.insert(report.ssrc, (report.ntp_time, report.rtp_time));
            }
            _ => {}
        }
    }
    // The wall-clock time, in seconds, at which a frame captured together was captured, by each stream's own report.
    let captured = |ssrc: u32, ticks: u32, rate: f64| {
        let (ntp, rtp) = reports[&ssrc];
        ntp as f64 / 2_f64.powi(32) + f64::from(ticks.wrapping_sub(rtp) as i32) / rate
    };
    let (audio_ticks, video_ticks) = both(&timestamps).expect("a frame of both");
    let apart = captured(audio, audio_ticks, 48_000.0) - captured(video, video_ticks, 90_000.0);
    assert!(apart.abs() < 0.010, "audio and video are {:.1} ms apart", apart * 1000.0);
    sfu.shutdown().await;
}
