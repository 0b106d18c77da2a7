import { expect, test } from 'vitest';
import { EVERYTHING, isNarrowed, PRICES, priced, priceOf } from './search';

test('a price is the same in the address and among those to choose from', () => {
  expect(priceOf(EVERYTHING)).toBe(PRICES[0]?.value);
  for (const { value } of PRICES) {
    expect(priceOf({ ...EVERYTHING, ...priced(value) })).toBe(value);
  }
  expect(priced('-0')).toEqual({ price_min: '', price_max: '0' });
  expect(priced('10000-')).toEqual({ price_min: '10000', price_max: '' });
});

test('an order leaves nobody out, everything else does', () => {
  expect(isNarrowed(EVERYTHING)).toBe(false);
  expect(isNarrowed({ ...EVERYTHING, sort: 'price' })).toBe(false);
  expect(isNarrowed({ ...EVERYTHING, free_this_week: '1' })).toBe(true);
});
