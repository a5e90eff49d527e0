import { and, eq, isNull, sql } from 'drizzle-orm';
import { z } from 'zod';
import { schema } from '../../../db/client.ts';
import { appendAudit } from '../../audit/append.ts';
import { withTransaction, type Context } from '../../context.ts';
import { actorRef } from '../../core/actor.ts';
import { AppError } from '../../core/errors.ts';
import { appendSessionEvent } from '../../runs/event-log.ts';
import { authorizeComment, requireLiveSession } from './authorize-thread.ts';
import { rewriteExcerpt } from './write-comment.ts';

export const deleteCommentInput = z.object({ commentId: z.string() });

/**
 * Takes a comment's words away for good: one's own, or anyone's with the right to approve. Its place in the thread stays.
 * @throws AppError forbidden for someone else's
 */
export async function deleteComment(ctx: Context, given: z.infer<typeof deleteCommentInput>): Promise<void> {
  const { commentId } = deleteCommentInput.parse(given);
  const { comment, actor, rights, session, teamId } = await authorizeComment(ctx, commentId, 'comment');
  if (comment.authorId !== actor.personId && !rights.includes('approve'))
    throw new AppError('forbidden', 'Only who wrote a comment, or a lead, may delete it.');
  requireLiveSession(session);
  await withTransaction(ctx, async (tx) => {
    const gone = await tx.db
      .update(schema.comment)
      .set({ body: '', deletedAt: sql`now()`, deletedBy: actor.personId })
      .where(and(eq(schema.comment.id, commentId), eq(schema.comment.teamId, teamId), isNull(schema.comment.deletedAt)))
      .returning({ id: schema.comment.id });
    if (gone.length === 0) throw new AppError('conflict', 'The comment was deleted a moment ago.');
    await rewriteExcerpt(tx, { sessionId: session.id, commentId, text: '' });
    await appendSessionEvent(tx.db, {
      sessionId: session.id,
      teamId,
      actor: actorRef(actor),
      body: { type: 'comment_deleted', threadId: comment.threadId, commentId },
    });
    await appendAudit(tx, {
      teamId,
      action: 'comment.delete',
      resource: { type: 'session', id: session.id },
      detail: { threadId: comment.threadId, commentId, authorId: comment.authorId },
    });
  });
}
