import { expect, test } from 'vitest';
import { actionLine } from '@/server/core/guard/guarded-action.ts';
import { patternOf, percent } from './guard-words.ts';

test('[GU205] what is typed becomes a pattern', () => {
  expect(patternOf('command', ' npm  run test … ')).toEqual({
    kind: 'command',
    words: ['npm', 'run', 'test'],
    more: true,
  });
  expect(patternOf('command', 'git status')).toEqual({ kind: 'command', words: ['git', 'status'], more: false });
  expect(patternOf('command', '...')).toBeUndefined();
  expect(patternOf('path', ' src/** ')).toEqual({ kind: 'path', glob: 'src/**' });
  expect(patternOf('line', '')).toBeUndefined();
  expect(patternOf('fetch', ' *.example.com ')).toEqual({ kind: 'fetch', host: '*.example.com' });
  expect(patternOf('tool', 'tickets create_*')).toEqual({ kind: 'tool', server: 'tickets', tool: 'create_*' });
  expect(patternOf('tool', 'tickets')).toEqual({ kind: 'tool', server: 'tickets', tool: '*' });
  expect(patternOf('tool', 'one two three')).toBeUndefined();
});

test('an action is named in a line, and a share as people read it', () => {
  expect(actionLine({ kind: 'edit', path: 'a.ts', oldText: 'x', newText: null })).toBe('Delete a.ts');
  expect(actionLine({ kind: 'read', path: '' })).toBe('Read the project');
  expect(actionLine({ kind: 'mcp', server: 'tickets', name: 'close', input: '{}' })).toBe('close of tickets {}');
});

test('[GU209] a share that is not whole never reads as if it were', () => {
  expect([0, 0.00001, 0.003, 0.987, 0.99999, 1].map(percent)).toEqual([
    '0 %',
    '0.1 %',
    '0.3 %',
    '98.7 %',
    '99.9 %',
    '100 %',
  ]);
});
