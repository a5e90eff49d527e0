import { and, eq, sql } from 'drizzle-orm';
import { z } from 'zod';
import { schema } from '../../../db/client.ts';
import { appendAudit } from '../../audit/append.ts';
import { withTransaction, type Context } from '../../context.ts';
import { actorRef } from '../../core/actor.ts';
import { AppError } from '../../core/errors.ts';
import { appendSessionEvent } from '../../runs/event-log.ts';
import { authorizeThread, requireCommentAttempt, requireLiveSession, type ThreadAccess } from './authorize-thread.ts';

export const resolveThreadInput = z.object({ threadId: z.string(), resolved: z.boolean() });

/** Resolves a thread, or opens it again. @throws AppError conflict when someone did so first */
export async function resolveThread(ctx: Context, given: z.infer<typeof resolveThreadInput>): Promise<void> {
  const { threadId, resolved } = resolveThreadInput.parse(given);
  const access = await authorizeThread(ctx, threadId, 'comment');
  requireLiveSession(access.session);
  await requireCommentAttempt(ctx, access.actor.personId);
  await withTransaction(ctx, async (tx) => {
    await changeState(tx, access, resolved);
    const { actor, session, teamId, thread } = access;
    await appendSessionEvent(tx.db, {
      sessionId: session.id,
      teamId,
      actor: actorRef(actor),
      body: { type: 'comment_resolved', threadId, path: thread.path, line: thread.anchor.startLine, resolved },
    });
    await appendAudit(tx, {
      teamId,
      action: resolved ? 'comment.resolve' : 'comment.reopen',
      resource: { type: 'session', id: session.id },
      detail: { threadId, path: thread.path },
    });
  });
}

async function changeState(tx: Context, { actor, teamId, thread }: ThreadAccess, resolved: boolean): Promise<void> {
  const { commentThread } = schema;
  const [from, to] = resolved ? (['open', 'resolved'] as const) : (['resolved', 'open'] as const);
  const changed = await tx.db
    .update(commentThread)
    .set({
      state: to,
      resolvedBy: resolved ? actor.personId : null,
      resolvedAt: resolved ? sql`now()` : null,
    })
    .where(and(eq(commentThread.id, thread.id), eq(commentThread.teamId, teamId), eq(commentThread.state, from)))
    .returning({ id: commentThread.id });
  if (changed.length === 0)
    throw new AppError(
      'conflict',
      resolved ? 'Someone resolved this thread first.' : 'Someone reopened this thread first.',
    );
}
