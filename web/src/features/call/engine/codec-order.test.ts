import { expect, test } from 'vitest';
import { preferredCodecs } from './codec-order';

const available = [
  { mimeType: 'video/VP8' },
  { mimeType: 'video/rtx' },
  { mimeType: 'video/VP9', sdpFmtpLine: 'profile-id=0' },
  { mimeType: 'video/VP9', sdpFmtpLine: 'profile-id=2' },
  { mimeType: 'video/H264', sdpFmtpLine: 'packetization-mode=0;profile-level-id=42e01f' },
  { mimeType: 'video/H264', sdpFmtpLine: 'packetization-mode=1;profile-level-id=42e01f' },
  { mimeType: 'video/AV1', sdpFmtpLine: 'level-idx=5;profile=1;tier=0' },
  { mimeType: 'video/AV1', sdpFmtpLine: 'level-idx=5;profile=0;tier=0' },
  { mimeType: 'video/red' },
  { mimeType: 'video/ulpfec' },
];

test.each([
  [['VP8'], ['VP8', 'rtx']],
  [
    ['H264', 'VP8'],
    ['H264 mode 1', 'VP8', 'rtx'],
  ],
  [
    ['VP9', 'AV1'],
    ['VP9 0', 'AV1 0', 'rtx'],
  ],
  [['VP10'], []],
])('of all codecs %j leaves %j', (wanted, left) => {
  const names = preferredCodecs(available, wanted).map(({ mimeType, sdpFmtpLine = '' }) => {
    const variant = /packetization-mode=\d/u.test(sdpFmtpLine)
      ? ` mode ${sdpFmtpLine.charAt(19)}`
      : (/profile(?:-id)?=(\d)/u.exec(sdpFmtpLine)?.[1] ?? '').replace(/^/u, ' ');
    return `${mimeType.split('/')[1]}${variant}`.trim();
  });
  expect(names).toEqual(left);
});
