import { and, eq, inArray, isNull } from 'drizzle-orm';
import { schema } from '../../db/client.ts';
import { appendAudit } from '../audit/append.ts';
import { authorizeSession, requirePerson } from '../auth/authorize.ts';
import { withTransaction, type Context } from '../context.ts';
import { actorRef } from '../core/actor.ts';
import { AppError } from '../core/errors.ts';
import { notify } from '../platform/notify.ts';
import { endTask } from './task-end.ts';

/**
 * Stops a command: a queued one at once, a running one within a second, with all of its processes.
 * @throws AppError `conflict` when it has ended already
 */
export async function cancelTask(ctx: Context, input: { taskId: string }): Promise<void> {
  requirePerson(ctx);
  const [task] = await ctx.db.select().from(schema.task).where(eq(schema.task.id, input.taskId));
  if (!task) throw noSuchTask();
  const { actor, teamId } = await authorizeSession(ctx, task.sessionId, 'edit').catch((error: unknown) => {
    throw error instanceof AppError && error.code === 'not_found' ? noSuchTask() : error;
  });
  await withTransaction(ctx, async (tx) => {
    const [row] = await tx.db
      .update(schema.task)
      .set({ cancelRequestedAt: ctx.now() })
      .where(
        and(
          eq(schema.task.id, task.id),
          eq(schema.task.teamId, teamId),
          inArray(schema.task.state, ['queued', 'running']),
          isNull(schema.task.cancelRequestedAt),
        ),
      )
      .returning();
    if (!row) throw new AppError('conflict', 'The command has ended or is being stopped already.');
    await appendAudit(tx, {
      teamId,
      action: 'task.cancel',
      resource: { type: 'task', id: task.id },
      detail: { sessionId: task.sessionId },
    });
    if (row.state === 'queued')
      await endTask(tx, { task: row, actor: actorRef(actor), from: 'queued', end: { state: 'cancelled' } });
    await notify(tx.db, 'task', task.id);
  });
}

const noSuchTask = () => new AppError('not_found', 'There is no such command, or you have no access to it.');
