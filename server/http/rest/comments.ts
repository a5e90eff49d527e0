import { z } from 'zod';
import { commentOnLines, commentOnLinesInput } from '../../review/comments/comment-on-lines.ts';
import { getThread, listThreads, type ThreadSummary } from '../../review/comments/queries.ts';
import { replyInput, replyToThread } from '../../review/comments/reply-to-thread.ts';
import { resolveThread, resolveThreadInput } from '../../review/comments/resolve-thread.ts';
import { commentBody } from '../../review/comments/write-comment.ts';
import { instant, personRef } from './fields.ts';
import { paged, pageOf, pageQuery } from './page.ts';
import { param, reply, restRoute, type RestRoute } from './route.ts';

const line = z.number().int();

const thread = z.object({
  id: z.string(),
  path: z.string().describe('Where the file is now, or was when it went'),
  line: line.describe('The first line when the thread was anchored, from 1; people’s edits since may have moved it'),
  endLine: line.describe('The last line, likewise'),
  quote: z.string().describe('What stood there'),
  state: z.enum(['open', 'resolved']),
  resolved: z
    .object({ by: personRef.describe('Who resolved it'), at: instant })
    .nullable()
    .describe('Null while open'),
  author: personRef.describe('Who wrote the oldest comment that was not deleted'),
  excerpt: z.string().describe('The beginning of that comment'),
  commentCount: z.number().int().describe('How many comments it has'),
  unreadCount: z.number().int().describe('How many of others the caller has not read'),
  lastCommentAt: instant.describe('When somebody last wrote in it'),
});

const comment = z.object({
  id: z.string(),
  author: personRef,
  body: z.string().describe('Markdown; empty when it was deleted'),
  mentions: z.array(z.string()).describe('Ids of the people it names'),
  createdAt: instant,
  editedAt: instant.nullable().describe('When its author changed it; null: never'),
  deletedAt: instant.nullable().describe('When it was deleted; null: it was not'),
});

function threadView(one: ThreadSummary) {
  const { anchor, opening } = one;
  return {
    id: one.id,
    path: one.path,
    line: anchor.startLine,
    endLine: anchor.endLine,
    quote: anchor.quote,
    state: one.state,
    resolved: one.resolved,
    author: opening.author,
    excerpt: opening.excerpt,
    commentCount: one.commentCount,
    unreadCount: one.unreadCount,
    lastCommentAt: one.lastCommentAt,
  };
}

const body = commentBody.describe('Markdown, up to 20,000 characters');
const started = z.object({ threadId: z.string(), commentId: z.string(), fileId: z.string() });

export const commentRoutes: RestRoute[] = [
  restRoute({
    method: 'GET',
    path: '/sessions/{sessionId}/comments',
    operationId: 'listComments',
    summary: 'The threads of comments in a session, the oldest first',
    tag: 'Comments',
    query: pageQuery,
    answers: { 200: { description: 'A page of threads', schema: pageOf(thread) } },
    async handle(call) {
      const threads = await listThreads(call.ctx, param(call, 'sessionId'));
      return reply(
        200,
        paged(threads.map(threadView), ({ id }) => id, call.query),
      );
    },
  }),
  restRoute({
    method: 'POST',
    path: '/sessions/{sessionId}/comments',
    operationId: 'startComment',
    summary: 'Open a thread about lines of a file; `@` and a name mentions somebody who may see the session',
    tag: 'Comments',
    body: commentOnLinesInput.omit({ sessionId: true }).extend({ body }),
    answers: { 201: { description: 'The thread', schema: started } },
    async handle(call) {
      return reply(201, await commentOnLines(call.ctx, { ...call.body, sessionId: param(call, 'sessionId') }));
    },
  }),
  restRoute({
    method: 'GET',
    path: '/comments/{threadId}',
    operationId: 'getComments',
    summary: 'A thread with all its comments',
    tag: 'Comments',
    answers: {
      200: { description: 'The thread', schema: thread.extend({ comments: z.array(comment).describe('In order') }) },
    },
    async handle(call) {
      const one = await getThread(call.ctx, param(call, 'threadId'));
      const comments = one.comments.map(({ position: _position, ...rest }) => rest);
      return reply(200, { ...threadView(one), comments });
    },
  }),
  restRoute({
    method: 'POST',
    path: '/comments/{threadId}/replies',
    operationId: 'replyToComment',
    summary: 'Add a comment to a thread',
    tag: 'Comments',
    body: replyInput.omit({ threadId: true }).extend({ body }),
    answers: { 201: { description: 'The comment', schema: z.object({ commentId: z.string() }) } },
    async handle(call) {
      const { commentId } = await replyToThread(call.ctx, { ...call.body, threadId: param(call, 'threadId') });
      return reply(201, { commentId });
    },
  }),
  restRoute({
    method: 'POST',
    path: '/comments/{threadId}/resolution',
    operationId: 'resolveComment',
    summary: 'Resolve a thread, or open it again',
    tag: 'Comments',
    body: resolveThreadInput.omit({ threadId: true }),
    answers: {
      200: { description: 'How it stands', schema: z.object({ id: z.string(), state: z.enum(['open', 'resolved']) }) },
    },
    async handle(call) {
      const id = param(call, 'threadId');
      await resolveThread(call.ctx, { ...call.body, threadId: id });
      const state = call.body.resolved ? ('resolved' as const) : ('open' as const);
      return reply(200, { id, state });
    },
  }),
];
