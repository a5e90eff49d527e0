import { z } from 'zod';
import { listAudit, listAuditInput } from '../../audit/list.ts';
import { actorRef, instant } from './fields.ts';
import { pageOf, pageQuery } from './page.ts';
import { reply, restRoute, type RestRoute } from './route.ts';

const { from, to, actor, action, resource } = listAuditInput.shape;

const entry = z.object({
  id: z.string(),
  at: instant,
  teamId: z.string().nullable().describe('Id of the team it concerns; null: the installation'),
  actor: actorRef,
  action: z.string(),
  resource: z.object({ type: z.string(), id: z.string() }),
  requestId: z.string(),
  detail: z.record(z.string(), z.unknown()).describe('Changed fields without secrets, often as `before` and `after`'),
});

export const auditRoutes: RestRoute[] = [
  restRoute({
    method: 'GET',
    path: '/audit',
    operationId: 'listAudit',
    summary: 'The audit log, newest first, of everything you may read; for leads and admins, with the scope `audit`',
    tag: 'Audit',
    query: pageQuery.extend({
      team: z.string().optional().describe('Only the team with this slug'),
      installation: z.enum(['true', 'false']).optional().describe('`true`: only what concerns the installation'),
      from: from.describe('From this time on (ISO 8601); a date begins at midnight UTC'),
      to: to.describe('Before this time (ISO 8601); a date counts as a whole'),
      actor: actor.describe('Who did it: an id, or a part of the name'),
      action: action.describe('What was done: an action such as `hunk.accept`, or what it begins with'),
      resource: resource.describe('What it was done to: an id, a type, or `type:id`'),
    }),
    answers: { 200: { description: 'A page of entries', schema: pageOf(entry) } },
    async handle({ ctx, query }) {
      return reply(200, await listAudit(ctx, { ...query, installation: query.installation === 'true' }));
    },
  }),
];
