import { createSocket } from 'node:dgram';
import { createServer } from 'node:net';

/** A port that nothing listens on, for TCP and UDP alike, on every address. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = await listenTcp();
    if (await bindsUdp(port)) return port;
  }
}

function listenTcp(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().on('error', reject);
    server.listen(0, () => {
      const address = server.address();
      server.close(() =>
        address && typeof address === 'object' ? resolve(address.port) : reject(new Error('no port')),
      );
    });
  });
}

function bindsUdp(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createSocket('udp4').on('error', () => resolve(false));
    socket.bind(port, () => socket.close(() => resolve(true)));
  });
}
