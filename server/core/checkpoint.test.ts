import { expect, test } from 'vitest';
import { causeInWords, excerpt, thinnedCheckpoints, type CheckpointCause, type CheckpointKind } from './checkpoint.ts';

const now = new Date('2026-03-20T12:00:00Z');

function point(at: string, kind: CheckpointKind = 'auto', type: CheckpointCause['type'] = 'activity') {
  return { id: `${kind} ${at}`, kind, cause: { type }, createdAt: new Date(`${at}:00Z`) };
}

test.each([
  [
    'all of the last 24 hours stay',
    ['2026-03-20T11:50', '2026-03-20T11:40', '2026-03-19T12:01', '2026-03-19T12:00'],
    [],
  ],
  ['then the last of each hour', ['2026-03-20T12:00', '2026-03-18T09:50', '2026-03-18T09:10', '2026-03-18T08:59'], [1]],
  [
    'and after a week the last of each day',
    ['2026-03-20T12:00', '2026-03-10T23:50', '2026-03-10T09:10', '2026-03-10T00:00', '2026-03-09T23:59'],
    [1, 2],
  ],
  ['the newest stays however old it is', ['2025-01-01T10:20', '2025-01-01T10:10', '2025-01-01T10:00'], [0, 1]],
] as const)('[CB126] %s', (...[_name, at, goneBeyondFirst]) => {
  const points = at.map((one) => point(one));
  const gone = thinnedCheckpoints(points.toReversed(), now);
  const expected = goneBeyondFirst.map((index) => points[index + 1]?.id);
  expect(gone).toEqual(expected);
});

test('[CB126] named points and the beginning of the session are never thinned', () => {
  const points = [
    point('2026-03-20T12:00'),
    point('2026-01-02T10:30'),
    point('2026-01-02T10:20', 'named'),
    point('2026-01-02T10:10'),
    point('2026-01-02T10:00', 'auto', 'start'),
  ];
  expect(thinnedCheckpoints(points, now)).toEqual(['auto 2026-01-02T10:10']);
});

test('[CB126] thinning again, later or at once, removes nothing that thinning once would have kept', () => {
  const startedAt = Date.UTC(2026, 0, 1);
  const all = Array.from({ length: 4_000 }, (_, at) => ({
    ...point('2026-01-01T00:00'),
    id: `p${at}`,
    createdAt: new Date(startedAt + at * 600_000),
  }));
  const until = new Date(startedAt + 4_000 * 600_000);
  const once = new Set(thinnedCheckpoints(all, until));
  let stepwise = all;
  for (let day = 1; day <= 27; day++) {
    const then = new Date(startedAt + day * 86_400_000);
    const known = stepwise.filter((one) => one.createdAt <= then);
    const gone = new Set(thinnedCheckpoints(known, then));
    stepwise = stepwise.filter((one) => !gone.has(one.id));
  }
  const last = new Set(thinnedCheckpoints(stepwise, until));
  const kept = stepwise.filter((one) => !last.has(one.id)).map((one) => one.id);
  expect(kept).toEqual(all.filter((one) => !once.has(one.id)).map((one) => one.id));
  expect(kept.length).toBeLessThan(144 + 6 * 24 + 30);
});

test.each<[CheckpointCause, string]>([
  [{ type: 'start' }, 'The session began'],
  [{ type: 'run', runId: 'r', agent: 'codex', prompt: 'Make totals exact' }, 'Before codex ran: Make totals exact'],
  [{ type: 'accept', suggestionId: 's', agent: 'codex', all: false }, 'After the first change of codex was accepted'],
  [{ type: 'accept', suggestionId: 's', agent: 'codex', all: true }, 'After all changes of codex were decided on'],
  [{ type: 'restore', to: 'Point', paths: ['a', 'b', 'c'] }, 'Before restoring a and 2 more from “Point”'],
  [{ type: 'command', side: 'after', name: 'test' }, 'After the command test'],
])('[CB120] %o in words', (cause, words) => {
  expect(causeInWords(cause)).toBe(words);
});

test('an excerpt is the first line, cut between characters', () => {
  expect(excerpt('  one line\nand another')).toBe('one line');
  expect(excerpt('😀'.repeat(100))).toBe(`${'😀'.repeat(79)}…`);
});
