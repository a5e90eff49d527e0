import { expect, test } from 'vitest';
import { loadBash } from '../../platform/parsers/bash.ts';
import { interpret } from './interpret.ts';
import { isPlainlySafe } from './plainly-safe.ts';

const parse = await loadBash();
const isSafe = (line: string) => isPlainlySafe(interpret(parse(line), { cwd: '/work', worktree: '/work' }));

test('[GU34] looking, and adding beside what is there, needs nothing to be kept', () => {
  const lines = [
    'ls -la src && git status --short',
    'cat package.json | head -20',
    'mkdir -p out/deep',
    'grep -rn "rm -rf" src 2>/dev/null',
    'git add -A && git commit -m "x"',
    'cd src && pwd',
  ];
  expect(lines.filter((line) => !isSafe(line))).toEqual([]);
});

test('[GU34] before whatever may replace, move or remove, or runs code of the project, files are kept', () => {
  const lines = [
    'rm -rf dist',
    'git clean -fdx',
    'git reset --hard',
    'git commit --amend -m x',
    'git diff --output=src/a.ts',
    'sed -i s/a/b/ src/*.ts',
    'echo x > notes.txt',
    'cat a >> b',
    'mv a b',
    'cp a b',
    'npm test',
    'npm run generate',
    'python3 script.py',
    'node -e "1"',
    'X=1 ls',
    './run.sh',
    '$CMD',
    'find . -delete',
    'find . -name x -exec rm {} +',
    'ls | xargs rm',
    'chmod 000 a',
    'tar -xf a.tar',
    'ls $(rm a)',
    'PATH=. ls',
    '(',
    '',
  ];
  expect(lines.filter(isSafe)).toEqual([]);
});
