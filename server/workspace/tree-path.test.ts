import { describe, expect, it } from 'vitest';
import { assertTreePath, treePathProblem } from './tree-path.ts';

describe('paths that may be written', () => {
  it.each([
    'a',
    'src/main.ts',
    '-rf',
    'd/ä b',
    '.gitignore',
    '.github/workflows/x.yml',
    'git',
    'a.git',
    '...',
    'x/.gitmodules',
    'git~2',
  ])('allows %j', (path) => expect(treePathProblem(path)).toBeUndefined());

  it.each([
    '',
    '/etc/passwd',
    '../x',
    'a/../../x',
    'a/./b',
    'a//b',
    'a/',
    '.git',
    '.git/config',
    'sub/.git/hooks/pre-commit',
    '.GIT/config',
    '.Git',
    '.git ',
    '.git.',
    '.git . .',
    '.git::$INDEX_ALLOCATION/x',
    '.git:x',
    'git~1/config',
    'GIT~1',
    '.g\u200cit/config',
    '.git\ufeff',
    'a\\.git\\config',
    'a\nb',
    'a\0b',
    'a\u007f',
    '\ud800',
    'x'.repeat(256),
    'x/'.repeat(2100) + 'x',
  ])('refuses %j', (path) => {
    expect(treePathProblem(path)).toEqual(expect.any(String));
    expect(() => assertTreePath(path)).toThrow(expect.objectContaining({ code: 'invalid' }));
  });
});
