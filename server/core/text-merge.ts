import { diffLists, splitLines, type DiffBlock } from './text-diff.ts';

/**
 * Three-way merges of texts by lines. Rules: docs/spec/review.md, "Merging". Nothing that people typed is ever
 * overwritten: what a merge replaces in the live text are lines that nobody changed, or lines that a person gave up by
 * choosing a resolution.
 */

/** Lines of a file that change. `oldStart` and `newStart` count from 1; for a side without lines they name the line before. */
export type LineChange = {
  oldStart: number;
  oldLines: number;
  newStart: number;
  newLines: number;
  baseText: string;
  resultText: string;
};

/** Both sides of a place where people changed the lines of a hunk. Lines of the live text count from 0, the end is exclusive. */
export type MergeConflict = {
  base: string;
  live: string;
  suggested: string;
  liveRange: { startLine: number; endLine: number };
};

export type MergeResult = { ok: true; text: string; changed: boolean } | { ok: false; conflict: MergeConflict };

/** What a person chose for a conflict: the text that takes the place of its live lines. */
export type Resolution = {
  text: string;
  /** The live lines that the person saw; when they are others by now, the conflict is shown anew. */
  seen?: string | undefined;
};

export type HunkMerge = {
  /** The whole text that the hunks are counted from. */
  base: string;
  /** Hunks of the same file that are in the live text already (apart from `hunk`). */
  accepted: readonly LineChange[];
  hunk: LineChange;
  live: string;
  resolution?: Resolution | undefined;
};

/** Where a hunk begins in the lines of its base, from 0. */
export const hunkIndex = (hunk: LineChange): number => (hunk.oldLines === 0 ? hunk.oldStart : hunk.oldStart - 1);

/** The base with only these hunks applied. @throws when a hunk does not fit the base */
export function applyHunks(base: string, hunks: readonly LineChange[]): string {
  const lines = splitLines(base);
  let done = 0;
  let text = '';
  for (const hunk of inOrder(hunks)) {
    const start = hunkIndex(hunk);
    const end = start + hunk.oldLines;
    if (start < done || lines.slice(start, end).join('') !== hunk.baseText)
      throw new Error('the hunk does not fit its base');
    text += lines.slice(done, start).join('') + hunk.resultText;
    done = end;
  }
  return text + lines.slice(done).join('');
}

const inOrder = (hunks: readonly LineChange[]) => hunks.toSorted((a, b) => hunkIndex(a) - hunkIndex(b));

/**
 * Accepts one hunk: merges base (with the hunks accepted before) → the same with this hunk onto the live text.
 * A live text that has the change already is a clean answer that changes nothing.
 */
export function mergeHunk({ base, accepted, hunk, live, resolution }: HunkMerge): MergeResult {
  return mergeChange({ base: applyHunks(base, accepted), change: changeOf(hunk, accepted), live, resolution });
}

/** Takes an accepted hunk out of the live text again, by the same merge the other way round. */
export function undoHunk({ base, accepted, hunk, live, resolution }: HunkMerge): MergeResult {
  const start = hunkIndex(hunk) + shiftBefore(hunk, accepted);
  const change = { start, count: hunk.newLines, resultText: hunk.baseText, isUndo: true };
  return mergeChange({ base: applyHunks(base, [...accepted, hunk]), change, live, resolution });
}

function shiftBefore(hunk: LineChange, accepted: readonly LineChange[]): number {
  const earlier = accepted.filter((other) => hunkIndex(other) < hunkIndex(hunk));
  return earlier.reduce((shift, other) => shift + other.newLines - other.oldLines, 0);
}

type Change = { start: number; count: number; resultText: string; isUndo: boolean };
type ChangeMerge = { base: string; change: Change; live: string; resolution?: Resolution | undefined };

/** The part of the base that a decision is about, and its place in the live text. */
type Region = { baseStart: number; baseEnd: number; liveStart: number; liveEnd: number };

function mergeChange({ base, change, live, resolution }: ChangeMerge): MergeResult {
  const baseLines = splitLines(base);
  const liveLines = splitLines(live);
  const blocks = diffLists(baseLines, liveLines);
  const { clean, conflict, isThere, wide } = placeChange({ baseLines, liveLines, change }, blocks);
  if (isThere && !resolution) return { ok: true, text: live, changed: false };
  if (clean && !resolution) {
    const text = replaced(liveLines, clean, change.resultText);
    if (text !== undefined) return { ok: true, text, changed: true };
  }
  if (!resolution) return { ok: false, conflict };
  return resolved({
    liveLines,
    region: clean ?? wide,
    conflict: clean ? conflictIn(clean, { baseLines, liveLines, change }) : conflict,
    resolution,
  });
}

/** `clean`: the change's own lines, when it can go there without a conflict. `isThere`: the live text has it already. */
type ChangePlace = { clean: Region | undefined; wide: Region; conflict: MergeConflict; isThere: boolean };

function placeChange(sides: Sides, blocks: readonly DiffBlock[]): ChangePlace {
  const { change } = sides;
  const own = ownRegion(change, blocks);
  const wide = regionAround(change, blocks);
  const conflict = conflictIn(wide, sides);
  const isClean = own !== undefined && !blocks.some((block) => collides(change, block)) && !isHemmedIn(change, blocks);
  return { clean: isClean ? own : undefined, wide, conflict, isThere: conflict.live === conflict.suggested };
}

/** Where accepting a hunk would change the live text. Lines count from 0, the end is exclusive. */
export type HunkPlace =
  | { state: 'clean' | 'there'; startLine: number; endLine: number }
  | { state: 'conflict'; startLine: number; endLine: number; conflict: MergeConflict };

export type HunksInLive = Omit<HunkMerge, 'hunk' | 'resolution'> & { hunks: readonly LineChange[] };

/** What `mergeHunk` would do with each of these hunks, all against the same live text, and where. */
export function placeHunks({ base, accepted, hunks, live }: HunksInLive): HunkPlace[] {
  const baseLines = splitLines(applyHunks(base, accepted));
  const liveLines = splitLines(live);
  const blocks = diffLists(baseLines, liveLines);
  return hunks.map((hunk): HunkPlace => {
    const change = changeOf(hunk, accepted);
    const { clean, conflict, isThere } = placeChange({ baseLines, liveLines, change }, blocks);
    if (isThere) return { state: 'there', ...conflict.liveRange };
    if (clean && !runsTogether(liveLines, clean, change.resultText))
      return { state: 'clean', startLine: clean.liveStart, endLine: clean.liveEnd };
    return { state: 'conflict', ...conflict.liveRange, conflict };
  });
}

function changeOf(hunk: LineChange, accepted: readonly LineChange[]): Change {
  const start = hunkIndex(hunk) + shiftBefore(hunk, accepted);
  return { start, count: hunk.oldLines, resultText: hunk.resultText, isUndo: false };
}

/** The change's own lines in the live text, when nobody changed one of them. */
function ownRegion(change: Change, blocks: readonly DiffBlock[]): Region | undefined {
  const end = change.start + change.count;
  if (blocks.some((block) => overlaps(change, block))) return undefined;
  const before = blocks.filter((block) => block.oldStart + block.oldCount <= change.start);
  const shift = before.reduce((sum, block) => sum + block.newCount - block.oldCount, 0);
  return { baseStart: change.start, baseEnd: end, liveStart: change.start + shift, liveEnd: end + shift };
}

/** The change's lines together with every block of people's that overlaps or touches them. */
function regionAround(change: Change, blocks: readonly DiffBlock[]): Region {
  const near = blocks.filter((block) => overlaps(change, block) || touches(change, block));
  const baseStart = Math.min(change.start, ...near.map((block) => block.oldStart));
  const baseEnd = Math.max(change.start + change.count, ...near.map((block) => block.oldStart + block.oldCount));
  const inside = new Set(near);
  const shift = blocks
    .filter((block) => !inside.has(block) && block.oldStart < baseStart)
    .reduce((sum, block) => sum + block.newCount - block.oldCount, 0);
  const grown = near.reduce((sum, block) => sum + block.newCount - block.oldCount, 0);
  return { baseStart, baseEnd, liveStart: baseStart + shift, liveEnd: baseEnd + shift + grown };
}

function overlaps(change: Change, block: DiffBlock): boolean {
  return block.oldStart < change.start + change.count && block.oldStart + block.oldCount > change.start;
}

function touches(change: Change, block: DiffBlock): boolean {
  return block.oldStart === change.start + change.count || block.oldStart + block.oldCount === change.start;
}

/**
 * People's lines right beside the change stay in front of it or behind it, where they are. Only a change that inserts
 * or only deletes has no lines to stand in front of; beside one, people's new lines could go on either side.
 */
function collides(change: Change, block: DiffBlock): boolean {
  if (overlaps(change, block)) return true;
  if (!touches(change, block)) return false;
  const hasNoAnchor = change.count === 0 || change.resultText === '';
  return hasNoAnchor && block.newCount > block.oldCount;
}

/** Lines deleted between two places that people changed could not be put back between them again. */
function isHemmedIn(change: Change, blocks: readonly DiffBlock[]): boolean {
  return change.resultText === '' && !change.isUndo && blocks.filter((block) => touches(change, block)).length > 1;
}

type Sides = { baseLines: readonly string[]; liveLines: readonly string[]; change: Change };

function conflictIn(region: Region, { baseLines, liveLines, change }: Sides): MergeConflict {
  const slice = (from: number, to: number) => baseLines.slice(from, to).join('');
  return {
    base: slice(region.baseStart, region.baseEnd),
    live: liveLines.slice(region.liveStart, region.liveEnd).join(''),
    suggested:
      slice(region.baseStart, change.start) + change.resultText + slice(change.start + change.count, region.baseEnd),
    liveRange: { startLine: region.liveStart, endLine: region.liveEnd },
  };
}

/** Undefined when the replacement would run into a neighbouring line, because a line feed is missing between them. */
function replaced(liveLines: readonly string[], region: Region, by: string): string | undefined {
  if (runsTogether(liveLines, region, by)) return undefined;
  return liveLines.slice(0, region.liveStart).join('') + by + liveLines.slice(region.liveEnd).join('');
}

function runsTogether(liveLines: readonly string[], region: Region, by: string): boolean {
  const before = liveLines[region.liveStart - 1] ?? '';
  const after = liveLines[region.liveEnd] ?? '';
  const joins = (left: string, right: string) => left !== '' && right !== '' && !left.endsWith('\n');
  return joins(before, by) || joins(by, after) || (by === '' && joins(before, after));
}

type Resolving = { liveLines: readonly string[]; region: Region; conflict: MergeConflict; resolution: Resolution };

function resolved({ liveLines, region, conflict, resolution }: Resolving): MergeResult {
  if (resolution.seen !== undefined && resolution.seen !== conflict.live) return { ok: false, conflict };
  const before = terminated(liveLines.slice(0, region.liveStart).join(''), resolution.text);
  const after = liveLines.slice(region.liveEnd).join('');
  const text = before + terminated(resolution.text, after) + after;
  return { ok: true, text, changed: text !== liveLines.join('') };
}

/** Ends a text with a line feed when something follows it. */
const terminated = (text: string, next: string) =>
  text !== '' && next !== '' && !text.endsWith('\n') ? `${text}\n` : text;

export type MarkedMerge = {
  base: string;
  ours: string;
  theirs: string;
  labels: { ours: string; theirs: string };
};

/**
 * Merges two texts over their base; where both changed the same or touching lines, both versions stand between conflict
 * marks. @returns the text and how many places are marked
 */
export function mergeWithMarks({ base, ours, theirs, labels }: MarkedMerge): { text: string; conflicts: number } {
  const baseLines = splitLines(base);
  const ourLines = splitLines(ours);
  const theirLines = splitLines(theirs);
  const marks = { ours: `<<<<<<< ${oneLine(labels.ours)}\n`, theirs: `>>>>>>> ${oneLine(labels.theirs)}\n` };
  const ourBlocks = diffLists(baseLines, ourLines);
  const theirBlocks = diffLists(baseLines, theirLines);
  let text = '';
  let conflicts = 0;
  let done = 0;
  for (const region of clusters(ourBlocks, theirBlocks)) {
    text = terminated(text + baseLines.slice(done, region.start).join(''), 'x');
    done = region.end;
    const mine = sideOf(ourLines, ourBlocks, region);
    const other = sideOf(theirLines, theirBlocks, region);
    const common = baseLines.slice(region.start, region.end).join('');
    if (mine === other || other === common) text += mine;
    else if (mine === common) text += other;
    else {
      conflicts += 1;
      text += `${marks.ours}${terminated(mine, 'x')}=======\n${terminated(other, 'x')}${marks.theirs}`;
    }
  }
  const rest = baseLines.slice(done).join('');
  return { text: terminated(text, rest) + rest, conflicts };
}

const oneLine = (label: string) => label.replace(/\s+/g, ' ').trim();

type Cluster = { start: number; end: number };

/** Runs of the base that one or both sides changed, touching ones joined. */
function clusters(ours: readonly DiffBlock[], theirs: readonly DiffBlock[]): Cluster[] {
  const found: Cluster[] = [];
  for (const block of [...ours, ...theirs].toSorted((a, b) => a.oldStart - b.oldStart)) {
    const last = found.at(-1);
    const end = block.oldStart + block.oldCount;
    if (last && block.oldStart <= last.end) last.end = Math.max(last.end, end);
    else found.push({ start: block.oldStart, end });
  }
  return found;
}

function sideOf(lines: readonly string[], blocks: readonly DiffBlock[], region: Cluster): string {
  const shiftTo = (index: number, includes: boolean) =>
    blocks
      .filter((block) => (includes ? block.oldStart + block.oldCount <= index : block.oldStart < index))
      .reduce((sum, block) => sum + block.newCount - block.oldCount, index);
  return lines.slice(shiftTo(region.start, false), shiftTo(region.end, true)).join('');
}
