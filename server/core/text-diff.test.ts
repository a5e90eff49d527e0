import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { diffLists, splitLines, textEdits, type TextEdit } from './text-diff.ts';

function apply(text: string, edits: readonly TextEdit[]): string {
  return edits.reduce(
    (now, edit) => now.slice(0, edit.index) + edit.insert + now.slice(edit.index + edit.delete),
    text,
  );
}

const settings = { numRuns: 1_500 };
const word = fc.constantFrom(
  'if',
  'a',
  ' ',
  '\n',
  '\n\n',
  '😀',
  '😁',
  '\u{1f469}\u200d\u{1f4bb}',
  'é',
  '\ud83d',
  'foo(',
  ')',
  '\t',
);
const text = fc.array(word, { maxLength: 30 }).map((list) => list.join(''));

describe('splitLines', () => {
  it.each([
    ['', []],
    ['a', ['a']],
    ['a\n', ['a\n']],
    ['\n\nb', ['\n', '\n', 'b']],
    ['a\r\nb\r', ['a\r\n', 'b\r']],
  ])('splits %j', (given, lines) => {
    expect(splitLines(given)).toEqual(lines);
  });

  it('loses nothing', () => {
    fc.assert(
      fc.property(text, (given) => {
        expect(splitLines(given).join('')).toBe(given);
      }),
    );
  });
});

describe('diffLists', () => {
  const letters = fc.array(fc.constantFrom('a', 'b', 'c', 'd'), { maxLength: 20 });

  it('gives blocks that turn one list into the other, in order and apart', () => {
    fc.assert(
      fc.property(letters, letters, (before, after) => {
        const blocks = diffLists(before, after);
        const made: string[] = [];
        let done = 0;
        blocks.forEach((block, index) => {
          if (index > 0) expect(block.oldStart).toBeGreaterThan(done);
          made.push(
            ...before.slice(done, block.oldStart),
            ...after.slice(block.newStart, block.newStart + block.newCount),
          );
          expect(block.oldCount + block.newCount).toBeGreaterThan(0);
          done = block.oldStart + block.oldCount;
        });
        expect([...made, ...before.slice(done)]).toEqual(after);
      }),
      settings,
    );
  });

  it('finds nothing in equal lists', () => {
    expect(diffLists(['a', 'b'], ['a', 'b'])).toEqual([]);
  });
});

describe('textEdits', () => {
  it('[RV30] turns any text into any other when applied one after another', () => {
    fc.assert(
      fc.property(text, text, (before, after) => {
        expect(apply(before, textEdits(before, after))).toBe(after);
      }),
      settings,
    );
  });

  it('[RV30] never begins or ends between the halves of a surrogate pair', () => {
    const emoji = fc.array(fc.constantFrom('😀', '😁', '🤖', 'x'), { maxLength: 8 }).map((list) => list.join(''));
    fc.assert(
      fc.property(emoji, emoji, (before, after) => {
        let now = before;
        for (const edit of textEdits(before, after)) {
          expect(edit.insert.isWellFormed()).toBe(true);
          now = apply(now, [edit]);
          expect(now.isWellFormed()).toBe(true);
        }
      }),
      settings,
    );
  });

  it('[RV31] leaves alone what stays within a changed line', () => {
    const before = 'const total = parseAmount(input) + parseAmount(rest);\n';
    const after = 'const total = parseMoney(input) + parseMoney(rest);\n';
    expect(textEdits(before, after)).toEqual([
      { index: 40, delete: 6, insert: 'Money' },
      { index: 19, delete: 6, insert: 'Money' },
    ]);
  });

  it('makes one edit of a long changed block', () => {
    const before = `head\n${'a '.repeat(3_000)}\ntail\n`;
    const after = `head\n${'b '.repeat(3_000)}\ntail\n`;
    expect(textEdits(before, after)).toHaveLength(1);
    expect(apply(before, textEdits(before, after))).toBe(after);
  });

  it('makes no edit of equal texts', () => {
    expect(textEdits('a\n', 'a\n')).toEqual([]);
  });
});
