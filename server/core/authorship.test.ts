import { expect, test } from 'vitest';
import { authorsByLine, joinRuns, projectRuns, sliceRuns, type AuthorRun, type Credit } from './authorship.ts';

const by = (id: string, at = 0): Credit => ({ actor: { kind: 'person', id }, kind: 'edit', at });
const run = (length: number, id?: string, at?: number): AuthorRun =>
  id === undefined ? { length } : { length, credit: by(id, at) };

test('neighbours of one credit are one run, and a part of them is cut out exactly', () => {
  const runs = joinRuns([run(2, 'ana'), run(0, 'bo'), run(3, 'ana'), run(1), run(2, 'bo')]);
  expect(runs).toEqual([run(5, 'ana'), run(1), run(2, 'bo')]);
  expect(sliceRuns(runs, 4, 3)).toEqual([run(1, 'ana'), run(1), run(1, 'bo')]);
  expect(sliceRuns(runs, 7, 5)).toEqual([run(1, 'bo'), run(4)]);
  expect(sliceRuns(runs, 3, 0)).toEqual([]);
});

test('lines know all who wrote in them, the last first; like neighbours are told once', () => {
  const text = 'one\ntwo\nthree\nfour';
  const runs = [run(8, 'ana', 1), run(2, 'bo', 2), run(4, 'ana', 1), run(4)];
  expect(authorsByLine(text, runs)).toEqual({
    credits: [by('ana', 1), by('bo', 2)],
    lines: [
      { line: 1, count: 2, credits: [0] },
      { line: 3, count: 1, credits: [1, 0] },
    ],
  });
  expect(authorsByLine('', [])).toEqual({ credits: [], lines: [] });
});

test('a text made from another keeps the authors of what stayed', () => {
  const runs = [run(4, 'ana'), run(4, 'bo')];
  expect(projectRuns('one\ntwo\n', runs, 'one\nnew\ntwo\n')).toEqual([run(4, 'ana'), run(4), run(4, 'bo')]);
  expect(projectRuns('one\ntwo\n', runs, 'two\n')).toEqual([run(4, 'bo')]);
  expect(projectRuns('', [], 'x')).toEqual([run(1)]);
});
