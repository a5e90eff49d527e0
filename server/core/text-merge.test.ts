import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { computeHunks, type Hunk } from './suggestion.ts';
import { splitLines } from './text-diff.ts';
import { applyHunks, mergeHunk, mergeWithMarks, undoHunk, type MergeResult } from './text-merge.ts';

const side = (text: string, oid: string) => ({ mode: '100644', oid, text, format: 'utf-8 lf' });
const hunksOf = (base: string, result: string): Hunk[] =>
  base === result ? [] : computeHunks({ path: 'a.ts', base: side(base, 'a'), result: side(result, 'b') });
const only = (hunks: readonly Hunk[]): Hunk => {
  const [hunk] = hunks;
  if (!hunk || hunks.length > 1) throw new Error('one hunk was expected');
  return hunk;
};
const textOf = (result: MergeResult): string => {
  if (!result.ok) throw new Error(`a clean merge was expected: ${JSON.stringify(result.conflict)}`);
  return result.text;
};
const lines = (...list: string[]) => list.map((line) => `${line}\n`).join('');
const accept = (base: string, result: string, live: string) =>
  mergeHunk({ base, accepted: [], hunk: only(hunksOf(base, result)), live });

describe('accepting one hunk', () => {
  const base = lines('a', 'b', 'c', 'd', 'e');

  it('[RV11] puts a hunk where its lines are by now, people having typed elsewhere', () => {
    const merged = accept(base, lines('a', 'b', 'c', 'D', 'e'), lines('new', 'a', 'b', 'c', 'd', 'e', 'end'));
    expect(merged).toEqual({ ok: true, changed: true, text: lines('new', 'a', 'b', 'c', 'D', 'e', 'end') });
  });

  it('[RV12] gives both versions when people changed the same lines', () => {
    const merged = accept(base, lines('a', 'b', 'suggested', 'd', 'e'), lines('a', 'b', 'typed', 'd', 'e'));
    const liveRange = { startLine: 2, endLine: 3 };
    expect(merged).toEqual({
      ok: false,
      conflict: { base: 'c\n', live: 'typed\n', suggested: 'suggested\n', liveRange },
    });
  });

  it('[RV12] shows the whole of a wider change of people, with the hunk in its place', () => {
    const merged = accept(base, lines('a', 'b', 'X', 'd', 'e'), lines('a', 'typed', 'e'));
    expect(merged).toMatchObject({
      conflict: { base: lines('b', 'c', 'd'), live: 'typed\n', suggested: lines('b', 'X', 'd') },
    });
  });

  it('[RV13] is done already when people wrote the same', () => {
    const result = lines('a', 'b', 'X', 'd', 'e');
    expect(accept(base, result, result)).toEqual({ ok: true, text: result, changed: false });
    const both = lines('a', 'b', 'X', 'd', 'e', 'more');
    expect(accept(base, result, both)).toEqual({ ok: true, text: both, changed: false });
  });

  it.each([
    [
      'a line typed right above changed lines stays above',
      lines('a', 'b', 'X', 'd', 'e'),
      lines('a', 'b', 'typed', 'c', 'd', 'e'),
      lines('a', 'b', 'typed', 'X', 'd', 'e'),
    ],
    [
      'a line typed right below changed lines stays below',
      lines('a', 'b', 'X', 'd', 'e'),
      lines('a', 'b', 'c', 'typed', 'd', 'e'),
      lines('a', 'b', 'X', 'typed', 'd', 'e'),
    ],
    [
      'the next line edited by a person',
      lines('a', 'b', 'X', 'd', 'e'),
      lines('a', 'b', 'c', 'typed', 'e'),
      lines('a', 'b', 'X', 'typed', 'e'),
    ],
    [
      'an insertion below a line edited by a person',
      lines('a', 'b', 'c', 'X', 'd', 'e'),
      lines('a', 'b', 'typed', 'd', 'e'),
      lines('a', 'b', 'typed', 'X', 'd', 'e'),
    ],
    [
      'an insertion above a line deleted by a person',
      lines('a', 'b', 'c', 'X', 'd', 'e'),
      lines('a', 'b', 'c', 'e'),
      lines('a', 'b', 'c', 'X', 'e'),
    ],
  ])('[RV14] merges changes that only touch: %s', (_what, result, live, merged) => {
    expect(textOf(accept(base, result, live))).toBe(merged);
  });

  it.each([
    ['both insert at the same place', lines('a', 'b', 'c', 'X', 'd', 'e'), lines('a', 'b', 'c', 'typed', 'd', 'e')],
    [
      'an insertion beside lines that grew',
      lines('a', 'b', 'c', 'X', 'd', 'e'),
      lines('a', 'b', 'C', 'typed', 'd', 'e'),
    ],
    ['a deletion between two lines that people changed', lines('a', 'b', 'd', 'e'), lines('a', 'B', 'c', 'D', 'e')],
    ['a deletion beside a line typed in its place', lines('a', 'b', 'd', 'e'), lines('a', 'b', 'typed', 'c', 'd', 'e')],
  ])('[RV14] asks a person when the order would be a choice: %s', (_what, result, live) => {
    expect(accept(base, result, live).ok).toBe(false);
  });

  it('[RV15] never glues two lines together where a line feed is missing', () => {
    expect(accept('a\nb\n', 'a\nB', 'a\nb\nc\n').ok).toBe(false);
    expect(accept('a\nb\n', 'a\nb\nc\n', 'a\nb').ok).toBe(false);
  });

  it('[RV16] puts lines that a person edited in the place of a hunk that meets no conflict', () => {
    const hunk = only(hunksOf(base, lines('a', 'b', 'C', 'd', 'e')));
    const live = lines('new', 'a', 'b', 'c', 'd', 'e');
    const resolution = { text: 'edited\n', seen: hunk.baseText };
    expect(textOf(mergeHunk({ base, accepted: [], hunk, live, resolution }))).toBe(
      lines('new', 'a', 'b', 'edited', 'd', 'e'),
    );
    const changed = mergeHunk({ base, accepted: [], hunk, live: lines('a', 'b', 'typed', 'd', 'e'), resolution });
    expect(changed).toMatchObject({ ok: false, conflict: { live: 'typed\n' } });
  });

  it('[RV16] puts the text a person chose in the place of the lines in conflict', () => {
    const hunk = only(hunksOf(base, lines('a', 'b', 'X', 'd', 'e')));
    const live = lines('top', 'a', 'b', 'typed', 'd', 'e');
    const seen = { base, accepted: [], hunk, live, resolution: { text: 'both', seen: 'typed\n' } };
    expect(textOf(mergeHunk(seen))).toBe(lines('top', 'a', 'b', 'both', 'd', 'e'));
  });

  it('[RV17] shows the conflict anew when the lines changed since the person looked', () => {
    const hunk = only(hunksOf(base, lines('a', 'b', 'X', 'd', 'e')));
    const live = lines('a', 'b', 'typed more', 'd', 'e');
    const merged = mergeHunk({ base, accepted: [], hunk, live, resolution: { text: 'X', seen: 'typed\n' } });
    expect(merged).toMatchObject({ ok: false, conflict: { live: 'typed more\n' } });
  });

  it('takes a resolution for the own lines of a hunk that has no conflict', () => {
    const hunk = only(hunksOf(base, lines('a', 'b', 'X', 'd', 'e')));
    const merged = mergeHunk({ base, accepted: [], hunk, live: base, resolution: { text: 'mine\n' } });
    expect(textOf(merged)).toBe(lines('a', 'b', 'mine', 'd', 'e'));
  });

  it('keeps a text without a line feed at its end, and fills an empty one', () => {
    expect(textOf(accept('a\nb', 'a\nB', 'x\na\nb'))).toBe('x\na\nB');
    expect(textOf(accept('', 'a\n', ''))).toBe('a\n');
    expect(textOf(accept('a\n', '', 'a\n'))).toBe('');
  });
});

describe('undoing a hunk', () => {
  it('[RV20] takes the hunk out and leaves what people typed since', () => {
    const base = lines('a', 'b', 'c');
    const hunk = only(hunksOf(base, lines('a', 'B', 'B2', 'c')));
    const undone = undoHunk({ base, accepted: [], hunk, live: lines('a', 'B', 'B2', 'c', 'typed') });
    expect(textOf(undone)).toBe(lines('a', 'b', 'c', 'typed'));
  });

  it('[RV20] is a conflict when people changed the accepted lines', () => {
    const base = lines('a', 'b', 'c');
    const hunk = only(hunksOf(base, lines('a', 'B', 'c')));
    const undone = undoHunk({ base, accepted: [], hunk, live: lines('a', 'B and more', 'c') });
    expect(undone).toMatchObject({ ok: false, conflict: { live: 'B and more\n', suggested: 'b\n' } });
  });
});

/** A base, a result and a live text, each line of people's and of the agent's known by its first letter. */
const threeTexts = (words: fc.Arbitrary<string>) =>
  fc
    .tuple(
      fc.array(words, { maxLength: 14 }),
      fc.array(fc.tuple(fc.nat(14), fc.nat(3), fc.nat(2)), { maxLength: 5 }),
      fc.array(fc.tuple(fc.nat(14), fc.nat(3), fc.nat(2)), { maxLength: 4 }),
    )
    .map(([start, agent, people]) => {
      const base = start.map((word, index) => `${word}${index}\n`);
      return {
        base: base.join(''),
        result: edited(base, agent, 'agent').join(''),
        live: edited(base, people, 'typed').join(''),
      };
    });

function edited(base: readonly string[], edits: readonly (readonly [number, number, number])[], who: string): string[] {
  const list = [...base];
  edits.forEach(([at, gone, come], turn) => {
    const added = Array.from({ length: come }, (_, index) => `${who} ${turn}.${index}\n`);
    list.splice(Math.min(at, list.length), gone, ...added);
  });
  return list;
}

const distinct = threeTexts(fc.constant('line '));
/** Few words, so that lines repeat and alignments are ambiguous. */
const repeated = fc
  .tuple(
    fc.array(fc.constantFrom('x', 'y', ''), { maxLength: 10 }),
    fc.array(fc.constantFrom('x', 'y', 'z', ''), { maxLength: 10 }),
    fc.array(fc.constantFrom('x', 'y', 'p', ''), { maxLength: 10 }),
    fc.boolean(),
  )
  .map(([base, result, live, ended]) => {
    const text = (list: readonly string[]) => list.join('\n') + (ended && list.length > 0 ? '\n' : '');
    return { base: text(base), result: text(result), live: text(live) };
  });

const shuffled = (hunks: readonly Hunk[], seed: number) => {
  const order = hunks.map((hunk, index) => ({ hunk, key: Math.sin(seed + index * 7.3) }));
  return order.toSorted((a, b) => a.key - b.key).map(({ hunk }) => hunk);
};

/** Accepts in this order; conflicts are left alone. */
function acceptEach(base: string, hunks: readonly Hunk[], live: string) {
  const accepted: Hunk[] = [];
  const changed: Hunk[] = [];
  let text = live;
  for (const hunk of hunks) {
    const merged = mergeHunk({ base, accepted, hunk, live: text });
    if (!merged.ok) continue;
    text = merged.text;
    accepted.push(hunk);
    if (merged.changed) changed.push(hunk);
  }
  return { text, accepted, changed };
}

/** How often each line occurs. */
function tally(text: string): Map<string, number> {
  const counts = new Map<string, number>();
  for (const line of splitLines(text)) counts.set(line, (counts.get(line) ?? 0) + 1);
  return counts;
}

const settings = { numRuns: 1_500 };

describe('random people and hunks', () => {
  it('[RV10] nothing that people typed is lost, whatever is accepted in whatever order', () => {
    fc.assert(
      fc.property(distinct, fc.nat(), ({ base, result, live }, seed) => {
        const { text } = acceptEach(base, shuffled(hunksOf(base, result), seed), live);
        const typed = (of: string) => splitLines(of).filter((line) => line.startsWith('typed'));
        expect(typed(text)).toEqual(typed(live));
      }),
      settings,
    );
  });

  it('[RV10] a merge takes out of the live text exactly the lines the hunk takes out, even where lines repeat', () => {
    fc.assert(
      fc.property(repeated, ({ base, result, live }) => {
        for (const hunk of hunksOf(base, result)) {
          const merged = mergeHunk({ base, accepted: [], hunk, live });
          if (!merged.ok || !merged.changed) continue;
          const expected = tally(live);
          for (const line of splitLines(hunk.baseText)) expected.set(line, (expected.get(line) ?? 0) - 1);
          for (const line of splitLines(hunk.resultText)) expected.set(line, (expected.get(line) ?? 0) + 1);
          expect(tally(merged.text)).toEqual(new Map([...expected].filter(([, count]) => count !== 0)));
        }
      }),
      settings,
    );
  });

  it.each([
    ['distinct', distinct],
    ['repeated', repeated],
  ])('[RV18] accepting all on an untouched text gives exactly the result (%s lines)', (_name, texts) => {
    fc.assert(
      fc.property(texts, fc.nat(), ({ base, result }, seed) => {
        const hunks = shuffled(hunksOf(base, result), seed);
        const { text, accepted } = acceptEach(base, hunks, base);
        expect(accepted).toHaveLength(hunks.length);
        expect(text).toBe(result);
      }),
      settings,
    );
  });

  it('[RV19] the order of accepting does not matter', () => {
    fc.assert(
      fc.property(distinct, fc.nat(), ({ base, result, live }, seed) => {
        const hunks = hunksOf(base, result);
        const one = acceptEach(base, hunks, live);
        const other = acceptEach(base, shuffled(hunks, seed), live);
        expect(new Set(other.accepted)).toEqual(new Set(one.accepted));
        expect(other.text).toBe(one.text);
      }),
      settings,
    );
  });

  it('[RV20] accept, then undo, gives back the text', () => {
    fc.assert(
      fc.property(distinct, ({ base, result, live }) => {
        for (const hunk of hunksOf(base, result)) {
          const merged = mergeHunk({ base, accepted: [], hunk, live });
          if (!merged.ok || !merged.changed) continue;
          expect(textOf(undoHunk({ base, accepted: [], hunk, live: merged.text }))).toBe(live);
        }
      }),
      settings,
    );
  });

  it('[RV20] undoing all that was accepted, in any order, gives back the text', () => {
    fc.assert(
      fc.property(distinct, fc.nat(), ({ base, result, live }, seed) => {
        const done = acceptEach(base, shuffled(hunksOf(base, result), seed), live);
        let text = done.text;
        let accepted = done.accepted;
        for (const hunk of shuffled(done.changed, seed + 1)) {
          accepted = accepted.filter((other) => other !== hunk);
          text = textOf(undoHunk({ base, accepted, hunk, live: text }));
        }
        expect(text).toBe(live);
      }),
      settings,
    );
  });
});

describe('a merge with marks', () => {
  it('[RV40] keeps what only one side changed and marks what both did', () => {
    const base = lines('a', 'b', 'c', 'd', 'e');
    const merged = mergeWithMarks({
      base,
      ours: lines('A', 'b', 'ours', 'd', 'e'),
      theirs: lines('a', 'b', 'theirs', 'd', 'E'),
      labels: { ours: 'this session', theirs: 'main' },
    });
    expect(merged).toEqual({
      conflicts: 1,
      text: lines('A', 'b', '<<<<<<< this session', 'ours', '=======', 'theirs', '>>>>>>> main', 'd', 'E'),
    });
  });

  it.each([
    ['distinct', distinct],
    ['repeated', repeated],
  ])('[RV40] is the other side where one changed nothing (%s lines)', (_name, texts) => {
    const labels = { ours: 'o', theirs: 't' };
    fc.assert(
      fc.property(texts, ({ base, live }) => {
        expect(mergeWithMarks({ base, ours: live, theirs: base, labels })).toEqual({ text: live, conflicts: 0 });
        expect(mergeWithMarks({ base, ours: base, theirs: live, labels })).toEqual({ text: live, conflicts: 0 });
        expect(mergeWithMarks({ base, ours: live, theirs: live, labels })).toEqual({ text: live, conflicts: 0 });
      }),
      settings,
    );
  });
});

it('applies hunks to their base alone', () => {
  const base = lines('a', 'b', 'c');
  const hunks = hunksOf(base, lines('a', 'B', 'c'));
  expect(applyHunks(base, hunks)).toBe(lines('a', 'B', 'c'));
  expect(() => applyHunks('other', hunks)).toThrow('does not fit');
});
