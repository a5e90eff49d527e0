import { and, eq, isNull, sql } from 'drizzle-orm';
import { z } from 'zod';
import { schema } from '../../../db/client.ts';
import { appendAudit } from '../../audit/append.ts';
import { withTransaction, type Context } from '../../context.ts';
import { actorRef } from '../../core/actor.ts';
import { AppError } from '../../core/errors.ts';
import { appendSessionEvent } from '../../runs/event-log.ts';
import { authorizeComment, requireCommentAttempt, requireLiveSession } from './authorize-thread.ts';
import { commentBody, excerpt, rewriteExcerpt, setMentions } from './write-comment.ts';
import { setUnread } from './mark-thread-read.ts';

export const editCommentInput = z.object({ commentId: z.string(), body: commentBody });

/** Changes the words of one's own comment; whom it mentions follows. @throws AppError forbidden for someone else's */
export async function editComment(ctx: Context, given: z.input<typeof editCommentInput>): Promise<void> {
  const { commentId, body } = editCommentInput.parse(given);
  const access = await authorizeComment(ctx, commentId, 'comment');
  const { comment, actor, session, teamId } = access;
  if (comment.authorId !== actor.personId)
    throw new AppError('forbidden', 'Only who wrote a comment may change it. Reply to it instead.');
  requireLiveSession(session);
  await requireCommentAttempt(ctx, actor.personId);
  if (comment.body === body) return;
  await withTransaction(ctx, async (tx) => {
    const changed = await tx.db
      .update(schema.comment)
      .set({ body, editedAt: sql`now()` })
      .where(and(eq(schema.comment.id, commentId), eq(schema.comment.teamId, teamId), isNull(schema.comment.deletedAt)))
      .returning({ id: schema.comment.id });
    if (changed.length === 0) throw new AppError('conflict', 'The comment was deleted a moment ago.');
    const { mentions, added } = await setMentions(tx, access, { commentId, body });
    await setUnread(tx, { ...comment, personIds: added });
    await rewriteExcerpt(tx, { sessionId: session.id, commentId, text: excerpt(body) });
    await appendSessionEvent(tx.db, {
      sessionId: session.id,
      teamId,
      actor: actorRef(actor),
      body: { type: 'comment_edited', threadId: comment.threadId, commentId, excerpt: excerpt(body) },
    });
    await appendAudit(tx, {
      teamId,
      action: 'comment.edit',
      resource: { type: 'session', id: session.id },
      detail: { threadId: comment.threadId, commentId, mentions },
    });
  });
}
