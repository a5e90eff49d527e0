import { z } from 'zod';
import { guestLevels, sessionRights, teamRoles } from '../../core/permissions.ts';
import { guestStandings } from '../../core/guest-access.ts';
import { whoHasAccess } from '../../sessions/session-access.ts';
import { instant } from './fields.ts';
import { param, reply, restRoute, type RestRoute } from './route.ts';

const member = z.object({
  personId: z.string(),
  name: z.string(),
  role: z.enum(teamRoles),
  rights: z.array(z.enum(sessionRights)),
});

const guest = z.object({
  id: z.string(),
  personId: z.string(),
  linkId: z.string(),
  name: z.string(),
  level: z.enum(guestLevels),
  standing: z.enum(guestStandings).describe('How they stand: `in`, `waiting` to be let in, or how it ended'),
  letInBy: z.string().nullable().describe('Name of the member who answers for them; null: nobody let them in'),
  knockedAt: instant.describe('When they opened the link'),
  expiresAt: instant,
});

const link = z.object({
  id: z.string(),
  level: z.enum(guestLevels),
  asksFirst: z.boolean().describe('Whether a member lets each person in'),
  uses: z.number().int().describe('How many people it let in'),
  maxUses: z.number().int().nullable().describe('How many people it lets in; null: any number'),
  madeBy: z.string().describe('Name of the member who made it'),
  createdAt: instant,
  expiresAt: instant,
  isAnsweredFor: z.boolean().describe('False when whoever made it may not share the session any more'),
});

const program = z.object({
  ticketId: z.string().describe('Id of the ticket'),
  token: z.string().describe('Name of the token'),
  owner: z.string().describe('Name of the person it belongs to'),
  rights: z.array(z.enum(sessionRights)).describe('Fewer rights than the owner’s; empty: all of them'),
  expiresAt: instant,
});

const access = z.object({
  isLimited: z.boolean().describe('Whether the project is limited to some members of the team'),
  members: z.array(member).describe('Members of the team who may enter'),
  guests: z.array(guest).describe('People who came by a link, those of the last week included whose access ended'),
  links: z.array(link).describe('Links that are open'),
  programs: z.array(program).describe('Programs that entered by a token'),
});

export const sessionAccessRoutes: RestRoute[] = [
  restRoute({
    method: 'GET',
    path: '/sessions/{sessionId}/access',
    operationId: 'getSessionAccess',
    summary: 'Who may enter a session, and by what',
    tag: 'Sessions',
    answers: { 200: { description: 'Members, guests, links and programs', schema: access } },
    async handle(call) {
      const { may: _may, ...told } = await whoHasAccess(call.ctx, { sessionId: param(call, 'sessionId') });
      return reply(200, told);
    },
  }),
];
