import fc from 'fast-check';
import { expect, test } from 'vitest';
import { foldMiddle } from './fold-text.ts';

test('[AG91] of a long output the beginning and the end are kept, by whole lines', () => {
  const text = Array.from({ length: 100 }, (_, at) => `line ${at}`).join('\n');
  const folded = foldMiddle(text, { headChars: 40, tailChars: 60 });
  expect(folded).toMatch(/^line 0\nline 1\n/);
  expect(folded).toMatch(/\nline 98\nline 99$/);
  expect(folded).toMatch(/… \(\d+ characters in \d+ lines left out\) …/);
  for (const line of folded.split('\n')) expect(line).toMatch(/^line \d+$|^… /);
});

test('a text that fits stays as it is, and no other becomes much longer than asked', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 300 }), fc.nat(60), fc.nat(60), (text, headChars, tailChars) => {
      const folded = foldMiddle(text, { headChars, tailChars });
      if (text.length <= headChars + tailChars) expect(folded).toBe(text);
      else expect(folded.length).toBeLessThanOrEqual(headChars + tailChars + 80);
      expect(folded.isWellFormed() || !text.isWellFormed()).toBe(true);
    }),
  );
});
