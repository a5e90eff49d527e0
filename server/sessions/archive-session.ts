import { and, eq } from 'drizzle-orm';
import { schema } from '../../db/client.ts';
import { appendAudit } from '../audit/append.ts';
import { authorizeProject, authorizeSession } from '../auth/authorize.ts';
import { withTransaction, type Context } from '../context.ts';
import { actorRef } from '../core/actor.ts';
import { notify } from '../platform/notify.ts';
import { appendSessionEvent } from '../runs/event-log.ts';
import { queueNextRun } from '../runs/queue-next-run.ts';

/**
 * Puts a session away or takes it out again; a run at work is stopped, and what is queued waits for its return. Doing it
 * twice changes nothing.
 */
export async function archiveSession(ctx: Context, input: { sessionId: string; archived: boolean }): Promise<void> {
  const { session } = await authorizeSession(ctx, input.sessionId, 'view');
  const { teamId, actor } = await authorizeProject(ctx, session.projectId, 'session.archive');
  if ((session.archivedAt !== null) === input.archived) return;
  await withTransaction(ctx, async (tx) => {
    await appendSessionEvent(tx.db, {
      sessionId: session.id,
      teamId,
      actor: actorRef(actor),
      body: { type: 'session_archived', archived: input.archived },
    });
    await tx.db
      .update(schema.session)
      .set({ archivedAt: input.archived ? ctx.now() : null })
      .where(and(eq(schema.session.id, session.id), eq(schema.session.teamId, teamId)));
    if (!input.archived) await queueNextRun(tx, session.id);
    await notify(tx.db, 'access_changed', `session:${session.id}`);
    await appendAudit(tx, {
      teamId,
      action: input.archived ? 'session.archive' : 'session.unarchive',
      resource: { type: 'session', id: session.id },
    });
  });
}
