import { z } from 'zod';
import { requireScope } from '../../auth/authorize.ts';
import { getMe } from '../../auth/queries.ts';
import { teamRoles } from '../../core/permissions.ts';
import { reply, restRoute, type RestRoute } from './route.ts';

const me = z.object({
  id: z.string(),
  email: z.string(),
  name: z.string(),
  teams: z
    .array(z.object({ id: z.string(), slug: z.string(), name: z.string(), role: z.enum(teamRoles) }))
    .describe('The teams the person is in'),
});

export const meRoutes: RestRoute[] = [
  restRoute({
    method: 'GET',
    path: '/me',
    operationId: 'getMe',
    summary: 'Who the token speaks for',
    tag: 'People',
    answers: { 200: { description: 'The person and their teams', schema: me } },
    async handle({ ctx }) {
      requireScope(ctx, 'read');
      return reply(200, await getMe(ctx));
    },
  }),
];
