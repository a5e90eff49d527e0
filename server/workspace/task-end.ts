import { and, asc, eq, sql } from 'drizzle-orm';
import { schema } from '../../db/client.ts';
import type { Context } from '../context.ts';
import type { ActorRef } from '../core/actor.ts';
import { enqueue } from '../jobs/queue.ts';
import { appendSessionEvent } from '../runs/event-log.ts';

export type TaskRow = typeof schema.task.$inferSelect;

export type TaskEnd = {
  state: 'succeeded' | 'failed' | 'cancelled';
  exitCode?: number | null;
  error?: string;
  outputBlobId?: string;
  /** The checkpoint of what the session was before it, when the command changed something. */
  beforeId?: string;
};

/**
 * Ends a task in the caller's transaction, says so in the session's log and lets the next queued one of the session begin.
 * @returns false when the task was not in the state `from`, and then nothing has changed
 */
export async function endTask(
  tx: Context,
  ending: { task: TaskRow; actor: ActorRef; from: 'queued' | 'running'; end: TaskEnd },
): Promise<boolean> {
  const { task, end } = ending;
  const [row] = await tx.db
    .update(schema.task)
    .set({ state: end.state, exitCode: end.exitCode ?? null, error: end.error ?? null, finishedAt: sql`now()` })
    .where(and(eq(schema.task.id, task.id), eq(schema.task.teamId, task.teamId), eq(schema.task.state, ending.from)))
    .returning();
  if (!row) return false;
  const durationMs = row.startedAt && row.finishedAt ? row.finishedAt.getTime() - row.startedAt.getTime() : 0;
  await appendSessionEvent(tx.db, {
    sessionId: task.sessionId,
    teamId: task.teamId,
    actor: ending.actor,
    body: {
      type: 'task_finished',
      taskId: task.id,
      state: end.state,
      exitCode: end.exitCode ?? null,
      durationMs: Math.max(0, durationMs),
      ...(end.error !== undefined && { error: end.error }),
      ...(end.outputBlobId !== undefined && { outputBlobId: end.outputBlobId }),
      ...(end.beforeId !== undefined && { beforeId: end.beforeId }),
    },
  });
  await enqueueNext(tx, task);
  return true;
}

async function enqueueNext(tx: Context, ended: TaskRow): Promise<void> {
  const { task } = schema;
  const [next] = await tx.db
    .select({ id: task.id })
    .from(task)
    .where(and(eq(task.sessionId, ended.sessionId), eq(task.teamId, ended.teamId), eq(task.state, 'queued')))
    .orderBy(asc(task.createdAt), asc(task.id))
    .limit(1);
  if (next) await enqueue(tx, 'task', { payload: { taskId: next.id } });
}
