import { expect, test } from 'vitest';
import { AppError } from './errors.ts';
import { assertRepoPath, isWithin, repoPathProblem } from './repo-path.ts';

test.each([
  'a',
  'src/cart.ts',
  '.gitignore',
  '.github/workflows/test.yml',
  'src/.gitkeep',
  'git/x',
  'a.git/b',
  'with space/ünï ✓.txt',
  'trailing./dots ',
  'x'.repeat(255),
])('%j is a path', (path) => {
  expect(repoPathProblem(path)).toBeUndefined();
});

test.each([
  ['', 'is empty'],
  ['/etc/passwd', 'begins with a slash'],
  ['a//b', 'empty component'],
  ['a/', 'empty component'],
  ['.', 'component "."'],
  ['a/./b', 'component "."'],
  ['..', 'component ".."'],
  ['a/../../b', 'component ".."'],
  ['a\\b', 'backslash'],
  ['..\\..\\x', 'backslash'],
  ['a\u0000b', 'control character'],
  ['a\nb', 'control character'],
  ['a\u007f', 'control character'],
  ['\ud800', 'not valid Unicode'],
  ['.git', '.git'],
  ['.git/hooks/post-commit', '.git'],
  ['a/.git/config', '.git'],
  ['.GIT/config', '.git'],
  ['.Git', '.git'],
  ['.git.', '.git'],
  ['.git ', '.git'],
  ['.git . .', '.git'],
  ['.git::$INDEX_ALLOCATION/x', '.git'],
  ['.git:stream', '.git'],
  ['git~1', '.git'],
  ['GIT~1/config', '.git'],
  ['.g\u200cit/config', '.git'],
  ['\ufeff.git', '.git'],
  ['.gi\u202et', '.git'],
  ['a/'.repeat(2100) + 'b', 'longer than 4096 bytes'],
  ['x'.repeat(256), 'longer than 255 bytes'],
])('[CB40] %j is refused', (path, reason) => {
  expect(repoPathProblem(path)).toContain(reason);
});

test('[CB40] a refused path is named with the reason', () => {
  expect(() => assertRepoPath('../x')).toThrow(AppError);
  expect(() => assertRepoPath('../x')).toThrow('The path "../x" has the component ".."');
  expect(() => assertRepoPath('src/x')).not.toThrow();
});

test('a path lies within itself and within its folders, not within what shares its beginning', () => {
  expect(isWithin('src', 'src')).toBe(true);
  expect(isWithin('src', 'src/a')).toBe(true);
  expect(isWithin('src', 'srcs/a')).toBe(false);
});
