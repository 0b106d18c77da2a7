import { MediaRelay, HttpRelay } from '../harness/relay.ts';
import { LOOKS } from '../harness/looks.ts';
import { Server } from '../harness/server.ts';
import { expect, test } from '../harness/fixtures.ts';

test('two people see and hear each other, and a third joins', async ({ server, inChromium }) => {
  const [ada, bo, eve] = [await inChromium('ada'), await inChromium('bo'), await inChromium('eve')];
  await ada.signIn('ada@demo.test');
  const code = await ada.openSession('open door');
  await ada.join(code, 'signed in');
  await ada.isInCall();

  await bo.join(code, 'guest');
  await bo.sees(ada);
  await ada.sees(bo);
  await bo.hears(ada.look);
  await ada.hears(bo.look);
  // Each estimates the bandwidth of what it sends from what the other tells.
  for (const direction of ['in', 'out']) {
    await ada
      .poll(`transport-wide feedback ${direction}`, () => server.metric(`sfu_transport_feedback_${direction}_total`))
      .toBeGreaterThan(0);
  }

  await eve.join(code, 'guest');
  for (const [person, others] of [
    [eve, [ada, bo]],
    [ada, [bo, eve]],
    [bo, [ada, eve]],
  ] as const) {
    for (const other of others) {
      await person.sees(other);
      await person.hears(other.look);
    }
  }
});

test('a shared screen appears and ends without renegotiation', async ({ inChromium }) => {
  const [ada, bo] = [await inChromium('ada'), await inChromium('bo')];
  await ada.signIn('ada@demo.test');
  const code = await ada.openSession('open door');
  await ada.join(code, 'signed in');
  await bo.join(code, 'guest');
  await bo.sees(ada);
  await ada.sees(bo);
  const before = [await ada.negotiations(), await bo.negotiations()];

  await ada.driver.press('s');
  await bo.sees(ada, 'screen', LOOKS.screen);
  await bo.hears(LOOKS.screen);
  await bo.sees(ada);

  await ada.driver.press('s');
  await bo.showsNo(bo.tile(ada, 'screen'));
  await bo.sees(ada);
  expect([await ada.negotiations(), await bo.negotiations()]).toEqual(before);
});

test('mute and camera off reach the others, and so does coming back', async ({ inChromium }) => {
  const [ada, bo] = [await inChromium('ada'), await inChromium('bo')];
  await ada.signIn('ada@demo.test');
  const code = await ada.openSession('open door');
  await ada.join(code, 'signed in');
  await bo.join(code, 'guest');
  await bo.sees(ada);
  await bo.hears(ada.look);

  await ada.driver.press('m');
  await bo.showsState(ada, 'audio', 'muted');
  await bo.doesNotHear(ada.look);
  await ada.driver.press('v');
  await bo.showsState(ada, 'video', 'muted');
  await bo.showsNo(`${bo.tile(ada)} video`);

  await ada.driver.press('m');
  await bo.showsState(ada, 'audio', 'on');
  await bo.hears(ada.look);
  await ada.driver.press('v');
  await bo.showsState(ada, 'video', 'on');
  await bo.sees(ada);
});

test('the signaling socket is cut for five seconds and media does not notice', async ({ server, inChromium }) => {
  const wayOfBo = await HttpRelay.start(server.httpPort);
  try {
    const [ada, bo] = [await inChromium('ada'), await inChromium('bo', wayOfBo.url)];
    await ada.signIn('ada@demo.test');
    const code = await ada.openSession('open door');
    await ada.join(code, 'signed in');
    await bo.join(code, 'guest');
    await bo.sees(ada);
    await ada.sees(bo);
    const before = [await ada.received(), await bo.received()] as const;
    const negotiated = await bo.negotiations();

    wayOfBo.refuse();
    await ada.showsState(bo, 'connection', 'reconnecting');
    // The five seconds are the scenario; nothing is waited for.
    await new Promise((resolve) => setTimeout(resolve, 5_000));
    await bo.seesMovement(ada);
    wayOfBo.heal();
    await ada.showsState(bo, 'connection', 'connected');

    const after = [await ada.received(), await bo.received()] as const;
    for (const index of [0, 1] as const) {
      expect(after[index].frames).toBeGreaterThan(before[index].frames + 40);
      expect(after[index]).toMatchObject({ lost: before[index].lost, freezes: before[index].freezes });
    }
    // Same peer connection, nothing negotiated anew.
    expect(await bo.negotiations()).toEqual(negotiated);
    // And the resumed socket carries news again, both ways.
    await bo.driver.press('m');
    await ada.showsState(bo, 'audio', 'muted');
    await ada.driver.press('m');
    await bo.showsState(ada, 'audio', 'muted');
  } finally {
    wayOfBo.close();
  }
});

test('a participant whose network vanishes shows as reconnecting and comes back by itself', async ({ inChromium }) => {
  const media = await MediaRelay.start();
  const server = await Server.start({
    announced: () => `127.0.0.1:${media.port}`,
    // Over TCP the call would simply go on.
    environment: { FACEMENTOR_SFU__TCP: 'false' },
  });
  media.forwardTo(server.sfuPort);
  const wayOfBo = await HttpRelay.start(server.httpPort);
  try {
    const [ada, bo, eve] = [
      await inChromium('ada', server.url),
      await inChromium('bo', wayOfBo.url),
      await inChromium('eve', server.url),
    ];
    await ada.signIn('ada@demo.test');
    const code = await ada.openSession('open door');
    for (const person of [ada, bo, eve]) await person.join(code, person === ada ? 'signed in' : 'guest');
    await ada.sees(bo);
    await bo.sees(ada);
    await ada.sees(eve);

    media.cut(await bo.mediaPorts());
    wayOfBo.silence();
    await ada.showsState(bo, 'connection', 'reconnecting');
    await eve.showsState(bo, 'connection', 'reconnecting');
    // The others go on as if nothing had happened.
    await ada.seesMovement(eve);
    await eve.seesMovement(ada);

    media.heal();
    wayOfBo.heal();
    await ada
      .poll('Bo is connected again', () => ada.attribute(ada.tile(bo), 'data-connection'), 45_000)
      .toBe('connected');
    await ada.sees(bo);
    await bo.sees(ada);
    await bo.sees(eve);
    await ada.hears(bo.look);
  } finally {
    media.close();
    wayOfBo.close();
    await server.stop();
  }
});
