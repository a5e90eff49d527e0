import { and, desc, eq, lt } from 'drizzle-orm';
import { z } from 'zod';
import { schema } from '../../db/client.ts';
import { authorizeSession } from '../auth/authorize.ts';
import type { Context } from '../context.ts';
import type { ActorRef } from '../core/actor.ts';
import type { CheckpointCause, CheckpointKind } from '../core/checkpoint.ts';
import { AppError } from '../core/errors.ts';
import { repoPath } from '../workspace/git.ts';
import { countChangedLines } from '../workspace/git-lines.ts';
import { diffCommits, readTree } from '../workspace/git-objects.ts';
import type { CheckpointRow } from '../workspace/checkpoint.ts';
import { changeOf, readSide, readSides, type Change, type ChangeSide } from './changes.ts';
import { authorizeCheckpoint, checkpointTitle, type CheckpointAccess } from './checkpoint-access.ts';
import { stateNow } from './session-state.ts';

export const listCheckpointsInput = z.object({
  sessionId: z.string(),
  limit: z.number().int().min(1).max(200).default(50),
  /** The last one of the page before. */
  cursor: z.string().max(100).optional(),
});

export type CheckpointItem = {
  id: string;
  kind: CheckpointKind;
  name: string | null;
  /** The name, or why it was made, in words. */
  title: string;
  cause: CheckpointCause['type'];
  actor: ActorRef;
  createdAt: Date;
  /** The last entry of the session's log before it. */
  eventSeq: number;
  /** The difference from the point before it. */
  changedFiles: number;
  addedLines: number;
  removedLines: number;
};

function itemOf(row: CheckpointRow): CheckpointItem {
  const { id, kind, name, cause, actor, createdAt, eventSeq, changedFiles, addedLines, removedLines } = row;
  const title = checkpointTitle(row);
  const counts = { changedFiles, addedLines, removedLines };
  return { id, kind, name, title, cause: cause.type, actor, createdAt, eventSeq, ...counts };
}

export type CheckpointPage = { items: CheckpointItem[]; nextCursor: string | undefined };

/** A session's checkpoints, the newest first: ids sort by the time of making. */
export async function listCheckpoints(
  ctx: Context,
  given: z.input<typeof listCheckpointsInput>,
): Promise<CheckpointPage> {
  const { sessionId, limit, cursor } = listCheckpointsInput.parse(given);
  const { teamId } = await authorizeSession(ctx, sessionId, 'view');
  const { sessionCheckpoint } = schema;
  const isHere = and(eq(sessionCheckpoint.sessionId, sessionId), eq(sessionCheckpoint.teamId, teamId));
  const rows = await ctx.db
    .select()
    .from(sessionCheckpoint)
    .where(and(isHere, cursor === undefined ? undefined : lt(sessionCheckpoint.id, cursor)))
    .orderBy(desc(sessionCheckpoint.id))
    .limit(limit + 1);
  const items = rows.slice(0, limit).map(itemOf);
  return { items, nextCursor: rows.length > limit ? items.at(-1)?.id : undefined };
}

/** `otherId`: another point of the same session, to compare with; without it the session as it is now. */
const comparison = { checkpointId: z.string(), otherId: z.string().optional() };
export const compareCheckpointInput = z.object(comparison);
export const getCheckpointChangeInput = z.object({ ...comparison, path: z.string().min(1).max(4096) });
export const checkpointFilesInput = z.object({ checkpointId: z.string() });
export const checkpointFileInput = z.object({ checkpointId: z.string(), path: z.string().min(1).max(4096) });

export type CheckpointChange = Change & { added: number; removed: number };
export type CheckpointComparison = {
  checkpoint: CheckpointItem;
  /** Null: the session as it is now. */
  other: CheckpointItem | null;
  /** What changed from the checkpoint to the other side. */
  items: CheckpointChange[];
  isCurrent: boolean;
};

/** What changed since a checkpoint, by path. */
export async function compareCheckpoint(
  ctx: Context,
  given: z.infer<typeof compareCheckpointInput>,
): Promise<CheckpointComparison> {
  const input = compareCheckpointInput.parse(given);
  const access = await authorizeCheckpoint(ctx, input.checkpointId, 'view');
  const { from, to, other, isCurrent } = await sidesOf(ctx, access, input.otherId);
  const repo = repoPath(access.project.id);
  const [differences, counts] = await Promise.all([diffCommits(repo, from, to), countChangedLines(repo, from, to)]);
  const items = differences.map((difference) => ({
    ...changeOf(difference),
    ...(counts.get(difference.path) ?? { added: 0, removed: 0 }),
  }));
  return { checkpoint: itemOf(access.checkpoint), other: other && itemOf(other), items, isCurrent };
}

type Sides = { from: string; to: string; other: CheckpointRow | null; isCurrent: boolean };

async function sidesOf(ctx: Context, access: CheckpointAccess, otherId: string | undefined): Promise<Sides> {
  const from = access.checkpoint.commit;
  if (otherId === undefined) {
    const { headCommit, isCurrent } = await stateNow(ctx, access);
    return { from, to: headCommit, other: null, isCurrent };
  }
  const { checkpoint } = await authorizeCheckpoint(ctx, otherId, 'view');
  if (checkpoint.sessionId !== access.session.id)
    throw new AppError('invalid', 'The two checkpoints are of different sessions. Choose two of one session.');
  return { from, to: checkpoint.commit, other: checkpoint, isCurrent: true };
}

/** Both sides of one file, to be compared. @throws AppError not_found when it is the same on both */
export async function getCheckpointChange(
  ctx: Context,
  given: z.infer<typeof getCheckpointChangeInput>,
): Promise<Change & { base: ChangeSide; current: ChangeSide }> {
  const { checkpointId, otherId, path } = getCheckpointChangeInput.parse(given);
  const access = await authorizeCheckpoint(ctx, checkpointId, 'view');
  const { from, to } = await sidesOf(ctx, access, otherId);
  const repo = repoPath(access.project.id);
  const difference = (await diffCommits(repo, from, to)).find((one) => one.path === path);
  if (!difference) throw new AppError('not_found', `${path} is the same as in the checkpoint.`);
  return { ...changeOf(difference), ...(await readSides(repo, difference)) };
}

/** Every file of a checkpoint, by path. */
export async function listCheckpointFiles(
  ctx: Context,
  given: z.infer<typeof checkpointFilesInput>,
): Promise<{ path: string; sizeBytes: number | null }[]> {
  const { checkpointId } = checkpointFilesInput.parse(given);
  const { checkpoint, project } = await authorizeCheckpoint(ctx, checkpointId, 'view');
  const entries = await readTree(repoPath(project.id), checkpoint.commit);
  return entries.map(({ path, sizeBytes }) => ({ path, sizeBytes: sizeBytes ?? null }));
}

/** A file as it was at a checkpoint. @throws AppError not_found */
export async function readCheckpointFile(
  ctx: Context,
  given: z.infer<typeof checkpointFileInput>,
): Promise<{ path: string; side: ChangeSide }> {
  const { checkpointId, path } = checkpointFileInput.parse(given);
  const { checkpoint, project } = await authorizeCheckpoint(ctx, checkpointId, 'view');
  const repo = repoPath(project.id);
  const entry = (await readTree(repo, checkpoint.commit)).find((one) => one.path === path);
  if (!entry) throw new AppError('not_found', `There was no file ${path} at this checkpoint.`);
  return { path, side: await readSide(repo, entry) };
}
