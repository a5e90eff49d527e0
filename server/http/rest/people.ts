import { z } from 'zod';
import { authorizeTeamBySlug } from '../../auth/authorize.ts';
import { changeMemberRole, changeMemberRoleInput } from '../../auth/change-member-role.ts';
import { createInvitation, createInvitationInput } from '../../auth/create-invitation.ts';
import { listInvitations, listMembers } from '../../auth/queries.ts';
import { removeMember } from '../../auth/remove-member.ts';
import { revokeInvitation } from '../../auth/revoke-invitation.ts';
import { teamRoles, type TeamAction } from '../../core/permissions.ts';
import { instant } from './fields.ts';
import { paged, pageOf, pageQuery } from './page.ts';
import { param, reply, restRoute, type RestCall, type RestRoute } from './route.ts';

const member = z.object({
  personId: z.string().describe('Id of the person'),
  name: z.string(),
  email: z.string(),
  role: z.enum(teamRoles),
  joinedAt: instant.describe('When the person came into the team'),
  isDisabled: z.boolean().describe('Whether an installation admin has switched the account off'),
});

const invitation = z.object({
  id: z.string(),
  role: z.enum(teamRoles).describe('The role it gives'),
  email: z.string().nullable().describe('The one address it is for; null: anyone with the link'),
  createdAt: instant,
  expiresAt: instant,
  invitedBy: z.string().describe('Name of the admin who made it'),
  isExpired: z.boolean().describe('Whether its time is over'),
});

async function teamIdOf(call: Pick<RestCall, 'ctx' | 'params'>, action: TeamAction): Promise<string> {
  return (await authorizeTeamBySlug(call.ctx, param(call, 'team'), action)).teamId;
}

const members: RestRoute[] = [
  restRoute({
    method: 'GET',
    path: '/teams/{team}/members',
    operationId: 'listMembers',
    summary: 'The people of a team',
    tag: 'People',
    query: pageQuery,
    answers: { 200: { description: 'A page of people, by name', schema: pageOf(member) } },
    async handle(call) {
      const items = await listMembers(call.ctx, await teamIdOf(call, 'member.list'));
      return reply(
        200,
        paged(items, (one) => one.personId, call.query),
      );
    },
  }),
  restRoute({
    method: 'PATCH',
    path: '/teams/{team}/members/{personId}',
    operationId: 'changeMemberRole',
    summary: 'Give a member another role',
    tag: 'People',
    body: changeMemberRoleInput.pick({ role: true }),
    answers: { 204: { description: 'Done' } },
    async handle(call) {
      const teamId = await teamIdOf(call, 'member.list');
      await changeMemberRole(call.ctx, { teamId, personId: param(call, 'personId'), role: call.body.role });
      return reply(204, undefined);
    },
  }),
  restRoute({
    method: 'DELETE',
    path: '/teams/{team}/members/{personId}',
    operationId: 'removeMember',
    summary: 'Remove a member, or leave',
    tag: 'People',
    answers: { 204: { description: 'Done' } },
    async handle(call) {
      const teamId = await teamIdOf(call, 'member.list');
      await removeMember(call.ctx, { teamId, personId: param(call, 'personId') });
      return reply(204, undefined);
    },
  }),
];

const invitations: RestRoute[] = [
  restRoute({
    method: 'GET',
    path: '/teams/{team}/invitations',
    operationId: 'listInvitations',
    summary: 'Invitations nobody has used',
    tag: 'People',
    query: pageQuery,
    answers: { 200: { description: 'A page of invitations, newest first', schema: pageOf(invitation) } },
    async handle(call) {
      const items = await listInvitations(call.ctx, await teamIdOf(call, 'member.list'));
      return reply(
        200,
        paged(items, (one) => one.id, call.query),
      );
    },
  }),
  restRoute({
    method: 'POST',
    path: '/teams/{team}/invitations',
    operationId: 'createInvitation',
    summary: 'Make a link that lets one person into the team',
    tag: 'People',
    body: z.object({
      role: z.enum(teamRoles).describe('The role it gives'),
      email: createInvitationInput.shape.email.describe('The one address it is for; without it anyone with the link'),
      expiresInDays: createInvitationInput.shape.expiresInDays.describe('For how many days it works'),
    }),
    answers: {
      201: {
        description: 'The link, shown this once',
        schema: z.object({
          invitationId: z.string().describe('Id of the invitation'),
          url: z.string().describe('The link to hand on'),
          expiresAt: instant,
        }),
      },
    },
    async handle(call) {
      const teamId = await teamIdOf(call, 'member.list');
      return reply(201, await createInvitation(call.ctx, { teamId, ...call.body }));
    },
  }),
  restRoute({
    method: 'DELETE',
    path: '/teams/{team}/invitations/{invitationId}',
    operationId: 'revokeInvitation',
    summary: 'End an invitation',
    tag: 'People',
    answers: { 204: { description: 'Done' } },
    async handle(call) {
      const teamId = await teamIdOf(call, 'member.list');
      await revokeInvitation(call.ctx, { teamId, invitationId: param(call, 'invitationId') });
      return reply(204, undefined);
    },
  }),
];

export const peopleRoutes: RestRoute[] = [...members, ...invitations];
