import { z } from 'zod';
import { requireScope } from '../../auth/authorize.ts';
import { sessionRights } from '../../core/permissions.ts';
import { archiveSession } from '../../sessions/archive-session.ts';
import { createSession, createSessionInput, sessionTitle } from '../../sessions/create-session.ts';
import { deleteSession, restoreSession } from '../../sessions/delete-session.ts';
import { issueTicket, issueTicketInput } from '../../sessions/issue-ticket.ts';
import { getSession, listSessions } from '../../sessions/queries.ts';
import { renameSession } from '../../sessions/update-session.ts';
import { instant } from './fields.ts';
import { pageOf, pageQuery } from './page.ts';
import { readTimeCursor, writeTimeCursor } from '../../core/time-cursor.ts';
import { param, reply, restRoute, type RestRoute } from './route.ts';

const summary = z.object({
  id: z.string(),
  room: z.string(),
  projectId: z.string(),
  title: z.string(),
  branch: z.string(),
  baseCommit: z.string(),
  headCommit: z.string().describe('The session’s latest state that was written down as a commit'),
  createdBy: z.string(),
  createdAt: instant,
  lastActivityAt: instant,
  archivedAt: instant.nullable(),
});

const session = summary.extend({
  rights: z.array(z.enum(sessionRights)),
  othersOnBranch: z.array(z.object({ id: z.string(), title: z.string() })),
});

const reading: RestRoute[] = [
  restRoute({
    method: 'POST',
    path: '/sessions',
    operationId: 'createSession',
    summary: 'Open a session on a branch',
    tag: 'Sessions',
    body: z.object({
      projectId: z.string(),
      title: sessionTitle.describe('What it is about'),
      branch: createSessionInput.shape.branch.describe(
        'An existing branch, or the name of a new one; without it a new branch named after the title',
      ),
      from: createSessionInput.shape.from.describe('Where a new branch begins; the project’s default branch otherwise'),
    }),
    answers: {
      201: {
        description: 'The session',
        schema: z.object({ id: z.string(), room: z.string(), branch: z.string(), baseCommit: z.string() }),
      },
    },
    async handle({ ctx, body }) {
      return reply(201, await createSession(ctx, body));
    },
  }),
  restRoute({
    method: 'GET',
    path: '/sessions',
    operationId: 'listSessions',
    summary: 'Sessions you may see, those worked on last first',
    tag: 'Sessions',
    query: pageQuery.extend({
      team: z.string().optional().describe('Only those of the team with this slug'),
      projectId: z.string().optional().describe('Only those of this project'),
      state: z.enum(['active', 'archived', 'deleted']).default('active').describe('Which of them'),
      text: z.string().max(200).optional().describe('Finds a part of the title or branch'),
    }),
    answers: { 200: { description: 'A page of sessions', schema: pageOf(summary) } },
    async handle({ ctx, query }) {
      requireScope(ctx, 'read');
      const { team, projectId, state, text } = query;
      const after = query.cursor === undefined ? undefined : readTimeCursor(query.cursor);
      const rows = await listSessions(ctx, {
        team,
        projectId,
        state,
        text,
        after: after && { lastActivityAt: after.at, id: after.id },
        limit: query.limit + 1,
      });
      const items = rows.slice(0, query.limit).map((row) => ({ ...row, room: row.id }));
      const last = items.at(-1);
      const nextCursor =
        last && rows.length > items.length ? writeTimeCursor({ at: last.lastActivityAt, id: last.id }) : null;
      return reply(200, { items, nextCursor });
    },
  }),
  restRoute({
    method: 'GET',
    path: '/sessions/{sessionId}',
    operationId: 'getSession',
    summary: 'A session',
    tag: 'Sessions',
    answers: { 200: { description: 'The session', schema: session } },
    async handle(call) {
      return reply(200, await getSession(call.ctx, { sessionId: param(call, 'sessionId') }));
    },
  }),
  restRoute({
    method: 'POST',
    path: '/sessions/{sessionId}/tickets',
    operationId: 'issueTicket',
    summary: 'Leave to enter the session’s room over the collaboration socket',
    tag: 'Sessions',
    body: z.object({
      rights: issueTicketInput.shape.rights.describe('Fewer rights than the role gives'),
      clientId: issueTicketInput.shape.clientId.describe(
        'A client id of one’s own from an earlier ticket, for a document that was kept offline',
      ),
    }),
    answers: {
      201: {
        description: 'First used within 60 s; then it resumes the same participant until it expires or is revoked',
        schema: z.object({
          url: z.string().describe('Base address for a y-websocket client'),
          room: z.string(),
          ticket: z.string().describe('Goes into the parameter `ticket` of the socket’s address'),
          clientId: z.number().int(),
          personId: z.string(),
          rights: z.array(z.enum(sessionRights)),
          expiresAt: instant,
        }),
      },
    },
    async handle(call) {
      const ticket = await issueTicket(call.ctx, { sessionId: param(call, 'sessionId'), ...call.body });
      return reply(201, ticket);
    },
  }),
];

const changing: RestRoute[] = [
  restRoute({
    method: 'PATCH',
    path: '/sessions/{sessionId}',
    operationId: 'updateSession',
    summary: 'Rename a session, or put it away',
    tag: 'Sessions',
    body: z.object({
      title: sessionTitle.optional().describe('Its title'),
      archived: z.boolean().optional().describe('Puts the session away, or takes it out again'),
    }),
    answers: { 200: { description: 'The session as it is now', schema: session } },
    async handle(call) {
      const sessionId = param(call, 'sessionId');
      const { title, archived } = call.body;
      if (title !== undefined) await renameSession(call.ctx, { sessionId, title });
      if (archived !== undefined) await archiveSession(call.ctx, { sessionId, archived });
      return reply(200, await getSession(call.ctx, { sessionId }));
    },
  }),
  restRoute({
    method: 'DELETE',
    path: '/sessions/{sessionId}',
    operationId: 'deleteSession',
    summary: 'Delete a session; its branch and commits stay in the project',
    tag: 'Sessions',
    answers: {
      200: {
        description: 'It is hidden',
        schema: z.object({
          removedAt: instant.describe('When it is removed for good; until then it can be restored'),
        }),
      },
    },
    async handle(call) {
      return reply(200, await deleteSession(call.ctx, { sessionId: param(call, 'sessionId') }));
    },
  }),
  restRoute({
    method: 'POST',
    path: '/sessions/{sessionId}/restore',
    operationId: 'restoreSession',
    summary: 'Bring a deleted session back',
    tag: 'Sessions',
    answers: { 204: { description: 'It is back as it was' } },
    async handle(call) {
      await restoreSession(call.ctx, { sessionId: param(call, 'sessionId') });
      return reply(204, undefined);
    },
  }),
];

export const sessionRoutes: RestRoute[] = [...reading, ...changing];
