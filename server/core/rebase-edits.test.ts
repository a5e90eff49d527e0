import fc from 'fast-check';
import { expect, it } from 'vitest';
import { rebaseEdits } from './rebase-edits.ts';
import { textEdits, type TextEdit } from './text-diff.ts';
import { mergeWithMarks } from './text-merge.ts';

const apply = (text: string, edits: readonly TextEdit[]) =>
  edits.reduce((now, edit) => now.slice(0, edit.index) + edit.insert + now.slice(edit.index + edit.delete), text);
const labels = { ours: 'a', theirs: 'b' };
const lines = (count: number) => Array.from({ length: count }, (_, at) => `line ${at}\n`);

it('[CB102] edits keep their place while people type elsewhere', () => {
  const before = lines(9).join('');
  const after = lines(9).with(1, 'ONE\n').toSpliced(7, 1, 'new\n', 'newer\n').join('');
  const edits = textEdits(before, after);
  const now = lines(9).with(4, 'typed\nmore\n').join('');
  expect(apply(now, rebaseEdits(edits, before, now) ?? [])).toBe(
    lines(9).with(1, 'ONE\n').with(4, 'typed\nmore\n').toSpliced(7, 1, 'new\n', 'newer\n').join(''),
  );
});

it('[CB102] edits in a line that people typed in are not guessed', () => {
  const before = 'one\ntwo\nthree\n';
  const edits = textEdits(before, 'one\nTWO\nthree\n');
  for (const now of ['one\ntwo!\nthree\n', 'one\n', '', 'onetwo\nthree\n'])
    expect(rebaseEdits(edits, before, now)).toBeUndefined();
  expect(rebaseEdits(edits, before, before)).toEqual(edits);
});

it('[CB102] what is carried over is what a merge of three texts gives', () => {
  const line = fc.nat({ max: 11 });
  let carried = 0;
  fc.assert(
    fc.property(fc.array(line, { maxLength: 4 }), line, fc.boolean(), (theirs, typed, isDeletion) => {
      const all = lines(12);
      const before = all.join('');
      const after = all.map((text, at) => (theirs.includes(at) ? `x${text}` : text)).join('');
      const now = all.with(typed, isDeletion ? '' : `typed\n${all[typed] ?? ''}`).join('');
      const edits = rebaseEdits(textEdits(before, after), before, now);
      if (!edits) return;
      const merged = mergeWithMarks({ base: before, ours: now, theirs: after, labels });
      if (merged.conflicts > 0) return;
      expect(apply(now, edits)).toBe(merged.text);
      carried += 1;
    }),
    { numRuns: 500 },
  );
  expect(carried).toBeGreaterThan(100);
});
