//! Who speaks, from the audio levels of RFC 6464, with hysteresis against flicker.

use std::time::{Duration, Instant};

use crate::ParticipantId;

/// dB above silence (127 − level) where speech begins and ends: −45 and −55 dBov. Rooms hum at −60, people speak at −35.
const BEGINS: f32 = 82.0;
const ENDS: f32 = 72.0;
/// Between words one still speaks.
const HANGOVER: Duration = Duration::from_millis(800);
/// Levels of a muted or silent (DTX) microphone stop coming.
const STALE: Duration = Duration::from_millis(400);
/// Who is louder by less does not overtake.
const OVERTAKES: f32 = 6.0;

/// Loudness of one microphone.
#[derive(Clone, Debug, Default)]
pub(crate) struct Voice {
    loudness: f32,
    heard: Option<Instant>,
    /// When it was last above the lower threshold while speaking.
    speaking: Option<Instant>,
    /// When it was last among the speakers.
    pub(crate) spoke: Option<Instant>,
}

impl Voice {
    /// Takes the extension's byte: voice flag and level in −dBov.
    pub(crate) fn hear(&mut self, now: Instant, level: u8) {
        let loudness = f32::from(127 - (level & 0x7f));
        // Rises in two packets, falls in ten.
        let follow = if loudness > self.loudness { 0.5 } else { 0.1 };
        self.loudness += follow * (loudness - self.loudness);
        self.heard = Some(now);
    }

    fn evaluate(&mut self, now: Instant) -> bool {
        if self.heard.is_none_or(|at| now.saturating_duration_since(at) > STALE) {
            self.loudness = 0.0;
        }
        let threshold = if self.speaking.is_some() { ENDS } else { BEGINS };
        if self.loudness >= threshold {
            self.speaking = Some(now);
        } else if self.speaking.is_some_and(|at| now.saturating_duration_since(at) > HANGOVER) {
            self.speaking = None;
        }
        if self.speaking.is_some() {
            self.spoke = Some(now);
        }
        self.speaking.is_some()
    }

    /// Whether anything would change if it were evaluated later.
    pub(crate) fn is_active(&self, now: Instant) -> bool {
        self.speaking.is_some() || self.heard.is_some_and(|at| now.saturating_duration_since(at) <= STALE)
    }
}

/// The speakers now, loudest first, given those before in their order. Returns `None` when nothing changed.
pub(crate) fn speakers<'v>(
    now: Instant,
    before: &[ParticipantId],
    voices: impl Iterator<Item = (ParticipantId, &'v mut Voice)>,
) -> Option<Vec<ParticipantId>> {
    let mut speaking: Vec<(ParticipantId, f32)> =
        voices.filter_map(|(id, voice)| voice.evaluate(now).then_some((id, voice.loudness))).collect();
    let place = |id: &ParticipantId| before.iter().position(|known| known == id).unwrap_or(usize::MAX);
    speaking.sort_by_key(|(id, _)| (place(id), *id));
    // One pass from the back: the clearly louder move up, equals keep their places.
    for at in (1..speaking.len()).rev() {
        if let Some([front, back]) = speaking.get_mut(at - 1..=at)
            && back.1 > front.1 + OVERTAKES
        {
            std::mem::swap(front, back);
        }
    }
    let ids: Vec<_> = speaking.into_iter().map(|(id, _)| id).collect();
    (ids != before).then_some(ids)
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    /// Feeds one second of 20 ms packets with the given levels (`None`: no packet) and evaluates every 200 ms.
    fn second(start: Instant, before: &mut Vec<ParticipantId>, voices: &mut [Voice], levels: &[Option<u8>]) -> usize {
        let mut changes = 0;
        for packet in 0..50 {
            let now = start + Duration::from_millis(20 * packet);
            for (voice, level) in voices.iter_mut().zip(levels) {
                level.iter().for_each(|level| voice.hear(now, *level));
            }
            if packet % 10 == 9 {
                let voices = voices
                    .iter_mut()
                    .enumerate()
                    .map(|(at, voice)| (ParticipantId(Uuid::from_u128(at as u128)), voice));
                if let Some(after) = speakers(now, before, voices) {
                    *before = after;
                    changes += 1;
                }
            }
        }
        changes
    }

    fn numbers(ids: &[ParticipantId]) -> Vec<u128> {
        ids.iter().map(|id| id.0.as_u128()).collect()
    }

    #[test]
    fn the_louder_of_two_speakers_is_first_and_a_near_tie_does_not_flicker() {
        let (start, mut ids, mut voices) = (Instant::now(), vec![], vec![Voice::default(); 3]);
        second(start, &mut ids, &mut voices, &[Some(40), Some(25), Some(70)]);
        assert_eq!(numbers(&ids), [1, 0]);
        let at = start + Duration::from_secs(1);
        assert_eq!(second(at, &mut ids, &mut voices, &[Some(22), Some(25), Some(70)]), 0);
    }

    #[test]
    fn a_muted_speaker_stops_after_the_hangover() {
        let (start, mut ids, mut voices) = (Instant::now(), vec![], vec![Voice::default(); 1]);
        second(start, &mut ids, &mut voices, &[Some(30)]);
        assert_eq!(numbers(&ids), [0]);
        second(start + Duration::from_secs(1), &mut ids, &mut voices, &[None]);
        second(start + Duration::from_secs(2), &mut ids, &mut voices, &[None]);
        assert!(ids.is_empty());
    }

    #[test]
    fn background_noise_is_no_speech() {
        let (start, mut ids, mut voices) = (Instant::now(), vec![], vec![Voice::default(); 1]);
        assert_eq!(second(start, &mut ids, &mut voices, &[Some(60)]), 0);
    }
}
