import { expect, it } from 'vitest';
import { parentOf } from './trace.ts';

it.each([
  ['00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01', true],
  ['00-00000000000000000000000000000000-b7ad6b7169203331-01', false],
  ['00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01', false],
  ['00-0AF7651916CD43DD8448EB211C80319C-b7ad6b7169203331-01', false],
  ['nonsense', false],
  [undefined, false],
])('[GW65] a caller’s trace is gone on with where it tells one: %s', (header, isOne) => {
  expect(parentOf(header) !== undefined).toBe(isOne);
});
