//! Captured video instead of synthetic: VP8 in IVF files, one a simulcast layer, played over and over.

use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result, ensure};

/// Restriction identifiers (RFC 8851) of the layers, the smallest first.
pub const RIDS: [&str; 3] = ["q", "h", "f"];

const IVF_HEADER: usize = 32;
const IVF_FRAME_HEADER: usize = 12;
/// Of a packet's VP8 data, its descriptor apart.
const MAX_PART: usize = 1_100;

/// One layer's frames. The first is a keyframe.
#[derive(Debug)]
pub struct Clip {
    frames: Vec<Vec<u8>>,
    frames_per_second: u32,
}

impl Clip {
    pub fn read(path: &Path) -> Result<Clip> {
        let bytes = fs::read(path).with_context(|| format!("read {}", path.display()))?;
        Clip::parse(&bytes).with_context(|| format!("{} is no IVF file of VP8", path.display()))
    }

    /// The IVF container: a header with the time base, then each frame after its length and time.
    fn parse(bytes: &[u8]) -> Result<Clip> {
        let (header, mut rest) = bytes.split_at_checked(IVF_HEADER).context("it is too short")?;
        ensure!(header.starts_with(b"DKIF") && &header[8..12] == b"VP80", "wrong magic");
        let word = |at: usize| u32::from_le_bytes(header[at..at + 4].try_into().expect("four bytes"));
        let (rate, scale) = (word(16), word(20));
        ensure!(scale == 1 && (1..=60).contains(&rate), "a time base of {rate}/{scale}");
        let mut frames = Vec::new();
        while let Some((header, after)) = rest.split_at_checked(IVF_FRAME_HEADER) {
            let len = u32::from_le_bytes(header[..4].try_into().expect("four bytes")) as usize;
            let (frame, after) = after.split_at_checked(len).context("a frame is cut off")?;
            ensure!(!frame.is_empty(), "a frame is empty");
            frames.push(frame.to_vec());
            rest = after;
        }
        ensure!(
            frames.first().is_some_and(|frame| is_keyframe(frame)),
            "no keyframe at the start"
        );
        Ok(Clip {
            frames,
            frames_per_second: rate,
        })
    }

    /// Between two frames.
    pub fn interval(&self) -> Duration {
        Duration::from_secs(1) / self.frames_per_second
    }
}

/// RFC 6386 §9.1: the first bit is clear in keyframes.
fn is_keyframe(frame: &[u8]) -> bool {
    frame.first().is_some_and(|byte| byte & 1 == 0)
}

/// A packet of a frame, still without its header.
pub struct Part {
    pub seq: u64,
    pub rtp_time: u32,
    pub marker: bool,
    pub payload: Vec<u8>,
}

/// Plays a clip; a keyframe that is asked for is the next one of the clip.
pub struct Replay {
    clip: Arc<Clip>,
    next: usize,
    shown: u64,
    seq: u64,
    keyframe_wanted: bool,
}

impl Replay {
    pub fn new(clip: Arc<Clip>) -> Self {
        Replay {
            clip,
            next: 0,
            shown: 0,
            seq: 0,
            keyframe_wanted: false,
        }
    }

    pub fn request_keyframe(&mut self) {
        self.keyframe_wanted = true;
    }

    /// The packets of the next frame.
    pub fn next_frame(&mut self) -> Vec<Part> {
        let frames = &self.clip.frames;
        if std::mem::take(&mut self.keyframe_wanted) {
            let later = (self.next..frames.len()).find(|&at| is_keyframe(&frames[at]));
            self.next = later.unwrap_or(0);
        }
        let frame = &frames[self.next];
        self.next = (self.next + 1) % frames.len();
        let rtp_time = (self.shown * 90_000 / u64::from(self.clip.frames_per_second)) as u32;
        let picture_id = (self.shown as u16 | 0x8000).to_be_bytes();
        self.shown += 1;
        let count = frame.len().div_ceil(MAX_PART);
        let mut parts = Vec::with_capacity(count);
        for (index, data) in frame.chunks(MAX_PART).enumerate() {
            // RFC 7741 §4.2: X, S on the first, partition 0; I; a picture id of 15 bits.
            let mut payload = vec![if index == 0 { 0x90 } else { 0x80 }, 0x80];
            payload.extend_from_slice(&picture_id);
            payload.extend_from_slice(data);
            parts.push(Part {
                seq: self.seq,
                rtp_time,
                marker: index + 1 == count,
                payload,
            });
            self.seq += 1;
        }
        parts
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A file of frames of these lengths, every third a keyframe.
    fn ivf(lengths: &[usize]) -> Vec<u8> {
        let mut bytes = b"DKIF\0\0\x20\0VP80".to_vec();
        bytes.extend_from_slice(&[0; 4]);
        bytes.extend_from_slice(&20u32.to_le_bytes());
        bytes.extend_from_slice(&1u32.to_le_bytes());
        bytes.extend_from_slice(&[0; 8]);
        for (at, len) in lengths.iter().enumerate() {
            bytes.extend_from_slice(&(*len as u32).to_le_bytes());
            bytes.extend_from_slice(&[0; 8]);
            bytes.extend(std::iter::repeat_n(u8::from(at % 3 != 0), *len));
        }
        bytes
    }

    fn is_key(parts: &[Part]) -> bool {
        is_keyframe(&parts[0].payload[4..])
    }

    #[test]
    fn a_clip_plays_over_and_over_in_packets() {
        let mut replay = Replay::new(Arc::new(Clip::parse(&ivf(&[2_500, 100])).unwrap()));
        let frames: Vec<_> = (0..4).map(|_| replay.next_frame()).collect();
        assert_eq!(frames.iter().map(Vec::len).collect::<Vec<_>>(), [3, 1, 3, 1]);
        assert_eq!(
            frames.iter().map(|f| f[0].rtp_time).collect::<Vec<_>>(),
            [0, 4_500, 9_000, 13_500]
        );
        let parts: Vec<_> = frames.iter().flatten().collect();
        assert!(parts.iter().enumerate().all(|(at, part)| part.seq == at as u64));
        assert_eq!(parts.iter().filter(|part| part.marker).count(), 4);
        assert_eq!(frames[1][0].payload[..4], [0x90, 0x80, 0x80, 1]);
        assert_eq!(frames[0][2].payload.len(), 4 + 300);
    }

    #[test]
    fn a_keyframe_comes_when_it_is_asked_for() {
        let mut replay = Replay::new(Arc::new(Clip::parse(&ivf(&[10; 7])).unwrap()));
        assert!(is_key(&replay.next_frame()) && !is_key(&replay.next_frame()));
        replay.request_keyframe();
        assert!(is_key(&replay.next_frame()) && !is_key(&replay.next_frame()));
    }

    #[test]
    fn what_is_no_clip_is_refused() {
        let whole = ivf(&[100, 100]);
        for bytes in [&[][..], &whole[..40], &whole[..IVF_HEADER], &[0; 100]] {
            assert!(Clip::parse(bytes).is_err());
        }
    }
}
