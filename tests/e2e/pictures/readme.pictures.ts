/** The pictures of the README, taken of the real product: `make pictures`. People are drawn; everything else is as it is. */
import { mkdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { type Browser, type Page, chromium, test } from '@playwright/test';
import { Server } from '../harness/server.ts';

const DOCS = fileURLToPath(new URL('../../../docs', import.meta.url));
const PHONE = { width: 390, height: 844 };
const DESKTOP = { width: 1280, height: 800 };

interface Portrait {
  name: string;
  wall: [string, string];
  skin: string;
  hair: string;
  shirt: string;
}

const ADA: Portrait = { name: 'Ada', wall: ['#d9c7b0', '#a98f6f'], skin: '#e0ac84', hair: '#3b2a20', shirt: '#0b615c' };
const BO: Portrait = { name: 'Bo', wall: ['#bfd0d6', '#7d97a3'], skin: '#8d5a3b', hair: '#1d1512', shirt: '#c8643c' };
const EVE: Portrait = { name: 'Eve', wall: ['#d8d2e6', '#9a8fb8'], skin: '#f0c8a8', hair: '#b5562c', shirt: '#34406b' };

/** Runs in the page before its own code: cameras and screens are canvases. */
function drawnDevices(portrait: Portrait): void {
  const paint = (width: number, height: number, draw: (context: CanvasRenderingContext2D, time: number) => void) => {
    const canvas = Object.assign(document.createElement('canvas'), { width, height });
    const context = canvas.getContext('2d')!;
    setInterval(() => draw(context, performance.now() / 1000), 40);
    return canvas.captureStream(25).getVideoTracks()[0]!;
  };
  const person = (context: CanvasRenderingContext2D, time: number) => {
    const wall = context.createLinearGradient(0, 0, 1280, 720);
    wall.addColorStop(0, portrait.wall[0]);
    wall.addColorStop(1, portrait.wall[1]);
    context.fillStyle = wall;
    context.fillRect(0, 0, 1280, 720);
    const x = 640 + Math.sin(time) * 8;
    const y = 330 + Math.sin(time * 1.7) * 4;
    const oval = (colour: string, cx: number, cy: number, rx: number, ry: number) => {
      context.fillStyle = colour;
      context.beginPath();
      context.ellipse(cx, cy, rx, ry, 0, 0, 2 * Math.PI);
      context.fill();
    };
    oval(portrait.shirt, x, 760, 300, 240);
    oval(portrait.skin, x, y + 160, 62, 90);
    oval(portrait.hair, x, y - 40, 142, 160);
    oval(portrait.skin, x, y + 10, 118, 150);
    oval(portrait.hair, x, y - 118, 126, 66);
    oval('#2a211c', x - 44, y - 4, 9, 11);
    oval('#2a211c', x + 44, y - 4, 9, 11);
    context.strokeStyle = '#7a3b2c';
    context.lineWidth = 8;
    context.lineCap = 'round';
    context.beginPath();
    context.arc(x, y + 48, 40, 0.25 * Math.PI, 0.75 * Math.PI);
    context.stroke();
  };
  const screen = (context: CanvasRenderingContext2D, time: number) => {
    context.fillStyle = '#1f2430';
    context.fillRect(0, 0, 1280, 720);
    context.font = '26px monospace';
    const lines = [
      'fn forward(&mut self, packet: &Packet) {',
      '    // Decrypt once, seal for each who watches.',
      '    for outlet in &mut self.outlets {',
      '        let header = outlet.rewrite(packet);',
      '        outlet.seal(header, packet.payload(), &mut self.batch);',
      '    }',
      '}',
      '',
      '#[test]',
      'fn a_slot_changes_its_source_without_a_jump() {',
    ];
    lines.forEach((line, index) => {
      context.fillStyle = line.includes('//') ? '#7f8b9e' : line.startsWith('#') ? '#ffd580' : '#cbd3e1';
      context.fillText(line, 60, 90 + index * 46);
    });
    if (Math.floor(time * 2) % 2 === 0) context.fillRect(60, 90 + lines.length * 46 - 24, 14, 30);
  };
  const microphone = () => {
    const audio = new AudioContext();
    const voice = audio.createOscillator();
    const volume = audio.createGain();
    const out = audio.createMediaStreamDestination();
    volume.gain.value = portrait.name === 'Ada' ? 0.2 : 0;
    voice.connect(volume).connect(out);
    voice.start();
    return out.stream.getAudioTracks()[0]!;
  };
  navigator.mediaDevices.getUserMedia = async (wanted) =>
    new MediaStream([...(wanted?.audio ? [microphone()] : []), ...(wanted?.video ? [paint(1280, 720, person)] : [])]);
  navigator.mediaDevices.getDisplayMedia = async () => new MediaStream([paint(1280, 720, screen)]);
}

async function open(browser: Browser, portrait: Portrait, viewport: { width: number; height: number }): Promise<Page> {
  const options = { viewport, permissions: ['camera', 'microphone'], colorScheme: 'light' as const };
  const context = await browser.newContext({ ...options, deviceScaleFactor: viewport === PHONE ? 2 : 1 });
  await context.addInitScript(drawnDevices, portrait);
  return context.newPage();
}

async function joinAsGuest(page: Page, url: string, name: string): Promise<void> {
  await page.goto(url);
  await page.fill('input[name="name"]', name);
  await page.click('[data-testid="join"]');
}

async function seesPeople(page: Page, count: number): Promise<void> {
  await page.waitForFunction(
    (count) => document.querySelectorAll('[data-testid="tile"][data-playing="true"]').length >= count,
    count,
  );
}

test('the pictures of the README', async () => {
  const server = await Server.start();
  const browser = await chromium.launch({
    executablePath: '/usr/bin/chromium',
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      '--autoplay-policy=no-user-gesture-required',
      '--use-fake-device-for-media-stream',
      '--use-fake-ui-for-media-stream',
    ],
  });
  try {
    mkdirSync(DOCS, { recursive: true });
    const ada = await open(browser, ADA, DESKTOP);
    await ada.goto(server.url);
    await ada.request.post(`${server.url}/api/accounts/log-in`, {
      headers: { origin: server.url },
      data: { email: 'ada@demo.test', password: 'demo-demo-demo' },
    });
    const created = await ada.request.post(`${server.url}/api/sessions`, {
      headers: { origin: server.url },
      data: { title: 'First steps in Rust', waiting_room: false },
    });
    const { join_code } = (await created.json()) as { join_code: string };
    const link = `${server.url}/join/${join_code}`;
    await ada.goto(link);
    await ada.waitForFunction(() => (document.querySelector('video')?.videoWidth ?? 0) > 0);
    await ada.getByText('Good connection').waitFor();
    await ada.screenshot({ path: `${DOCS}/prejoin.png` });
    await ada.click('[data-testid="join"]');
    const bo = await open(browser, BO, DESKTOP);
    await joinAsGuest(bo, link, 'Bo');
    const eve = await open(browser, EVE, PHONE);
    await joinAsGuest(eve, link, 'Eve');
    await seesPeople(eve, 2);
    await eve.screenshot({ path: `${DOCS}/call-phone.png` });
    await bo.keyboard.press('s');
    await seesPeople(ada, 3);
    await ada.mouse.move(600, 400);
    await ada.waitForSelector('[data-testid="tile"][data-source="screen"][data-playing="true"]');
    await ada.keyboard.press('c');
    await ada.waitForSelector('textarea');
    await ada.fill('textarea', 'The second loop is the one to watch.');
    await ada.press('textarea', 'Enter');
    await ada.waitForFunction(() => document.querySelector('textarea')?.value === '');
    await ada.waitForSelector('text=The second loop');
    await ada.screenshot({ path: `${DOCS}/call.png` });
  } finally {
    await browser.close();
    await server.stop();
  }
});
