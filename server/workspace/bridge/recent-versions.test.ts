import { expect, it } from 'vitest';
import { rememberVersions } from './recent-versions.ts';

const file = (text: string) => ({ bytes: Buffer.from(text), isExecutable: false });
const first = 'one\n\nconst  x = 1;\n';
const second = 'one typed\n\nconst  x = 1;\n';
const third = 'one typed more\n\nconst  x = 1;\n';

function remembered() {
  let nowMs = 0;
  const recent = rememberVersions(() => nowMs);
  const difference = { path: 'a', status: 'modified' as const, oldMode: '100644', newMode: '100644', newOid: '' };
  recent.remember({ ...difference, oldOid: '1' }, file(first));
  recent.remember({ ...difference, oldOid: '2' }, file(second));
  return { recent, pass: (ms: number) => (nowMs += ms) };
}

it.each([
  ['a formatter that read the first', 'one\n\nconst x = 1;\n', first],
  ['one that read the second', 'one typed\n\nconst x = 1;\n', second],
  ['one that read the last', 'one typed more\n\nconst x = 1;\n', third],
  ['something else altogether', 'zzz\n', third],
])('[CB108] tells what a version was made from: %s', (_who, now, from) => {
  const { recent } = remembered();
  expect(recent.madeFrom('a', file(third), file(now))).toEqual(file(from));
  expect(recent.madeFrom('b', file(third), file(now))).toEqual(file(third));
});

it('[CB108] after five seconds the last version is what was read', () => {
  const { recent, pass } = remembered();
  pass(5_001);
  expect(recent.madeFrom('a', file(third), file('one\n\nconst x = 1;\n'))).toEqual(file(third));
});
