import { expect, test } from 'vitest';
import type { AuthorRun } from './authorship.ts';
import { countLinesByAuthor } from './hidden-lines.ts';

const by = (id: string, length: number, kind: 'edit' | 'open' = 'edit'): AuthorRun => ({
  length,
  credit: { actor: { kind: 'person', id }, kind, at: 0 },
});

test('[CB124] a line counts for each who has a part in it, and only where it was asked for', () => {
  const text = 'aaa\nabb\nrepo\nbb\n';
  const runs = [by('a', 5), by('b', 3), by('git', 5, 'open'), by('b', 3)];
  const lines = (ranges: { start: number; count: number }[]) =>
    [...countLinesByAuthor(text, runs, ranges)].map(([key, count]) => `${key} ${count.lines}`);
  expect(lines([{ start: 0, count: 4 }])).toEqual(['person:a 2', 'person:b 2']);
  expect(lines([{ start: 1, count: 1 }])).toEqual(['person:a 1', 'person:b 1']);
  expect(lines([{ start: 2, count: 1 }])).toEqual([]);
  expect(lines([])).toEqual([]);
});

test('[CB124] a text whose authors are not all known counts those who are', () => {
  const counts = countLinesByAuthor('one\ntwo\nthree', [{ length: 4 }, by('a', 4)], [{ start: 0, count: 3 }]);
  expect([...counts.values()]).toEqual([{ actor: { kind: 'person', id: 'a' }, lines: 1 }]);
});
