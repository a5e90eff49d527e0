import { and, eq, lt, sql } from 'drizzle-orm';
import { z } from 'zod';
import { schema } from '../../../db/client.ts';
import { appendAudit } from '../../audit/append.ts';
import { withTransaction, type Context } from '../../context.ts';
import { AppError } from '../../core/errors.ts';
import { authorizeThread, requireCommentAttempt, requireLiveSession } from './authorize-thread.ts';
import { commentBody, writeComment } from './write-comment.ts';

const mostComments = 500;

export const replyInput = z.object({ threadId: z.string(), body: commentBody });

/** Adds a comment to a thread, open or resolved. @throws AppError conflict when the thread is full or the session archived */
export async function replyToThread(
  ctx: Context,
  given: z.input<typeof replyInput>,
): Promise<{ commentId: string; position: number }> {
  const { threadId, body } = replyInput.parse(given);
  const access = await authorizeThread(ctx, threadId, 'comment');
  requireLiveSession(access.session);
  await requireCommentAttempt(ctx, access.actor.personId);
  return withTransaction(ctx, async (tx) => {
    const position = await takePosition(tx, { threadId, teamId: access.teamId });
    const thread = { id: threadId, path: access.thread.path, line: access.thread.anchor.startLine };
    const { commentId, mentions } = await writeComment(tx, access, { thread, position, body });
    await appendAudit(tx, {
      teamId: access.teamId,
      action: 'comment.reply',
      resource: { type: 'session', id: access.session.id },
      detail: { threadId, commentId, path: thread.path, mentions },
    });
    return { commentId, position };
  });
}

/** The next place in the thread; holds the thread's row until the transaction ends. */
async function takePosition(tx: Context, of: { threadId: string; teamId: string }): Promise<number> {
  const { commentThread } = schema;
  const [row] = await tx.db
    .update(commentThread)
    .set({ lastPosition: sql`${commentThread.lastPosition} + 1`, lastCommentAt: sql`now()` })
    .where(
      and(
        eq(commentThread.id, of.threadId),
        eq(commentThread.teamId, of.teamId),
        lt(commentThread.lastPosition, mostComments),
      ),
    )
    .returning({ position: commentThread.lastPosition });
  if (row) return row.position;
  throw new AppError(
    'conflict',
    `This thread has ${mostComments} comments, which is the most it may have. Start another one.`,
  );
}
