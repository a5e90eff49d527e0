import { and, eq, ne } from 'drizzle-orm';
import { schema, type DatabaseOrTransaction } from '../../db/client.ts';
import { AppError } from '../core/errors.ts';
import type { Hunk, HunkKind } from '../core/suggestion.ts';
import { splitLines } from '../core/text-diff.ts';
import type { LineChange, MergeConflict, MergeResult } from '../core/text-merge.ts';
import { mergeInThread } from '../platform/merge-worker.ts';
import { repoPath } from '../workspace/git.ts';
import { findHunk, readSuggestionFiles, type SuggestionFile } from './suggestion-files.ts';

export type PlannedSide = { mode: string; oid: string } | null;
export type Direction = 'apply' | 'undo';

/** What it takes to put one hunk into the session's live state, or to take it out again. */
export type HunkPlan = {
  path: string;
  kind: HunkKind;
  hunk: Hunk;
  /** Whether both sides that exist are editable texts: then `mergePlan` computes the new text. */
  isText: boolean;
  /** The file before and after, in the suggestion's commits; null where it does not exist. */
  base: PlannedSide;
  result: PlannedSide;
  /** The whole texts with LF inside; empty where there is none. */
  baseText: string;
  resultText: string;
  /** The file's other hunks that are in the live text already. */
  accepted: LineChange[];
};

export type HunkRef = { teamId: string; suggestionId: string; hunkId: string };

/**
 * Looks up a hunk for the room's owner.
 * @throws AppError `not_found` when the suggestion has no such hunk, `conflict` when the suggestion is refused
 */
export async function planHunk(db: DatabaseOrTransaction, ref: HunkRef): Promise<HunkPlan> {
  const { suggestion, session } = schema;
  const [row] = await db
    .select({ suggestion, projectId: session.projectId })
    .from(suggestion)
    .innerJoin(session, eq(session.id, suggestion.sessionId))
    .where(and(eq(suggestion.id, ref.suggestionId), eq(suggestion.teamId, ref.teamId)));
  if (!row) throw new AppError('not_found', 'There is no such suggestion, or you have no access to it.');
  if (row.suggestion.refusedReason !== null) {
    throw new AppError('conflict', `This suggestion cannot be accepted. ${row.suggestion.refusedReason}`);
  }
  const repo = repoPath(row.projectId);
  const path = await decidedPath(db, ref);
  const { file, hunks, hunk } = findHunk(await readSuggestionFiles(repo, row.suggestion, path), ref.hunkId);
  const inText = await acceptedIds(db, { ...ref, path: file.path });
  return planOf(
    file,
    hunk,
    hunks.filter((other) => other.kind === 'text' && inText.has(other.id)),
  );
}

function planOf(file: SuggestionFile, hunk: Hunk, accepted: LineChange[]): HunkPlan {
  const { base, result } = file;
  const isWhole = hunk.kind === 'mode' || hunk.kind === 'replace';
  return {
    path: file.path,
    kind: hunk.kind,
    hunk,
    isText: !isWhole && (!base || base.text !== undefined) && (!result || result.text !== undefined),
    base: base ? { mode: base.mode, oid: base.oid } : null,
    result: result ? { mode: result.mode, oid: result.oid } : null,
    baseText: base?.text ?? '',
    resultText: result?.text ?? '',
    accepted,
  };
}

async function decidedPath(db: DatabaseOrTransaction, ref: HunkRef): Promise<string | undefined> {
  const { hunkDecision } = schema;
  const [row] = await db
    .select({ path: hunkDecision.path })
    .from(hunkDecision)
    .where(
      and(
        eq(hunkDecision.suggestionId, ref.suggestionId),
        eq(hunkDecision.hunkId, ref.hunkId),
        eq(hunkDecision.teamId, ref.teamId),
      ),
    );
  return row?.path;
}

/** The other hunks of the file whose change is in the live text, also when the decision's row lags behind the room. */
async function acceptedIds(db: DatabaseOrTransaction, ref: HunkRef & { path: string }): Promise<Set<string>> {
  const { hunkDecision, roomCommand } = schema;
  const rows = await db
    .select({
      hunkId: hunkDecision.hunkId,
      state: hunkDecision.state,
      command: { kind: roomCommand.kind, state: roomCommand.state },
    })
    .from(hunkDecision)
    .leftJoin(roomCommand, eq(roomCommand.id, hunkDecision.commandId))
    .where(
      and(
        eq(hunkDecision.suggestionId, ref.suggestionId),
        eq(hunkDecision.teamId, ref.teamId),
        eq(hunkDecision.path, ref.path),
        ne(hunkDecision.hunkId, ref.hunkId),
        ne(hunkDecision.state, 'rejected'),
      ),
    );
  const inText = rows.filter(({ state, command }) => {
    if (state === 'applying') return command?.state === 'done';
    return !(command?.kind === 'undo_hunk' && command.state === 'done');
  });
  return new Set(inText.map((row) => row.hunkId));
}

export type PlanMerge = {
  direction: Direction;
  resolution?: string | undefined;
  /** The live lines in conflict as the person saw them when choosing the resolution. */
  resolutionFor?: string | undefined;
};

/**
 * The file's new text with the hunk put in or taken out; null when the file is to be absent. Long texts are merged in
 * another thread. Only for plans with `isText`.
 * @param live the file's text in the session now, LF inside; null when the file is absent
 * @throws AppError `conflict` with base, live and suggested text when people changed the same lines
 */
export async function mergePlan(plan: HunkPlan, live: string | null, how: PlanMerge): Promise<string | null> {
  if (!plan.isText) throw new Error(`a ${plan.kind} hunk has no text to merge`);
  if (plan.kind !== 'text') return mergeWholeFile(plan, live, how);
  const resolution = how.resolution === undefined ? undefined : { text: how.resolution, seen: how.resolutionFor };
  const merged: MergeResult = await mergeInThread({
    kind: how.direction,
    base: plan.baseText,
    accepted: plan.accepted,
    hunk: plan.hunk,
    live: live ?? '',
    resolution,
  });
  if (!merged.ok) throw hunkConflict(plan.path, how.direction, merged.conflict);
  return live === null && merged.text === '' ? null : merged.text;
}

/** A file that appears or disappears as a whole: clean when the live file is as it was, or already as it should be. */
function mergeWholeFile(plan: HunkPlan, live: string | null, how: PlanMerge): string | null {
  const { before, after } = wholeTexts(plan, how.direction);
  if (live === after) return after;
  const now = live ?? '';
  if (how.resolution === undefined) {
    if (live === before) return after;
  } else if (how.resolutionFor === undefined || how.resolutionFor === now) {
    return after === null && how.resolution === '' ? null : how.resolution;
  }
  throw hunkConflict(plan.path, how.direction, {
    base: before ?? '',
    live: now,
    suggested: after ?? '',
    liveRange: { startLine: 0, endLine: splitLines(now).length },
  });
}

function wholeTexts(plan: HunkPlan, direction: Direction): { before: string | null; after: string | null } {
  const base = plan.base && plan.baseText;
  const result = plan.result && plan.resultText;
  return direction === 'apply' ? { before: base, after: result } : { before: result, after: base };
}

/** The state of the file that a decision expects, and the one it leads to. */
export function sidesOf(plan: HunkPlan, direction: Direction): { from: PlannedSide; to: PlannedSide } {
  return direction === 'apply' ? { from: plan.base, to: plan.result } : { from: plan.result, to: plan.base };
}

function hunkConflict(path: string, direction: Direction, conflict: MergeConflict): AppError {
  const { base, live, suggested, liveRange } = conflict;
  const what = direction === 'apply' ? 'People changed the same lines of' : 'People changed the accepted lines of';
  return new AppError('conflict', `${what} ${path}. Choose one of the two versions, or write what it shall be.`, {
    details: { path, base, live, suggested, liveStartLine: liveRange.startLine, liveEndLine: liveRange.endLine },
  });
}

/** For files without an editable text whose bytes or mode are others than the decision expects. */
export function hunkFileConflict(plan: HunkPlan): AppError {
  return new AppError(
    'conflict',
    `${plan.path} was changed in the session meanwhile, and its contents cannot be merged. Discard the session’s change of it first, or reject this one.`,
    { details: { path: plan.path } },
  );
}
