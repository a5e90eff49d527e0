import { z } from 'zod';
import { requireScope } from '../../auth/authorize.ts';
import { teamRoles } from '../../core/permissions.ts';
import { getMe } from '../../auth/queries.ts';
import { restRoute, type RestRoute } from './route.ts';

const me = z.object({
  id: z.string(),
  email: z.string(),
  name: z.string(),
  teams: z.array(z.object({ id: z.string(), slug: z.string(), name: z.string(), role: z.enum(teamRoles) })),
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
      const { id, email, name, teams } = await getMe(ctx);
      return { status: 200, body: { id, email, name, teams } };
    },
  }),
];
