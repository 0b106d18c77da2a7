import { Emitter } from './emitter';

interface Events extends Record<string, unknown> {
  /** Whether the browser refuses to play sound until the person touches the page. */
  blocked: boolean;
}

/** Plays the sound of the slots. For browsers; a native app plays remote tracks by itself. */
export class AudioOutput extends Emitter<Events> {
  private readonly elements: HTMLAudioElement[] = [];
  private readonly blocked = new Set<HTMLAudioElement>();

  /** Plays one track, from now until `close`. */
  play(track: MediaStreamTrack, speaker: string | null): void {
    const element = new Audio();
    element.autoplay = true;
    element.srcObject = new MediaStream([track]);
    this.elements.push(element);
    if (speaker) this.sink(element, speaker);
    this.start(element);
  }

  setSpeaker(id: string): void {
    for (const element of this.elements) this.sink(element, id);
  }

  /** Call from a click: browsers allow sound then. */
  unblock(): void {
    for (const element of [...this.blocked]) this.start(element);
  }

  close(): void {
    for (const element of this.elements) {
      element.pause();
      element.srcObject = null;
    }
    this.elements.length = 0;
    this.blocked.clear();
  }

  private start(element: HTMLAudioElement): void {
    element.play().then(
      () => this.mark(element, 'plays'),
      (error: unknown) => {
        if (error instanceof DOMException && error.name === 'NotAllowedError') {
          this.mark(element, 'blocked');
        }
      },
    );
  }

  private mark(element: HTMLAudioElement, state: 'plays' | 'blocked'): void {
    const before = this.blocked.size > 0;
    if (state === 'blocked') this.blocked.add(element);
    else this.blocked.delete(element);
    const after = this.blocked.size > 0;
    if (before !== after) this.emit('blocked', after);
  }

  private sink(element: HTMLAudioElement, id: string): void {
    if (!('setSinkId' in element)) return;
    // A speaker that is gone: the default one plays on.
    void element.setSinkId(id).catch(() => undefined);
  }
}
