import { expect, test } from 'vitest';
import { percentile } from './result.ts';

test.each([
  [[5, 1, 3], 0.5, 3],
  [[1, 2, 3, 4], 0.5, 2],
  [[1, 2, 3, 4, 5], 0.95, 5],
  [[7], 0.5, 7],
])('of %j, the share %d lies below %d', (samples, share, expected) => {
  expect(percentile(samples, share)).toBe(expected);
});

test('no samples have no percentile', () => {
  expect(percentile([], 0.5)).toBeNaN();
});
