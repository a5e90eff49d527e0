import { and, asc, desc, eq, gt, isNull, max, sql } from 'drizzle-orm';
import { schema } from '../../db/client.ts';
import type { Context } from '../context.ts';
import type { TeamRole, TokenScope } from '../core/permissions.ts';
import { authorizeInstallation, authorizeTeam, requirePerson, requireScope } from './authorize.ts';
import { requireBrowser } from './require-browser.ts';

export type Me = {
  id: string;
  email: string;
  name: string;
  isInstallationAdmin: boolean;
  teams: { id: string; slug: string; name: string; role: TeamRole }[];
};

/** The actor and the teams they are in. */
export async function getMe(ctx: Context): Promise<Me> {
  const { personId, email, name } = requirePerson(ctx);
  const { person } = schema;
  const [row] = await ctx.db
    .select({ isAdmin: person.isInstallationAdmin })
    .from(person)
    .where(eq(person.id, personId));
  return { id: personId, email, name, isInstallationAdmin: row?.isAdmin ?? false, teams: await teamsOfPerson(ctx) };
}

/** The teams that the actor is in, by name, with their role in each. */
export async function teamsOfPerson(ctx: Context): Promise<Me['teams']> {
  const { personId } = requirePerson(ctx);
  requireScope(ctx, 'read');
  const { team, teamMember } = schema;
  return ctx.db
    .select({ id: team.id, slug: team.slug, name: team.name, role: teamMember.role })
    .from(teamMember)
    .innerJoin(team, eq(team.id, teamMember.teamId))
    .where(eq(teamMember.personId, personId))
    .orderBy(asc(team.name), asc(team.id));
}

/** The people of a team; those who are disabled are marked. */
export async function listMembers(ctx: Context, teamId: string) {
  await authorizeTeam(ctx, teamId, 'member.list');
  const { teamMember, person } = schema;
  return ctx.db
    .select({
      personId: person.id,
      name: person.name,
      email: person.email,
      role: teamMember.role,
      joinedAt: teamMember.createdAt,
      isDisabled: sql<boolean>`${person.disabledAt} is not null`,
    })
    .from(teamMember)
    .innerJoin(person, eq(person.id, teamMember.personId))
    .where(eq(teamMember.teamId, teamId))
    .orderBy(asc(person.name), asc(person.id));
}

/** Invitations that nobody has used or revoked, newest first; those that ran out are marked. */
export async function listInvitations(ctx: Context, teamId: string) {
  await authorizeTeam(ctx, teamId, 'invitation.manage');
  const { invitation, person } = schema;
  return ctx.db
    .select({
      id: invitation.id,
      role: invitation.role,
      email: invitation.email,
      createdAt: invitation.createdAt,
      expiresAt: invitation.expiresAt,
      invitedBy: person.name,
      isExpired: sql<boolean>`${invitation.expiresAt} <= now()`,
    })
    .from(invitation)
    .innerJoin(person, eq(person.id, invitation.createdBy))
    .where(and(eq(invitation.teamId, teamId), isNull(invitation.acceptedAt), isNull(invitation.revokedAt)))
    .orderBy(desc(invitation.createdAt), desc(invitation.id))
    .limit(200);
}

/** Everyone with an account, for installation admins. */
export async function listPeople(ctx: Context) {
  await authorizeInstallation(ctx);
  const { person, authSession } = schema;
  return ctx.db
    .select({
      personId: person.id,
      name: person.name,
      email: person.email,
      isInstallationAdmin: person.isInstallationAdmin,
      isDisabled: sql<boolean>`${person.disabledAt} is not null`,
      createdAt: person.createdAt,
      lastSeenAt: max(authSession.lastSeenAt),
    })
    .from(person)
    .leftJoin(authSession, eq(authSession.personId, person.id))
    .where(eq(person.kind, 'account'))
    .groupBy(person.id)
    .orderBy(asc(person.name), asc(person.id));
}

/** All teams with the number of their people, for installation admins; nothing of what is in them. */
export async function listTeams(ctx: Context) {
  await authorizeInstallation(ctx);
  const { team, teamMember, person } = schema;
  return ctx.db
    .select({
      id: team.id,
      slug: team.slug,
      name: team.name,
      members: sql<number>`count(${person.id})::int`,
      admins: sql<number>`(count(*) filter (where ${teamMember.role} = 'admin' and ${person.disabledAt} is null))::int`,
    })
    .from(team)
    .leftJoin(teamMember, eq(teamMember.teamId, team.id))
    .leftJoin(person, eq(person.id, teamMember.personId))
    .groupBy(team.id)
    .orderBy(asc(team.name), asc(team.id));
}

/** The actor's live sign-ins, last used first; the one that asks is marked. */
export async function listAuthSessions(ctx: Context) {
  const { personId } = requireBrowser(ctx);
  const current = ctx.credential.kind === 'auth_session' ? ctx.credential.id : '';
  const { authSession } = schema;
  const rows = await ctx.db
    .select({
      id: authSession.id,
      userAgent: authSession.userAgent,
      createdAt: authSession.createdAt,
      lastSeenAt: authSession.lastSeenAt,
    })
    .from(authSession)
    .where(
      and(eq(authSession.personId, personId), isNull(authSession.revokedAt), gt(authSession.expiresAt, sql`now()`)),
    )
    .orderBy(desc(authSession.lastSeenAt), desc(authSession.id));
  return rows.map((row) => ({ ...row, isCurrent: row.id === current }));
}

export type TokenRow = {
  id: string;
  name: string;
  scopes: TokenScope[];
  /** The name of the project or team where it calls models, if only there. */
  boundTo: string | null;
  createdAt: Date;
  expiresAt: Date | null;
  lastUsedAt: Date | null;
  isExpired: boolean;
};

/** The actor's tokens that were not revoked, newest first; never the tokens themselves. */
export async function listTokens(ctx: Context): Promise<TokenRow[]> {
  const { personId } = requireBrowser(ctx);
  const { apiToken, project, team, teamMember } = schema;
  return ctx.db
    .select({
      id: apiToken.id,
      name: apiToken.name,
      scopes: apiToken.scopes,
      boundTo: sql<string | null>`case
        when ${apiToken.boundTeamId} is null then null
        when ${teamMember.personId} is null then 'a team you are not in any more'
        when ${apiToken.boundProjectId} is null then ${team.name}
        when ${project.isRestricted} or ${project.id} is null then 'a project of ' || ${team.name}
        else ${project.name} end`,
      createdAt: apiToken.createdAt,
      expiresAt: apiToken.expiresAt,
      lastUsedAt: apiToken.lastUsedAt,
      isExpired: sql<boolean>`coalesce(${apiToken.expiresAt} <= now(), false)`,
    })
    .from(apiToken)
    .leftJoin(team, eq(team.id, apiToken.boundTeamId))
    .leftJoin(teamMember, and(eq(teamMember.teamId, team.id), eq(teamMember.personId, personId)))
    .leftJoin(project, eq(project.id, apiToken.boundProjectId))
    .where(and(eq(apiToken.personId, personId), isNull(apiToken.revokedAt)))
    .orderBy(desc(apiToken.createdAt), desc(apiToken.id));
}
