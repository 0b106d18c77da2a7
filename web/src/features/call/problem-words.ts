import type { MediaProblem } from './engine/media-problem';

export interface ProblemWords {
  title: string;
  /** What to do about it. */
  text: string;
  /** Whether asking again may help. */
  retry: boolean;
}

const NAMES = { microphone: 'microphone', camera: 'camera' };

/** Words and the way out for a device that cannot be had. */
export function problemWords(device: keyof typeof NAMES, problem: MediaProblem): ProblemWords {
  const name = NAMES[device];
  const without = device === 'camera' ? 'You can join without it.' : 'You can join and listen.';
  switch (problem) {
    case 'denied':
      return {
        title: `Your ${name} is blocked`,
        text: `Allow it by the ${name} or lock symbol beside the address, then try again. ${without}`,
        retry: true,
      };
    case 'missing':
      return {
        title: `No ${name} found`,
        text: `Plug one in and it is used at once. ${without}`,
        retry: true,
      };
    case 'in-use':
      return {
        title: `Your ${name} is taken`,
        text: `Another program seems to use it. Close that program, then try again. ${without}`,
        retry: true,
      };
    case 'lost':
      return {
        title: `Your ${name} stopped`,
        text: `It was unplugged or switched off. Plug it in again, or choose another one.`,
        retry: true,
      };
    case 'insecure':
      return {
        title: `This page may not use your ${name}`,
        text: 'Browsers allow it only over HTTPS. Open the link with https:// in front, or ask who runs this server.',
        retry: false,
      };
    case 'unsupported':
      return {
        title: `This browser cannot use a ${name}`,
        text: `Try a current Firefox, Chrome, Edge or Safari. ${without}`,
        retry: false,
      };
    case 'unknown':
      return {
        title: `Your ${name} does not start`,
        text: `Unplug it and plug it in again, or choose another one. ${without}`,
        retry: true,
      };
  }
}

/** Why joining was refused, and what to do (PROTOCOL.md §6). */
export function refusalWords(code: string, message: string): { title: string; text: string } {
  switch (code) {
    case 'room_full':
      return {
        title: 'All places are taken',
        text: 'Try again when somebody has left, or tell your mentor.',
      };
    case 'room_locked':
      return {
        title: 'The session is locked',
        text: 'The mentor closed the door for newcomers. Tell them that you are here, then try again.',
      };
    case 'name_invalid':
      return { title: 'That name does not work', text: 'Use 1 to 60 plain characters.' };
    case 'offer_invalid':
    case 'offer_failed':
      return {
        title: 'Your browser and the server did not agree',
        text: 'Load the page again. If that does not help, try another browser.',
      };
    default:
      return { title: 'Joining did not work', text: message || 'Please try again.' };
  }
}
