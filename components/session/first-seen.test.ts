import { expect, test } from 'vitest';
import { FirstSeen } from './first-seen.ts';

test('[CV84] what has just come into sight is not to be pressed yet, and what has been there is', () => {
  let now = 5_000;
  const seen = new FirstSeen(() => now);
  expect(seen.left('question', 500)).toBe(500);
  now += 300;
  expect(seen.left('question', 500)).toBe(200);
  expect(seen.left('another', 500)).toBe(500);
  now += 200;
  expect(seen.left('question', 500)).toBe(0);
  expect(seen.left('another', 500)).toBe(300);
});

test('what need not be looked at first can be pressed at once', () => {
  expect(new FirstSeen(() => 7).left('denial', 0)).toBe(0);
});
