import { ChromiumDriver } from '../harness/drivers.ts';
import { expect, test } from '../harness/fixtures.ts';
import type { Observed } from '../harness/page-script.ts';
import type { Participant } from '../harness/participant.ts';

/** Has a page send its camera as layers of one stream instead of three encodings. */
function sendsLayers(codec: string) {
  const addTransceiver = RTCPeerConnection.prototype.addTransceiver;
  RTCPeerConnection.prototype.addTransceiver = function (track, init) {
    const isCamera = (init?.sendEncodings?.length ?? 0) > 1;
    if (!isCamera) return addTransceiver.call(this, track, init);
    const layers = { scalabilityMode: 'L3T3_KEY', maxBitrate: 2_500_000 };
    const sendEncodings: RTCRtpEncodingParameters[] = [layers];
    const transceiver = addTransceiver.call(this, track, { ...init, sendEncodings });
    layered.add(transceiver);
    return transceiver;
  };
  const layered = new WeakSet<RTCRtpTransceiver>();
  const { setCodecPreferences } = RTCRtpTransceiver.prototype;
  RTCRtpTransceiver.prototype.setCodecPreferences = function (codecs) {
    const known = RTCRtpReceiver.getCapabilities('video')?.codecs ?? [];
    const wanted = known.filter(({ mimeType }) => mimeType === `video/${codec}` || mimeType === 'video/rtx');
    setCodecPreferences.call(this, layered.has(this) ? wanted : codecs);
  };
}

function pageOf({ driver }: Participant) {
  if (!(driver instanceof ChromiumDriver)) throw new Error('this one is about Chromium');
  return driver.page;
}

/** What is decoded of the one camera that is watched: codec, and lines of the picture. */
async function seen(person: Participant): Promise<string> {
  return pageOf(person).evaluate(async () => {
    const { observed } = window as unknown as { observed: Observed };
    for (const connection of observed.connections) {
      const stats = new Map<string, Record<string, unknown>>();
      (await connection.getStats()).forEach((it, id) => stats.set(id, it));
      for (const it of stats.values()) {
        if (it.type === 'inbound-rtp' && it.kind === 'video' && Number(it.framesDecoded) > 0) {
          return `${stats.get(String(it.codecId))?.mimeType} ${it.frameHeight}`;
        }
      }
    }
    return 'nothing';
  });
}

for (const codec of ['VP9', 'AV1']) {
  test(`a camera in ${codec} layers is seen, up to the largest`, async ({ inChromium }) => {
    const [ada, bo] = [await inChromium('ada'), await inChromium('bo')];
    await pageOf(ada).addInitScript(sendsLayers, codec);
    await ada.signIn('ada@demo.test');
    const code = await ada.openSession('open door');
    await ada.join(code, 'signed in');
    await ada.isInCall();
    await bo.join(code, 'guest');
    await bo.sees(ada);
    await expect.poll(() => seen(bo), { timeout: 30_000 }).toBe(`video/${codec} 360`);
    await bo.sees(ada);
  });
}
