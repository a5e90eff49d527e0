import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { locateHunks, type LocatableHunk } from './locate-hunk.ts';
import { computeHunks, type HunkState } from './suggestion.ts';
import { splitLines } from './text-diff.ts';
import { mergeHunk } from './text-merge.ts';

const side = (text: string, oid: string) => ({ mode: '100644', oid, text, format: 'utf-8 lf' });
const hunksOf = (base: string, result: string, state: HunkState = 'unreviewed'): LocatableHunk[] =>
  base === result
    ? []
    : computeHunks({ path: 'a.ts', base: side(base, 'a'), result: side(result, 'b') }).map((hunk) => ({
        ...hunk,
        state,
      }));
const lines = (...list: string[]) => list.map((line) => `${line}\n`).join('');
const base = lines('a', 'b', 'c', 'd', 'e', 'f', 'g');
const places = (live: string, hunks: readonly LocatableHunk[]) => [...locateHunks(base, live, hunks).values()];

describe('locating hunks in the live text', () => {
  it('[RV11] finds the lines where they are by now', () => {
    const hunks = hunksOf(base, lines('a', 'b', 'C', 'd', 'e', 'f', 'g'));
    expect(places(base, hunks)).toEqual([{ state: 'clean', startLine: 3, endLine: 3 }]);
    expect(places(lines('new', 'new', 'a', 'b', 'c', 'd', 'e', 'f', 'g'), hunks)).toEqual([
      { state: 'clean', startLine: 5, endLine: 5 },
    ]);
  });

  it('names the line that a pure insertion goes in front of, without lines of its own', () => {
    const hunks = hunksOf(base, lines('a', 'b', 'more', 'c', 'd', 'e', 'f', 'g'));
    expect(places(base, hunks)).toEqual([{ state: 'clean', startLine: 3, endLine: 2 }]);
    expect(places(base, hunksOf(base, `top\n${base}`))).toEqual([{ state: 'clean', startLine: 1, endLine: 0 }]);
  });

  it('[RV12] shows both versions where people changed the same lines', () => {
    const hunks = hunksOf(base, lines('a', 'b', 'C', 'd', 'e', 'f', 'g'));
    expect(places(lines('a', 'b', 'typed', 'd', 'e', 'f', 'g'), hunks)).toMatchObject([
      { state: 'conflict', startLine: 3, endLine: 3, conflict: { live: 'typed\n', suggested: 'C\n' } },
    ]);
  });

  it('[RV13] says when the live text has the change already', () => {
    const result = lines('a', 'b', 'C', 'd', 'e', 'f', 'g');
    expect(places(result, hunksOf(base, result))).toMatchObject([{ state: 'there', startLine: 3, endLine: 3 }]);
  });

  it('counts accepted hunks as part of the text and leaves out what is decided', () => {
    const result = lines('a', 'x', 'y', 'b', 'c', 'd', 'e', 'F', 'g');
    const [first, second] = hunksOf(base, result);
    if (!first || !second) throw new Error('two hunks were expected');
    const live = lines('a', 'x', 'y', 'b', 'c', 'd', 'e', 'f', 'g');
    expect(places(live, [{ ...first, state: 'accepted' }, second])).toEqual([
      { state: 'clean', startLine: 8, endLine: 8 },
    ]);
    expect(
      places(base, [
        { ...first, state: 'rejected' },
        { ...second, state: 'applying' },
      ]),
    ).toEqual([]);
  });

  it('has no place for whole files and modes', () => {
    const [hunk] = hunksOf(base, lines('a'));
    if (!hunk) throw new Error('a hunk was expected');
    expect(places(base, [{ ...hunk, kind: 'delete' }])).toEqual([]);
  });

  it('[RV9] agrees with the merge for random people and suggestions', () => {
    const text = fc
      .array(fc.constantFrom('a', 'b', 'c', 'd', ''), { maxLength: 12 })
      .chain((list) => fc.boolean().map((ends) => list.join('\n') + (ends ? '\n' : '')));
    fc.assert(
      fc.property(text, text, text, (from, to, live) => {
        const hunks = hunksOf(from, to);
        const located = locateHunks(from, live, hunks);
        for (const hunk of hunks) {
          const place = located.get(hunk.id);
          const merged = mergeHunk({ base: from, accepted: [], hunk, live });
          if (!merged.ok) expect(place?.state).toBe('conflict');
          else if (!merged.changed) expect(place?.state === 'there' || live === merged.text).toBe(true);
          else {
            expect(place?.state).toBe('clean');
            const liveLines = splitLines(live);
            liveLines.splice((place?.startLine ?? 0) - 1, hunk.oldLines, hunk.resultText);
            expect(liveLines.join('')).toBe(merged.text);
            expect((place?.endLine ?? 0) - (place?.startLine ?? 0) + 1).toBe(hunk.oldLines);
          }
        }
      }),
      { numRuns: 500 },
    );
  });
});
