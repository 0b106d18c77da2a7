const NOTES_HZ = [523, 659, 784];
const NOTE_SECONDS = 0.18;

/** Plays three notes on a speaker; null is the default one. Resolves when they have sounded. */
export async function playTestSound(speaker: string | null): Promise<void> {
  const context = new AudioContext();
  try {
    // Where the choice is not offered, or the speaker is gone, the default one sounds.
    const choosing = context as { setSinkId?: (id: string) => Promise<void> };
    if (speaker) await choosing.setSinkId?.(speaker).catch(() => undefined);
    await context.resume();
    await new Promise<void>((resolve) => {
      NOTES_HZ.forEach((frequency, index) => {
        const at = context.currentTime + 0.05 + index * NOTE_SECONDS;
        const note = new OscillatorNode(context, { frequency });
        const volume = new GainNode(context, { gain: 0 });
        volume.gain.setValueAtTime(0, at);
        volume.gain.linearRampToValueAtTime(0.25, at + 0.02);
        volume.gain.exponentialRampToValueAtTime(0.001, at + NOTE_SECONDS);
        note.connect(volume).connect(context.destination);
        note.start(at);
        note.stop(at + NOTE_SECONDS);
        if (index === NOTES_HZ.length - 1) note.onended = () => resolve();
      });
    });
  } finally {
    await context.close();
  }
}
