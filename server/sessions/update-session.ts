import { and, eq } from 'drizzle-orm';
import { schema } from '../../db/client.ts';
import { appendAudit } from '../audit/append.ts';
import { authorizeSession } from '../auth/authorize.ts';
import { withTransaction, type Context } from '../context.ts';
import { actorRef } from '../core/actor.ts';
import { appendSessionEvent } from '../runs/event-log.ts';
import { sessionTitle } from './create-session.ts';

/** Renames a session. Its address, branch and room stay. */
export async function renameSession(ctx: Context, input: { sessionId: string; title: string }): Promise<void> {
  const { session, teamId, actor } = await authorizeSession(ctx, input.sessionId, 'edit');
  const title = sessionTitle.parse(input.title);
  if (title === session.title) return;
  await withTransaction(ctx, async (tx) => {
    await appendSessionEvent(tx.db, {
      sessionId: session.id,
      teamId,
      actor: actorRef(actor),
      body: { type: 'session_renamed', title },
    });
    await tx.db
      .update(schema.session)
      .set({ title })
      .where(and(eq(schema.session.id, session.id), eq(schema.session.teamId, teamId)));
    await appendAudit(tx, {
      teamId,
      action: 'session.rename',
      resource: { type: 'session', id: session.id },
      detail: { before: { title: session.title }, after: { title } },
    });
  });
}
