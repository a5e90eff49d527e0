import type { HunkState } from './suggestion.ts';
import { placeHunks, type LineChange, type MergeConflict } from './text-merge.ts';

/**
 * Where a hunk stands in the live text. Lines count from 1 and the end is included; a place without lines, where
 * something is only put in, ends one line before it starts. `there`: the live text has the change already.
 */
export type HunkLocation =
  | { state: 'clean' | 'there'; startLine: number; endLine: number }
  | { state: 'conflict'; startLine: number; endLine: number; conflict: MergeConflict };

export type LocatableHunk = LineChange & { id: string; kind: string; state: HunkState };

/**
 * The places of a file's unreviewed text hunks in its live text, by hunk id; accepted ones are counted as part of what
 * people went on from. Rules: docs/spec/review.md, RV9 and RV11 to RV15. @throws when the hunks are not of this base
 */
export function locateHunks(
  base: string,
  live: string,
  hunks: readonly LocatableHunk[],
): ReadonlyMap<string, HunkLocation> {
  const textHunks = hunks.filter((hunk) => hunk.kind === 'text');
  const open = textHunks.filter((hunk) => hunk.state === 'unreviewed');
  if (open.length === 0) return new Map();
  const accepted = textHunks.filter((hunk) => hunk.state === 'accepted');
  const places = placeHunks({ base, accepted, hunks: open, live });
  return new Map(
    open.flatMap((hunk, index) => {
      const place = places[index];
      return place ? [[hunk.id, { ...place, startLine: place.startLine + 1 }] as const] : [];
    }),
  );
}
