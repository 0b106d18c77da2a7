/** Codecs for `setCodecPreferences`: only those wanted, in that order, each video codec's RTX kept. Fewer codecs, smaller offer. */
export function preferredCodecs<Codec extends Pick<RTCRtpCodec, 'mimeType' | 'sdpFmtpLine'>>(
  available: readonly Codec[],
  wanted: readonly string[],
): Codec[] {
  const named = (name: string) =>
    available.filter(
      (codec) => subtype(codec).toLowerCase() === name.toLowerCase() && isPlain(codec),
    );
  const picked = wanted.flatMap(named);
  if (picked.length === 0) return [];
  return [...picked, ...named('rtx')];
}

const subtype = (codec: Pick<RTCRtpCodec, 'mimeType'>): string =>
  codec.mimeType.split('/')[1] ?? '';

/** Leaves out variants nobody sends: VP9 and AV1 beyond profile 0, H264 that must not fragment (RFC 6184 mode 0). */
function isPlain({
  mimeType,
  sdpFmtpLine = '',
}: Pick<RTCRtpCodec, 'mimeType' | 'sdpFmtpLine'>): boolean {
  switch (mimeType.toLowerCase()) {
    case 'video/vp9':
      return !/profile-id=[1-9]/u.test(sdpFmtpLine);
    case 'video/av1':
      return !/profile=[1-9]/u.test(sdpFmtpLine);
    case 'video/h264':
      return sdpFmtpLine.includes('packetization-mode=1');
    default:
      return true;
  }
}
