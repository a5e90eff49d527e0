import { expect, test } from 'vitest';
import { actionLine, patternOf, percent } from './guard-words.ts';

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
});

test('an action is named in a line, and a share as people read it', () => {
  expect(actionLine({ kind: 'edit', path: 'a.ts', oldText: 'x', newText: null })).toBe('Delete a.ts');
  expect([percent(null), percent(0.003), percent(0.987)]).toEqual(['–', '0.3 %', '99 %']);
});
