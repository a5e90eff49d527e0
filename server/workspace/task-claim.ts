import { and, eq, ne, sql } from 'drizzle-orm';
import { schema } from '../../db/client.ts';
import { appendAudit } from '../audit/append.ts';
import { mayStill } from '../auth/may-still.ts';
import { sessionIsDeleted } from '../auth/session-is-deleted.ts';
import { withTransaction, type Context } from '../context.ts';
import { actorRef, type Actor, type ActorRef } from '../core/actor.ts';
import { notifications } from '../platform/notifications.ts';
import { endTask, type TaskRow } from './task-end.ts';

/** A task in the hands of one worker. `actor` is the person who ran it: what it changes is theirs. */
export type ClaimedTask = { task: TaskRow; actor: Actor; actorRef: ActorRef };

const heartbeatMs = 2_000;
/** A worker that was silent for so long is dead. */
export const taskSilenceMs = 15_000;

export const workerDied = 'The worker that ran the command ended unexpectedly. Run it again.';

export const starterLostRight =
  'Whoever ran this command may not edit this session any more, so it was stopped and nothing of it was taken over.';

/**
 * Takes a queued task, one at a time in a session, in the order they were started. A task that its worker left behind is
 * ended as failed: a command may have done anything, so it is not run twice. One whose starter may not edit any more ends
 * as cancelled.
 * @returns undefined when there is nothing to do for this worker now
 */
export async function claimTask(
  ctx: Context,
  wanted: { taskId: string; workerId: string },
): Promise<ClaimedTask | undefined> {
  return withTransaction(ctx, async (tx) => {
    const { task } = schema;
    const [found] = await tx.db.select().from(task).where(eq(task.id, wanted.taskId));
    if (!found) return undefined;
    // The session's row serialises claims in one session.
    await tx.db
      .select({ id: schema.session.id })
      .from(schema.session)
      .where(eq(schema.session.id, found.sessionId))
      .for('update');
    const actor = await starterOf(tx, found);
    await endAbandoned(tx, found.sessionId);
    const [busy] = await tx.db
      .select({ id: task.id })
      .from(task)
      .where(and(eq(task.sessionId, found.sessionId), eq(task.state, 'running'), ne(task.id, found.id)));
    if (busy) return undefined;
    const [claimed] = await tx.db
      .update(task)
      .set({ state: 'running', workerId: wanted.workerId, heartbeatAt: sql`now()`, startedAt: sql`now()` })
      .where(and(eq(task.id, found.id), eq(task.state, 'queued')))
      .returning();
    if (!claimed) return undefined;
    if (!(await starterMayEdit(tx, claimed))) {
      await withdraw(tx, claimed, actorRef(actor));
      return undefined;
    }
    return { task: claimed, actor, actorRef: actorRef(actor) };
  });
}

const starterMayEdit = (ctx: Context, { startedBy, sessionId }: TaskRow) =>
  mayStill(ctx, { personId: startedBy, sessionId, right: 'edit' });

async function withdraw(tx: Context, task: TaskRow, actor: ActorRef): Promise<void> {
  const { id, teamId, sessionId } = task;
  await endTask(tx, { task, actor, from: 'running', end: { state: 'cancelled', error: starterLostRight } });
  await appendAudit(tx, {
    teamId,
    action: 'task.cancel',
    resource: { type: 'task', id },
    detail: { sessionId, reason: starterLostRight },
  });
}

async function starterOf(ctx: Context, task: TaskRow): Promise<Actor> {
  const [person] = await ctx.db.select().from(schema.person).where(eq(schema.person.id, task.startedBy));
  if (!person) return { kind: 'system', name: 'tasks' };
  return { kind: 'person', personId: person.id, name: person.name, email: person.email };
}

/** Ends the running tasks of a session (all sessions without one) whose worker has gone silent. @returns how many */
export async function endAbandoned(tx: Context, sessionId?: string): Promise<number> {
  const { task } = schema;
  const silent = await tx.db
    .select()
    .from(task)
    .where(
      and(
        eq(task.state, 'running'),
        sql`${task.heartbeatAt} < now() - make_interval(secs => ${taskSilenceMs / 1000})`,
        sessionId === undefined ? undefined : eq(task.sessionId, sessionId),
      ),
    );
  for (const row of silent) {
    const end = { state: 'failed', error: workerDied } as const;
    await endTask(tx, { task: row, actor: { kind: 'system', id: 'tasks', name: 'Ensemble' }, from: 'running', end });
  }
  return silent.length;
}

export type TaskHold = {
  /**
   * Fires when a person cancelled the task or deleted its session, when its starter may not edit any more, or when it is
   * no longer this worker's.
   */
  signal: AbortSignal;
  /** Looks now; `signal` tells what was found. */
  look(): Promise<void>;
  /** What people should know about why the signal fired. */
  reason(): string | undefined;
  stop(): Promise<void>;
};

/** Keeps a claimed task's sign of life and hears of its cancellation at once. */
export async function holdTask(ctx: Context, claimed: ClaimedTask): Promise<TaskHold> {
  const { id, workerId } = claimed.task;
  const cancelled = new AbortController();
  let beating: Promise<void> = Promise.resolve();
  let reason: string | undefined;
  const beat = async () => {
    const { task } = schema;
    const [row] = await ctx.db
      .update(task)
      .set({ heartbeatAt: sql`now()` })
      .where(and(eq(task.id, id), eq(task.state, 'running'), eq(task.workerId, workerId ?? '')))
      .returning({ cancelledAt: task.cancelRequestedAt, isDeleted: sessionIsDeleted(task.sessionId) });
    if (!row || row.cancelledAt !== null || row.isDeleted) return cancelled.abort();
    if (await starterMayEdit(ctx, claimed.task)) return undefined;
    if (!cancelled.signal.aborted) reason = starterLostRight;
    return cancelled.abort();
  };
  const look = () => {
    beating = beating.then(beat).catch((error: unknown) => cancelled.abort(error));
  };
  const timer = setInterval(look, heartbeatMs);
  const stopListening = (await notifications()).on('task', (taskId) => {
    if (taskId === id) look();
  });
  look();
  return {
    signal: cancelled.signal,
    reason: () => reason,
    look() {
      look();
      return beating;
    },
    async stop() {
      clearInterval(timer);
      stopListening();
      await beating;
    },
  };
}
