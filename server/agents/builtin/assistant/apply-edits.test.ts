import { expect, test } from 'vitest';
import { applyEdits, type TextEdit } from './apply-edits.ts';

const apply = (text: string, ...edits: TextEdit[]) => applyEdits('a.ts', text, edits);

test.each<[string, string, TextEdit[], string]>([
  ['one place', 'a b c', [{ old: 'b', new: 'x' }], 'a x c'],
  [
    'several edits, each on what the one before left',
    'a b',
    [
      { old: 'a', new: 'b2' },
      { old: 'b2 b', new: 'c' },
    ],
    'c',
  ],
  ['every place, when asked', 'a a a', [{ old: 'a', new: 'b', all: true }], 'b b b'],
  ['signs that mean something elsewhere', 'a', [{ old: 'a', new: '$& $1' }], '$& $1'],
  ['lines of a file with CR LF', 'a\r\nb\r\n', [{ old: 'a\nb', new: 'x\ny' }], 'x\r\ny\r\n'],
  ['a file of mixed line ends, as it is', 'a\r\nb\n', [{ old: 'a\r\nb', new: 'x' }], 'x\n'],
  ['an empty file', '', [{ old: '', new: 'a\n' }], 'a\n'],
])('[AG91] an edit changes %s', (_, before, edits, after) => {
  expect(apply(before, ...edits)).toBe(after);
});

test.each<[string, string, TextEdit, RegExp]>([
  ['is not there', 'a\nb', { old: 'c', new: 'd' }, /old is not in the file.*Read the file/s],
  ['is there more than once', 'a\na\nb\na', { old: 'a', new: 'd' }, /3 times \(lines 1, 2, 4\)/],
  ['is what it becomes', 'a', { old: 'a', new: 'a' }, /the same/],
  ['is empty in a file that is not', 'a', { old: '', new: 'b' }, /old is empty/],
  [
    'differs in space only',
    'if (a) {\n    b();\n}',
    { old: 'if (a) {\n  b();\n}', new: '' },
    /at line 1.*\n {4}b\(\);/s,
  ],
])('[AG91] a text that %s is refused, and the model is told what to do', (_, before, edit, words) => {
  expect(() => apply(before, edit)).toThrow(words);
  expect(() => apply(before, edit)).toThrow('Nothing was changed');
});

test('[AG91] of several edits it is said which one failed', () => {
  expect(() => apply('a b', { old: 'a', new: 'x' }, { old: 'q', new: 'y' })).toThrow('a.ts, edit 2 of 2');
});
