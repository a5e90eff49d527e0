import { z } from 'zod';
import { deleteComment, deleteCommentInput } from '../../review/comments/delete-comment.ts';
import { editComment, editCommentInput } from '../../review/comments/edit-comment.ts';
import { markThreadRead, markThreadReadInput } from '../../review/comments/mark-thread-read.ts';
import { moveAnchor, moveAnchorInput } from '../../review/comments/move-anchor.ts';
import { getThread, listMentionable, listThreads } from '../../review/comments/queries.ts';
import { replyInput, replyToThread } from '../../review/comments/reply-to-thread.ts';
import { resolveThread, resolveThreadInput } from '../../review/comments/resolve-thread.ts';
import { startThread, startThreadInput } from '../../review/comments/start-thread.ts';
import { participantProcedure, router } from '../trpc.ts';

const inSession = z.object({ sessionId: z.string() });

export const commentsRouter = router({
  list: participantProcedure.input(inSession).query(({ ctx, input }) => listThreads(ctx, input.sessionId)),
  thread: participantProcedure
    .input(z.object({ threadId: z.string() }))
    .query(({ ctx, input }) => getThread(ctx, input.threadId)),
  people: participantProcedure.input(inSession).query(({ ctx, input }) => listMentionable(ctx, input.sessionId)),
  start: participantProcedure.input(startThreadInput).mutation(({ ctx, input }) => startThread(ctx, input)),
  reply: participantProcedure.input(replyInput).mutation(({ ctx, input }) => replyToThread(ctx, input)),
  edit: participantProcedure.input(editCommentInput).mutation(({ ctx, input }) => editComment(ctx, input)),
  delete: participantProcedure.input(deleteCommentInput).mutation(({ ctx, input }) => deleteComment(ctx, input)),
  resolve: participantProcedure.input(resolveThreadInput).mutation(({ ctx, input }) => resolveThread(ctx, input)),
  moveAnchor: participantProcedure.input(moveAnchorInput).mutation(({ ctx, input }) => moveAnchor(ctx, input)),
  markRead: participantProcedure.input(markThreadReadInput).mutation(({ ctx, input }) => markThreadRead(ctx, input)),
});
