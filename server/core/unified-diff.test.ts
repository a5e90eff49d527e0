import { expect, test } from 'vitest';
import { unifiedDiff } from './unified-diff.ts';

const numbered = (count: number, change: (line: number) => string = String) =>
  Array.from({ length: count }, (_line, at) => `${change(at + 1)}\n`).join('');

test('a change of one line is told with three lines on each side', () => {
  const changed = numbered(20, (line) => (line === 10 ? 'ten' : String(line)));
  expect(unifiedDiff(numbered(20), changed)).toBe('@@ -7,7 +7,7 @@\n 7\n 8\n 9\n-10\n+ten\n 11\n 12\n 13\n');
});

test('changes whose surroundings meet are told together, others by themselves', () => {
  const near = numbered(30, (line) => (line === 5 || line === 11 ? 'new' : String(line)));
  expect(unifiedDiff(numbered(30), near).match(/@@ .* @@/g)).toEqual(['@@ -2,13 +2,13 @@']);
  const far = numbered(30, (line) => (line === 5 || line === 13 ? 'new' : String(line)));
  expect(unifiedDiff(numbered(30), far).match(/@@ .* @@/g)).toEqual(['@@ -2,7 +2,7 @@', '@@ -10,7 +10,7 @@']);
});

test('a text that begins, ends or is all different has no place, and the same text nothing', () => {
  expect(unifiedDiff('', 'a\nb\n')).toBe('+a\n+b\n');
  expect(unifiedDiff('a\n', '')).toBe('-a\n');
  expect(unifiedDiff('a\nb', 'a\nc')).toBe(' a\n-b\n+c\n');
  expect(unifiedDiff('a\n', 'a\n')).toBe('');
});

test('lines that were added in the middle name the places of both sides', () => {
  const lines = numbered(10);
  expect(unifiedDiff(lines, lines.replace('5\n', '5\nhalf\n'))).toBe(
    '@@ -3,6 +3,7 @@\n 3\n 4\n 5\n+half\n 6\n 7\n 8\n',
  );
});
