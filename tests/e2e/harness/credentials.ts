import { ChromiumDriver } from './drivers.ts';
import type { Participant } from './participant.ts';

export interface Credentials {
  signaling: string;
  roomToken: string;
  resumeToken: string;
}

/** Reads along what a page is given to enter a room with: the way an attacker on that machine could. */
export function watchCredentials(person: Participant): () => Credentials {
  const { driver } = person;
  if (!(driver instanceof ChromiumDriver)) throw new Error('only Chromium lets its sockets be read');
  const seen: Credentials = { signaling: '', roomToken: '', resumeToken: '' };
  driver.page.on('websocket', (socket) => {
    if (!socket.url().includes('/signaling')) return;
    seen.signaling = socket.url();
    socket.on('framesent', ({ payload }) => {
      const message = parse(payload);
      if (message?.type === 'hello' && typeof message.token === 'string') seen.roomToken = message.token;
    });
    socket.on('framereceived', ({ payload }) => {
      const message = parse(payload);
      if (message?.type === 'welcome') seen.resumeToken = (message.resume as { token: string }).token;
    });
  });
  return () => ({ ...seen });
}

function parse(payload: string | Buffer): Record<string, unknown> | null {
  return typeof payload === 'string' ? (JSON.parse(payload) as Record<string, unknown>) : null;
}
