import { expect, test } from 'vitest';
import { lineChange } from './line-change.ts';

test.each([
  ['nothing', 'a\nb\n', 'a\nb\n', 'a\nb\n', { added: 0, removed: 0, line: 2 }],
  ['a line in the middle', 'a\nb\nc\n', 'a\nx\nc\n', 'a\nb\nc\n', { added: 1, removed: 1, line: 2 }],
  ['a new file', '', 'a\nb\n', '', { added: 2, removed: 0, line: 1 }],
  ['the second edit of a file', 'a\nb\nc\nd\n', 'x\nb\nc\ny\n', 'x\nb\nc\nd\n', { added: 2, removed: 2, line: 4 }],
  ['a deleted file', 'a\nb\n', '', 'a\nb\n', { added: 0, removed: 2, line: 1 }],
] as const)('[CV70] %s', (_what, before, after, previous, change) => {
  expect(lineChange(before, after, previous)).toEqual(change);
});

test('[CV71] a text of other lines altogether is counted without comparing each with each', () => {
  const lines = (word: string) => Array.from({ length: 20_000 }, (_none, at) => `${word} ${at}\n`).join('');
  expect(lineChange(lines('a'), lines('b'), '')).toEqual({ added: 20_000, removed: 20_000, line: 1 });
});
