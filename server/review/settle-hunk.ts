import { and, eq, inArray, or, sql } from 'drizzle-orm';
import { schema } from '../../db/client.ts';
import { appendAudit } from '../audit/append.ts';
import { systemContext, withTransaction, type Context } from '../context.ts';
import type { Actor, ActorRef } from '../core/actor.ts';
import { enqueue } from '../jobs/queue.ts';
import { appendSessionEvent } from '../runs/event-log.ts';
import { roomCommandSchema, type RoomCommand } from '../workspace/room-command.ts';

type CommandRow = typeof schema.roomCommand.$inferSelect;
type HunkCommand = Extract<RoomCommand, { kind: 'apply_hunk' | 'undo_hunk' }>;

/**
 * Brings a hunk's decision in line with what the room did: an accepted hunk becomes `accepted`, a refused one unreviewed
 * again, an undone one unreviewed. Safe to call by anyone, at any time, any number of times; it acts once.
 */
export async function settleHunkCommand(ctx: Context, ref: { commandId: string; teamId: string }): Promise<void> {
  const { roomCommand } = schema;
  const [row] = await ctx.db
    .select()
    .from(roomCommand)
    .where(and(eq(roomCommand.id, ref.commandId), eq(roomCommand.teamId, ref.teamId)));
  if (!row || row.state === 'queued') return;
  const parsed = roomCommandSchema.safeParse({ kind: row.kind, ...row.payload });
  const command = parsed.data;
  if (command?.kind !== 'apply_hunk' && command?.kind !== 'undo_hunk') return;
  // The person who asked is the actor, whichever process notices the room's answer.
  const { db, inTransaction, now, requestId } = ctx;
  const asked = systemContext('review', { db, inTransaction, now, requestId, actor: actorOf(row.actor) });
  await withTransaction(asked, async (tx) => {
    const settled = await settleRow(tx, row, command);
    if (!settled) return;
    const { suggestionId, hunkId } = command;
    await countDecided(tx, suggestionId, settled.counts);
    if (settled.decision === 'accept') await keepAccepted(tx, { suggestionId, teamId: row.teamId });
    if (settled.decision) {
      const { path, reason } = settled;
      const body = { type: 'hunk_decided', suggestionId, hunkId, path, decision: settled.decision } as const;
      await appendSessionEvent(tx.db, {
        sessionId: row.sessionId,
        teamId: row.teamId,
        actor: row.actor,
        body: reason === null ? body : { ...body, reason },
      });
    }
    await appendAudit(tx, {
      teamId: row.teamId,
      action: settled.action,
      resource: { type: 'suggestion', id: suggestionId },
      detail: {
        sessionId: row.sessionId,
        hunkId,
        path: settled.path,
        before: { state: settled.before },
        after: { state: settled.after },
      },
    });
  });
}

type Settled = {
  action: string;
  decision: 'accept' | 'undo' | undefined;
  path: string;
  reason: string | null;
  before: string;
  after: string;
  counts: number;
};

function settleRow(tx: Context, row: CommandRow, command: HunkCommand): Promise<Settled | undefined> {
  if (command.kind === 'undo_hunk')
    return row.state === 'done' ? settleUndo(tx, row, command) : Promise.resolve(undefined);
  return row.state === 'done' ? settleAccept(tx, row, command) : settleRefusal(tx, row, command);
}

const decisionOf = (row: CommandRow, command: HunkCommand) =>
  and(
    eq(schema.hunkDecision.suggestionId, command.suggestionId),
    eq(schema.hunkDecision.hunkId, command.hunkId),
    eq(schema.hunkDecision.teamId, row.teamId),
    eq(schema.hunkDecision.commandId, row.id),
  );

async function settleAccept(tx: Context, row: CommandRow, command: HunkCommand): Promise<Settled | undefined> {
  const { hunkDecision } = schema;
  // Without a command the row says that the text was there already: undoing the decision leaves the text alone.
  const commandId = row.result?.['changed'] === false ? null : row.id;
  const [done] = await tx.db
    .update(hunkDecision)
    .set({ state: 'accepted', commandId })
    .where(and(decisionOf(row, command), eq(hunkDecision.state, 'applying')))
    .returning({ path: hunkDecision.path, reason: hunkDecision.reason });
  return (
    done && { ...done, action: 'hunk.accept', decision: 'accept', before: 'applying', after: 'accepted', counts: 1 }
  );
}

async function settleRefusal(tx: Context, row: CommandRow, command: HunkCommand): Promise<Settled | undefined> {
  const { hunkDecision } = schema;
  const [gone] = await tx.db
    .delete(hunkDecision)
    .where(and(decisionOf(row, command), eq(hunkDecision.state, 'applying')))
    .returning({ path: hunkDecision.path, reason: hunkDecision.reason });
  return (
    gone && {
      ...gone,
      action: 'hunk.accept_refused',
      decision: undefined,
      before: 'applying',
      after: 'unreviewed',
      counts: 0,
    }
  );
}

async function settleUndo(tx: Context, row: CommandRow, command: HunkCommand): Promise<Settled | undefined> {
  const { hunkDecision } = schema;
  const [gone] = await tx.db
    .delete(hunkDecision)
    .where(and(decisionOf(row, command), eq(hunkDecision.state, 'accepted')))
    .returning({ path: hunkDecision.path });
  return (
    gone && {
      ...gone,
      reason: null,
      action: 'hunk.undo',
      decision: 'undo',
      before: 'accepted',
      after: 'unreviewed',
      counts: -1,
    }
  );
}

/** The state after the first accepted hunk, and the one after the last decision, become checkpoints. */
async function keepAccepted(tx: Context, of: { suggestionId: string; teamId: string }): Promise<void> {
  const { suggestion, hunkDecision } = schema;
  const [row] = await tx.db
    .select({
      accepted: sql<number>`count(*) filter (where ${hunkDecision.state} = 'accepted')`.mapWith(Number),
      decided: suggestion.decidedCount,
      hunks: suggestion.hunkCount,
    })
    .from(suggestion)
    .innerJoin(hunkDecision, eq(hunkDecision.suggestionId, suggestion.id))
    .where(and(eq(suggestion.id, of.suggestionId), eq(suggestion.teamId, of.teamId)))
    .groupBy(suggestion.id);
  const all = row !== undefined && row.decided === row.hunks && row.accepted > 1;
  if (!all && row?.accepted !== 1) return;
  await enqueue(tx, 'checkpoint', { payload: { suggestionId: of.suggestionId, all } });
}

/** Keeps the suggestion's number of decided hunks. */
export async function countDecided(tx: Context, suggestionId: string, by: number): Promise<void> {
  if (by === 0) return;
  const { suggestion } = schema;
  await tx.db
    .update(suggestion)
    .set({ decidedCount: sql`${suggestion.decidedCount} + ${by}` })
    .where(eq(suggestion.id, suggestionId));
}

/** Commands and events name people without their address. */
function actorOf(ref: ActorRef): Actor {
  if (ref.kind === 'person') return { kind: 'person', personId: ref.id, name: ref.name, email: '' };
  return { kind: 'system', name: ref.name };
}

/**
 * Settles every decision whose room command was answered while nobody waited for it: a process died in between.
 * @returns how many were looked at
 */
export async function reconcileHunks(ctx: Context): Promise<number> {
  const { hunkDecision, roomCommand } = schema;
  const rows = await ctx.db
    .select({ commandId: roomCommand.id, teamId: roomCommand.teamId })
    .from(hunkDecision)
    .innerJoin(roomCommand, eq(roomCommand.id, hunkDecision.commandId))
    .where(
      and(
        eq(hunkDecision.teamId, roomCommand.teamId),
        or(
          and(eq(hunkDecision.state, 'applying'), inArray(roomCommand.state, ['done', 'failed'])),
          and(eq(hunkDecision.state, 'accepted'), eq(roomCommand.kind, 'undo_hunk'), eq(roomCommand.state, 'done')),
        ),
      ),
    );
  for (const row of rows) await settleHunkCommand(ctx, row);
  return rows.length;
}
