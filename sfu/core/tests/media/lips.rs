//! Sender reports keep sound and picture of a slot together, whatever its source is.

use std::time::Duration;

use rtc_rtcp::sender_report::SenderReport;

use crate::world::*;

const NTP_SECOND: f64 = 4_294_967_296.0;

/// A publisher whose wall clock and timestamps are its own: sound and picture of capture moment `t` carry `start + t * rate`.
struct Studio {
    client: usize,
    ntp_at_epoch: f64,
    delay: Duration,
}

impl Studio {
    fn report(&self, world: &mut World, jitter: Duration) {
        let captured = world.elapsed().as_secs_f64();
        world.advance(self.delay + jitter);
        for (ssrc, rate, start) in
            [(10 * self.client as u32 + 1, 48_000.0, 1_000_000), (10 * self.client as u32 + 2, 90_000.0, 77_000_000)]
        {
            let report = SenderReport {
                ssrc,
                ntp_time: ((self.ntp_at_epoch + captured) * NTP_SECOND) as u64,
                rtp_time: (captured * rate) as u32 + start * self.client as u32,
                ..Default::default()
            };
            world.send_rtcp(self.client, &report);
        }
    }

    fn film(&self, world: &mut World, frame: u16, keyframe: bool) {
        let captured = world.elapsed().as_secs_f64();
        let payload = vp8(frame, keyframe, &[self.client as u8; 20]);
        let video = Packet {
            timestamp: (captured * 90_000.0) as u32 + 77_000_000 * self.client as u32,
            ..Packet::video(self.client, 0, frame, &payload)
        };
        let audio = Packet {
            timestamp: (captured * 48_000.0) as u32 + 1_000_000 * self.client as u32,
            ..Packet::audio(self.client, frame, b"sound")
        };
        world.send(self.client, &video.bytes());
        world.send(self.client, &audio.bytes());
        world.deliver();
    }
}

/// By a client's latest reports, when the newest sound and the newest picture of its slot were captured, in seconds.
fn captured(world: &World, client: usize) -> (f64, f64) {
    let reports = world.rtcp_of::<SenderReport>(client);
    let moment = |got: &Got, rate: f64| {
        let report = reports.iter().rev().find(|report| report.ssrc == got.ssrc).expect("reported");
        report.ntp_time as f64 / NTP_SECOND + f64::from(got.timestamp.wrapping_sub(report.rtp_time) as i32) / rate
    };
    let (audio, video) = (world.audio(client, 0), world.video(client, 0));
    (moment(audio.last().expect("heard"), 48_000.0), moment(video.last().expect("seen"), 90_000.0))
}

#[test]
fn sender_reports_keep_lips_within_ten_milliseconds_before_and_after_a_switch() {
    let mut world = World::with(&[Habits { slots: 1, ..USUAL }, USUAL, USUAL]);
    let one = Studio { client: 1, ntp_at_epoch: 3_900_000_000.0, delay: Duration::from_millis(20) };
    let two = Studio { client: 2, ntp_at_epoch: 3_955_000_123.4, delay: Duration::from_millis(90) };
    let mut frame = 0;
    let mut seconds = |world: &mut World, count: u64| {
        for second in 0..count {
            for studio in [&one, &two] {
                studio.report(world, Duration::from_millis(second * 7 % 23));
            }
            for _ in 0..25 {
                frame += 1;
                one.film(world, frame, frame % 10 == 1);
                two.film(world, frame, frame % 10 == 1);
                world.advance(Duration::from_millis(33));
            }
        }
    };
    seconds(&mut world, 5);
    let (audio, video) = captured(&world, 0);
    assert!((audio - video).abs() < 0.010, "before: {audio} {video}");
    assert_eq!(world.video(0, 0).last().and_then(|got| got.payload.last().copied()), Some(1));

    world.shard.leave(world.now, person(1));
    seconds(&mut world, 2);
    let (audio, video) = captured(&world, 0);
    assert!((audio - video).abs() < 0.010, "after: {audio} {video}");
    assert_eq!(world.video(0, 0).last().and_then(|got| got.payload.last().copied()), Some(2));
}

#[test]
fn the_halves_of_a_slot_share_one_name() {
    let mut world = World::of(2);
    world.film(0, 1, true);
    world.speak(0, 1, b"x");
    world.advance(Duration::from_secs(1));
    let names: Vec<_> = world
        .rtcp_of::<rtc_rtcp::source_description::SourceDescription>(1)
        .iter()
        .flat_map(|description| description.chunks.clone())
        .map(|chunk| (chunk.source, chunk.items[0].text.to_vec()))
        .collect();
    let (audio, video) = (world.audio(1, 0)[0].ssrc, world.video(1, 0)[0].ssrc);
    for ssrc in [audio, video] {
        assert!(names.contains(&(ssrc, b"slot-0".to_vec())), "{names:?}");
    }
}
