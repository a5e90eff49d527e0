import { and, asc, eq } from 'drizzle-orm';
import { schema } from '../../db/client.ts';
import type { Context } from '../context.ts';
import type { ActorRef } from '../core/actor.ts';
import { appendSessionEvent } from './event-log.ts';

type QueueOf = { sessionId: string; teamId: string };
export type QueuedRow = { id: string; position: number };

/** The queued runs of a session, next one first, kept as they are until the transaction ends. */
export async function lockQueue(tx: Context, { sessionId, teamId }: QueueOf): Promise<QueuedRow[]> {
  const { run } = schema;
  return tx.db
    .select({ id: run.id, position: run.position })
    .from(run)
    .where(and(eq(run.sessionId, sessionId), eq(run.teamId, teamId), eq(run.state, 'queued')))
    .orderBy(asc(run.position))
    .for('update');
}

/** Gives the queued runs this order, and says so in the log. `queued` is the queue as it was locked, `runIds` the same ones. */
export async function setQueueOrder(
  tx: Context,
  {
    sessionId,
    teamId,
    actor,
    queued,
    runIds,
  }: QueueOf & { actor: ActorRef; queued: readonly QueuedRow[]; runIds: string[] },
): Promise<void> {
  for (const [index, { position }] of queued.entries()) {
    const id = runIds[index] ?? '';
    await tx.db.update(schema.run).set({ position }).where(eq(schema.run.id, id));
  }
  await appendSessionEvent(tx.db, { sessionId, teamId, actor, body: { type: 'queue_ordered', runIds } });
}

/**
 * Puts a queued run before all that wait in their order: behind those that jumped the queue earlier, which come in the
 * order in which they did. One that interrupts goes behind those alone that interrupt the same run.
 */
export async function putFirst(
  tx: Context,
  {
    sessionId,
    teamId,
    runId,
    actor,
    interrupts,
  }: QueueOf & { runId: string; actor: ActorRef; interrupts: string | undefined },
): Promise<void> {
  const queued = await lockQueue(tx, { sessionId, teamId });
  const { run, runPrompt } = schema;
  const origins = await tx.db
    .select({ id: runPrompt.runId, stopped: runPrompt.interruptsRunId, steerId: runPrompt.steerId })
    .from(runPrompt)
    .innerJoin(run, eq(run.id, runPrompt.runId))
    .where(and(eq(run.sessionId, sessionId), eq(run.teamId, teamId), eq(run.state, 'queued')));
  const goesBefore = new Set(
    origins.flatMap(({ id, stopped, steerId }) => {
      const jumped = interrupts === undefined ? stopped !== null || steerId !== null : stopped === interrupts;
      return jumped && id !== runId ? [id] : [];
    }),
  );
  const others = queued.map(({ id }) => id).filter((id) => id !== runId);
  const behind = others.findIndex((id) => !goesBefore.has(id));
  const at = behind === -1 ? others.length : behind;
  const runIds = others.toSpliced(at, 0, runId);
  if (runIds.every((id, index) => id === queued[index]?.id)) return;
  await setQueueOrder(tx, { sessionId, teamId, actor, queued, runIds });
}
