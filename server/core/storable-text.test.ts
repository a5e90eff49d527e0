import { expect, test } from 'vitest';
import { isStorable } from './storable-text.ts';

const deep = (depth: number, innermost: unknown): unknown => {
  let value = innermost;
  for (let i = 0; i < depth; i++) value = [value];
  return value;
};

test.each([
  [undefined, true],
  [null, true],
  ['', true],
  ['a line\n\ttabbed, \u{1f600} and \u0001', true],
  [{ a: [1, new Date(0), { b: 'text' }] }, true],
  ['a\0b', false],
  ['half \ud800', false],
  ['\udc00 half', false],
  [{ a: ['fine', { b: '\0' }] }, false],
  [{ 'na\0me': 1 }, false],
  [[...'x'.repeat(200_000), '\0'], false],
  [deep(200_000, '\0'), false],
] as const)('texts in %# are storable or not', (value, expected) => {
  expect(isStorable(value)).toBe(expected);
});
