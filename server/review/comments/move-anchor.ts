import { and, eq } from 'drizzle-orm';
import { z } from 'zod';
import { schema } from '../../../db/client.ts';
import { appendAudit } from '../../audit/append.ts';
import { withTransaction, type Context } from '../../context.ts';
import { actorRef } from '../../core/actor.ts';
import { anchorSchema } from '../../core/stored-anchor.ts';
import { AppError } from '../../core/errors.ts';
import { appendSessionEvent } from '../../runs/event-log.ts';
import { authorizeThread, requireLiveSession } from './authorize-thread.ts';
import { livePath } from './start-thread.ts';

export const moveAnchorInput = z.object({
  threadId: z.string(),
  /** The version that the caller found lost; another one was set anew by someone else. */
  version: z.number().int().min(1),
  fileId: z.string(),
  anchor: anchorSchema,
});

/**
 * Sets a thread's anchor anew where its words were found again: after a deletion was undone, or in a file that came back.
 * The words themselves stay. Everyone who sees the text finds the same; the first one is taken.
 * @returns whether this one was taken
 * @throws AppError invalid when the words are others
 */
export async function moveAnchor(ctx: Context, given: z.input<typeof moveAnchorInput>): Promise<{ moved: boolean }> {
  const { threadId, version, fileId, anchor } = moveAnchorInput.parse(given);
  const { thread, actor, session, teamId } = await authorizeThread(ctx, threadId, 'comment');
  requireLiveSession(session);
  if (anchor.quote !== thread.anchor.quote || anchor.length !== thread.anchor.length)
    throw new AppError('invalid', 'The anchor is for other words than the thread’s own. Reload the page.');
  return withTransaction(ctx, async (tx) => {
    const path = await livePath(tx, { sessionId: session.id, fileId, teamId });
    const { commentThread } = schema;
    const moved = await tx.db
      .update(commentThread)
      .set({ anchor, fileId, path, anchorVersion: version + 1 })
      .where(
        and(eq(commentThread.id, threadId), eq(commentThread.teamId, teamId), eq(commentThread.anchorVersion, version)),
      )
      .returning({ id: commentThread.id });
    if (moved.length === 0) return { moved: false };
    await appendSessionEvent(tx.db, {
      sessionId: session.id,
      teamId,
      actor: actorRef(actor),
      body: { type: 'comment_moved', threadId },
    });
    await appendAudit(tx, {
      teamId,
      action: 'comment.move',
      resource: { type: 'session', id: session.id },
      detail: { threadId, path, line: anchor.startLine },
    });
    return { moved: true };
  });
}
