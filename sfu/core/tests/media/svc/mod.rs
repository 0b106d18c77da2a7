//! Layers of every kind: what is left out of a stream leaves no trace, and switching costs no picture.

mod decoder;
mod encoder;
mod thinned;

use std::time::Duration;

use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use rtc_rtcp::payload_feedbacks::picture_loss_indication::PictureLossIndication;

use self::decoder::Decoder;
use self::encoder::{Coding, Encoder};
use crate::world::*;
use sfu_core::*;

const FRAME: Duration = Duration::from_micros(33_333);
/// From the server to the publisher and back to the encoder.
const REACTION: Duration = Duration::from_millis(100);

/// A publisher and a viewer on a virtual clock.
struct Film {
    world: World,
    encoder: Encoder,
    decoder: Decoder,
    heard: usize,
    seen: usize,
    keyframe_requests: usize,
}

impl Film {
    fn new(coding: Coding) -> Self {
        Self::with(coding, USUAL)
    }

    fn with(coding: Coding, viewer: Habits) -> Self {
        let rids: &[&str] = if coding.is_simulcast() { &["q", "h", "f"] } else { &[] };
        let world = World::with(&[Habits { rids, ..USUAL }, viewer]);
        let (encoder, decoder) = (Encoder::new(coding), Decoder::new(coding));
        Self { world, encoder, decoder, heard: 0, seen: 0, keyframe_requests: 0 }
    }

    /// One picture later.
    fn roll(&mut self) {
        for packet in self.film() {
            self.world.send(0, &packet);
        }
        self.watch();
    }

    /// The packets of the next picture.
    fn film(&mut self) -> Vec<Vec<u8>> {
        self.world.advance(FRAME);
        let now = self.world.now;
        let requests = &self.world.clients[0].rtcp[self.heard..];
        let plis = requests.iter().filter_map(|packet| packet.as_any().downcast_ref::<PictureLossIndication>());
        for pli in plis {
            self.keyframe_requests += 1;
            self.encoder.ask(now + REACTION, pli.media_ssrc);
        }
        self.heard = self.world.clients[0].rtcp.len();
        self.encoder.picture(now)
    }

    /// The viewer takes what has come.
    fn watch(&mut self) {
        self.world.deliver();
        let ssrc = self.world.clients[1].plan.slots[0].video.as_ref().expect("planned").ssrc.0;
        for got in self.world.clients[1].got.get(self.seen..).unwrap_or_default().iter().filter(|got| got.ssrc == ssrc)
        {
            self.decoder.take(got);
        }
        self.seen = self.world.clients[1].got.len();
    }

    fn want(&mut self, height: u16) {
        let want = Want { participant: person(0), source: Source::Camera, width: height * 16 / 9, height, priority: 0 };
        self.world.shard.subscribe(self.world.now, person(1), &[want]);
    }
}

fn a_thousand_switches(coding: Coding) {
    let mut film = Film::new(coding);
    let mut rng = StdRng::seed_from_u64(coding as u64);
    (0..60).for_each(|_| film.roll());
    let before = film.keyframe_requests;
    let mut height = 720;
    for switch in 0..1_000 {
        let heights = [180, 360, 720].into_iter().filter(|other| *other != height).collect::<Vec<_>>();
        height = heights[rng.random_range(0..heights.len())];
        film.want(height);
        let requests = film.keyframe_requests;
        let rolls = rng.random_range(20..30);
        (0..rolls).for_each(|_| film.roll());
        let shown = film.decoder.shown_height();
        assert_eq!(shown, Some(height), "{coding:?}: switch {switch} never came");
        assert!(film.keyframe_requests - requests <= 1, "{coding:?}: switch {switch} took more than one keyframe");
    }
    let requests = film.keyframe_requests - before;
    println!("{coding:?}: longest gap {:?}, {requests} keyframes for 1,000 switches", film.decoder.longest_gap);
    assert!(film.decoder.longest_gap <= Duration::from_millis(200), "{coding:?}: {:?}", film.decoder.longest_gap);
}

#[test]
fn a_thousand_switches_of_vp8_simulcast_cost_no_picture() {
    a_thousand_switches(Coding::Vp8);
}

#[test]
fn a_thousand_switches_of_h264_simulcast_cost_no_picture() {
    a_thousand_switches(Coding::H264);
}

#[test]
fn a_thousand_switches_of_vp9_layers_cost_no_picture() {
    a_thousand_switches(Coding::Vp9Full);
    a_thousand_switches(Coding::Vp9Key);
}

#[test]
fn a_thousand_switches_of_av1_layers_cost_no_picture() {
    a_thousand_switches(Coding::Av1Full);
    a_thousand_switches(Coding::Av1Key);
}
