import { and, desc, eq, sql } from 'drizzle-orm';
import { schema, type DatabaseOrTransaction } from '../../db/client.ts';
import { appendAudit } from '../audit/append.ts';
import { withTransaction, type Context } from '../context.ts';
import { actorRef, type ActorRef } from '../core/actor.ts';
import type { CheckpointCause, CheckpointKind } from '../core/checkpoint.ts';
import { newId } from '../platform/ids.ts';
import { createRefs, deleteRef, repoPath } from './git.ts';
import { treeOf } from './git-objects.ts';
import { countChangedLines } from './git-lines.ts';
import { requestRoomCommand, requireDone } from './room-command.ts';

/** Checkpoints are commits that a ref keeps, and a row each. Rules: docs/spec/collab.md, "Checkpoints". */

export type CheckpointRow = typeof schema.sessionCheckpoint.$inferSelect;

/** The ref that keeps a checkpoint's commit. */
export const checkpointRef = (checkpointId: string): string => `refs/ensemble/checkpoints/${checkpointId}`;

export type CheckpointAt = {
  session: InTeam;
  repo: string;
  /** The session's whole state. */
  commit: string;
  /** Where the room's log was before the state was read: what comes after may be missing in the commit. */
  updateId: number;
  cause: CheckpointCause;
  actor: ActorRef;
  /** Given: the point is a named one. */
  name?: string;
  /** Given: the point has this id. */
  id?: string;
  /** Stored even when nothing changed since the point before it; named ones always are. */
  evenIfSame?: boolean;
  /** Makes the ref, where the repository is only a mirror. */
  keep?: KeepRefs;
};

type KeepRefs = (refs: readonly { ref: string; oid: string }[]) => Promise<void>;

type NewRow = Omit<typeof schema.sessionCheckpoint.$inferInsert, 'eventSeq'>;
/** `same`: the point before has this state already. */
export type ReadyCheckpoint = { id: string; updateId: number; keep: KeepRefs; row: NewRow | 'same' };

type InTeam = { id: string; teamId: string };

/** Where the log of a session's room is; what was folded counts. */
export async function roomPosition(db: DatabaseOrTransaction, session: InTeam): Promise<number> {
  const { roomUpdate, roomContribution } = schema;
  const [update] = await db
    .select({ id: sql<string>`coalesce(max(${roomUpdate.id}), 0)` })
    .from(roomUpdate)
    .where(and(eq(roomUpdate.sessionId, session.id), eq(roomUpdate.teamId, session.teamId)));
  const [folded] = await db
    .select({ id: sql<string>`coalesce(max(${roomContribution.lastUpdateId}), 0)` })
    .from(roomContribution)
    .where(and(eq(roomContribution.sessionId, session.id), eq(roomContribution.teamId, session.teamId)));
  return Math.max(Number(update?.id ?? 0), Number(folded?.id ?? 0));
}

/** Compares with the point before, without storing anything. */
export async function readyCheckpoint(db: DatabaseOrTransaction, at: CheckpointAt): Promise<ReadyCheckpoint> {
  const { session, repo, commit, updateId, cause, actor, name } = at;
  const keep = at.keep ?? ((refs) => createRefs(repo, refs));
  const tree = await treeOf(repo, commit);
  const last = await lastCheckpoint(db, session);
  const mayBeSame = name === undefined && !at.evenIfSame;
  if (last?.tree === tree && mayBeSame) return { id: last.id, updateId, keep, row: 'same' };
  const id = at.id ?? newId('chk');
  const counts = last ? [...(await countChangedLines(repo, last.tree, tree)).values()] : [];
  const kind: CheckpointKind = name === undefined ? 'auto' : 'named';
  const row: NewRow = {
    id,
    teamId: session.teamId,
    sessionId: session.id,
    kind,
    name: name ?? null,
    cause,
    commit,
    tree,
    updateId,
    actor,
    changedFiles: counts.length,
    addedLines: counts.reduce((sum, count) => sum + count.added, 0),
    removedLines: counts.reduce((sum, count) => sum + count.removed, 0),
  };
  return { id, updateId, keep, row };
}

async function lastCheckpoint(db: DatabaseOrTransaction, session: InTeam): Promise<CheckpointRow | undefined> {
  const { sessionCheckpoint } = schema;
  const [row] = await db
    .select()
    .from(sessionCheckpoint)
    .where(and(eq(sessionCheckpoint.sessionId, session.id), eq(sessionCheckpoint.teamId, session.teamId)))
    .orderBy(desc(sessionCheckpoint.id))
    .limit(1);
  return row;
}

/** Where a session's log is. */
const eventSeqOf = (sessionId: string) =>
  sql<number>`coalesce((select last_seq from session_event_counter where session_id = ${sessionId}), 0)`;

/** Makes the row and the ref; may be repeated. A point whose state still holds moves along the logs instead of being doubled. */
export async function storeCheckpoint(db: DatabaseOrTransaction, ready: ReadyCheckpoint): Promise<void> {
  const { sessionCheckpoint } = schema;
  if (ready.row !== 'same') {
    const { row } = ready;
    await ready.keep([{ ref: checkpointRef(row.id), oid: row.commit }]);
    // What is tried again after its answer was lost stands.
    await db
      .insert(sessionCheckpoint)
      .values({ ...row, eventSeq: eventSeqOf(row.sessionId) })
      .onConflictDoNothing();
    return;
  }
  await db
    .update(sessionCheckpoint)
    .set({
      updateId: sql`greatest(${sessionCheckpoint.updateId}, ${ready.updateId})`,
      eventSeq: sql`coalesce((select last_seq from session_event_counter c where c.session_id = ${sessionCheckpoint.sessionId}), 0)`,
    })
    .where(eq(sessionCheckpoint.id, ready.id));
}

type Recording = Omit<CheckpointAt, 'actor' | 'repo'> & { projectId: string };

/** Stores a point of a state that is a commit already. The caller has authorized. @returns its id */
export async function recordCheckpoint(ctx: Context, recording: Recording): Promise<string> {
  if (!ctx.actor) throw new Error('a checkpoint without an actor');
  const { projectId, ...at } = recording;
  const repo = repoPath(projectId);
  const ready = await readyCheckpoint(ctx.db, { ...at, repo, actor: actorRef(ctx.actor) });
  await store(ctx, ready).catch(async (error: unknown) => {
    if (ready.row !== 'same') await deleteRef(repo, checkpointRef(ready.id), at.commit);
    throw error;
  });
  return ready.id;
}

function store(ctx: Context, ready: ReadyCheckpoint): Promise<void> {
  return withTransaction(ctx, async (tx) => {
    const { id, row } = ready;
    await storeCheckpoint(tx.db, ready);
    if (row === 'same') return;
    await appendAudit(tx, {
      teamId: row.teamId,
      action: 'checkpoint.create',
      resource: { type: 'checkpoint', id },
      detail: { sessionId: row.sessionId, cause: row.cause.type, name: row.name ?? null, commit: row.commit },
    });
  });
}

type Now = { id: string; teamId: string; projectId: string };

/**
 * Stores a point of the session as it is, open texts included. The caller has authorized.
 * @throws AppError pending when the room does not answer within `waitMs`
 */
export async function checkpointNow(
  ctx: Context,
  session: Now,
  point: { cause: CheckpointCause; name?: string; waitMs?: number },
): Promise<string> {
  const { waitMs = 15_000, ...given } = point;
  const updateId = await roomPosition(ctx.db, session);
  const request = { sessionId: session.id, teamId: session.teamId, command: { kind: 'materialize' } } as const;
  const { commit } = requireDone(await requestRoomCommand(ctx, request, waitMs));
  return recordCheckpoint(ctx, { session, projectId: session.projectId, commit, updateId, ...given });
}
