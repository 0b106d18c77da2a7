import { expect, test } from 'vitest';
import { pathOf } from './path';

const local = { id: 'l', type: 'local-candidate', protocol: 'tcp', candidateType: 'host' };
const pair = {
  id: 'p',
  type: 'candidate-pair',
  localCandidateId: 'l',
  remoteCandidateId: 'r',
  currentRoundTripTime: 0.0384,
};

test('Chromium names the pair in its transport', () => {
  const transport = { id: 't', type: 'transport', selectedCandidatePairId: 'p' };
  expect(pathOf([transport, pair, local])).toEqual({
    way: 'direct',
    protocol: 'tcp',
    roundTripMs: 38,
  });
});

test('Firefox marks the pair itself', () => {
  const others = { ...pair, id: 'q', localCandidateId: 'other' };
  expect(pathOf([others, { ...pair, selected: true }, local])?.protocol).toBe('tcp');
});

test('a relay is told by how it is reached', () => {
  const relayed = { ...local, protocol: 'udp', relayProtocol: 'tls', candidateType: 'prflx' };
  const path = pathOf([{ ...pair, selected: true, currentRoundTripTime: undefined }, relayed]);
  expect(path).toEqual({ way: 'relayed', protocol: 'tls', roundTripMs: null });
});

test('before anything is connected there is no path', () => {
  expect(pathOf([local, pair])).toBeNull();
});
