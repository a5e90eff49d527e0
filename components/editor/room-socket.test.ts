import { expect, test } from 'vitest';
import { pauseMs } from './room-socket.ts';

test('[CB94] the first attempts come within a second and are spread; later ones wait up to five', () => {
  expect(pauseMs(0, false, 0)).toBe(100);
  expect(pauseMs(0, false, 1)).toBe(400);
  expect(pauseMs(1, false, 1)).toBe(800);
  expect(pauseMs(40, false, 1)).toBe(5_000);
  expect(pauseMs(0, true, 0)).toBeGreaterThan(5_000);
});
