/** Why a microphone, camera or screen cannot be had. Each has its own words and way out on the page. */
export type MediaProblem =
  /** The person or the browser's settings said no. */
  | 'denied'
  /** There is no such device. */
  | 'missing'
  /** Another program holds it, or the system cannot open it. */
  | 'in-use'
  /** The page is not on HTTPS or localhost: browsers give it no devices. */
  | 'insecure'
  /** It worked and stopped: unplugged, or taken by the system. */
  | 'lost'
  /** The browser does not know how (screen sharing on phones). */
  | 'unsupported'
  | 'unknown';

/** Reads what `getUserMedia` and `getDisplayMedia` reject with (Media Capture and Streams §10.2). */
export function mediaProblem(error: unknown): MediaProblem {
  const name = error instanceof Error || error instanceof DOMException ? error.name : '';
  switch (name) {
    case 'NotAllowedError':
    case 'PermissionDeniedError':
    case 'SecurityError':
      return 'denied';
    case 'NotFoundError':
    case 'DevicesNotFoundError':
    case 'OverconstrainedError':
      return 'missing';
    case 'NotReadableError':
    case 'TrackStartError':
    case 'AbortError':
      return 'in-use';
    case 'NotSupportedError':
      return 'unsupported';
    default:
      return 'unknown';
  }
}
