import { expect, test } from '../harness/fixtures.ts';
import { LOOKS } from '../harness/looks.ts';

test('two people in Firefox see and hear each other', async ({ inFirefox }) => {
  const [ada, bo] = [await inFirefox('ada'), await inFirefox('bo')];
  await ada.signIn('ada@demo.test');
  const code = await ada.openSession('open door');
  await ada.join(code, 'signed in');
  await ada.isInCall();
  await bo.join(code, 'guest');
  await bo.sees(ada);
  await ada.sees(bo);
  await bo.hears(ada.look);
  await ada.hears(bo.look);

  const before = await bo.negotiations();
  await ada.driver.press('s');
  await bo.sees(ada, 'screen', LOOKS.screen);
  await ada.driver.press('s');
  await bo.showsNo(bo.tile(ada, 'screen'));
  expect(await bo.negotiations()).toEqual(before);

  await ada.driver.press('m');
  await bo.showsState(ada, 'audio', 'muted');
  await bo.doesNotHear(ada.look);
});

test('Firefox and Chromium see and hear each other', async ({ inChromium, inFirefox }) => {
  const [ada, bo] = [await inChromium('ada'), await inFirefox('bo')];
  await ada.signIn('ada@demo.test');
  const code = await ada.openSession('with waiting room');
  await ada.join(code, 'signed in');
  await ada.isInCall();
  await bo.join(code, 'guest');
  await ada.admits(bo);
  await bo.sees(ada);
  await ada.sees(bo);
  await bo.hears(ada.look);
  await ada.hears(bo.look);
  await bo.driver.press('v');
  await ada.showsState(bo, 'video', 'muted');
  await bo.driver.press('v');
  await ada.sees(bo);
});
