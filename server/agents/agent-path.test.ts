import { expect, test } from 'vitest';
import { repositoryPath } from './agent-path.ts';

test.each([
  ['/work/src/a.ts', 'src/a.ts'],
  ['/work/src/../b.ts', 'b.ts'],
  ['/work//deep///c', 'deep/c'],
  ['/work/.gitignore', '.gitignore'],
])('%s is %s', (given, path) => {
  expect(repositoryPath(given)).toEqual({ ok: true, path });
});

test.each([
  'src/a.ts',
  '/etc/passwd',
  '/work/../etc/passwd',
  '/workshop/a',
  '/work',
  '/work/',
  '/work/a\0b',
  `/work/${'a'.repeat(5_000)}`,
  '/work/.git/config',
  '/work/sub/.GIT/hooks',
  '/work/git~1',
  '/work/.git . /x',
  '/work/.g\u200cit/x',
  '',
])('%j is refused', (given) => {
  expect(repositoryPath(given).ok).toBe(false);
});

test('the root is a path only for those who may have it', () => {
  expect(repositoryPath('/work', { root: true })).toEqual({ ok: true, path: '' });
});
