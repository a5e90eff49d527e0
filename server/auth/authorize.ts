import { and, eq, isNull } from 'drizzle-orm';
import { schema } from '../../db/client.ts';
import type { Context } from '../context.ts';
import type { Actor } from '../core/actor.ts';
import { AppError } from '../core/errors.ts';
import {
  mayInTeam,
  rightsOfRole,
  roleNeeded,
  type SessionRight,
  type TeamAction,
  type TeamRole,
  type TokenScope,
} from '../core/permissions.ts';

export type PersonActor = Extract<Actor, { kind: 'person' }>;
export type ProjectRow = typeof schema.project.$inferSelect;
export type SessionRow = typeof schema.session.$inferSelect;
export type TeamAccess = { teamId: string; role: TeamRole; actor: PersonActor };
export type ProjectAccess = TeamAccess & { project: ProjectRow };
export type SessionAccess = ProjectAccess & { session: SessionRow; rights: SessionRight[] };

/** What is not visible to the actor answers exactly as what does not exist. */
const notFound = (what: string) => new AppError('not_found', `There is no such ${what}, or you have no access to it.`);

/** @throws unauthenticated when nobody is signed in */
export function requirePerson(ctx: Context): PersonActor {
  if (ctx.actor?.kind !== 'person')
    throw new AppError('unauthenticated', 'You are not signed in, or the sign-in ended. Sign in again.');
  return ctx.actor;
}

/** A token does only what its scopes say; a signed-in browser session is not limited by scopes. */
export function requireScope(ctx: Context, scope: TokenScope): void {
  if (ctx.credential.kind === 'api_token' && !ctx.credential.scopes.includes(scope)) {
    throw new AppError(
      'forbidden',
      `This token lacks the scope "${scope}". Make one that has it under Settings › Tokens.`,
    );
  }
}

/** @throws forbidden unless the actor is an installation admin */
export async function authorizeInstallation(ctx: Context): Promise<PersonActor> {
  const actor = requirePerson(ctx);
  requireScope(ctx, 'admin');
  const [row] = await ctx.db
    .select({ isAdmin: schema.person.isInstallationAdmin })
    .from(schema.person)
    .where(and(eq(schema.person.id, actor.personId), isNull(schema.person.disabledAt)));
  if (!row?.isAdmin) throw new AppError('forbidden', 'Only an installation admin may do this. Ask one of them.');
  return actor;
}

const needsWriteScope = (action: TeamAction) => !action.endsWith('.read') && !action.endsWith('.list');

const managesTeam = (action: TeamAction) =>
  action === 'member.manage' || action === 'invitation.manage' || action === 'budget.manage';

function requireActionScope(ctx: Context, action: TeamAction): void {
  if (action === 'audit.read') requireScope(ctx, 'audit');
  else if (action === 'model.call') requireScope(ctx, 'models');
  else if (managesTeam(action)) requireScope(ctx, 'admin');
  else requireScope(ctx, needsWriteScope(action) ? 'write' : 'read');
}

/** @throws not_found when the actor is no member of the team, forbidden when the role does not reach */
export async function authorizeTeam(ctx: Context, teamId: string, action: TeamAction): Promise<TeamAccess> {
  const actor = requirePerson(ctx);
  const [row] = await ctx.db
    .select({ role: schema.teamMember.role })
    .from(schema.teamMember)
    .innerJoin(schema.person, eq(schema.person.id, schema.teamMember.personId))
    .where(
      and(
        eq(schema.teamMember.teamId, teamId),
        eq(schema.teamMember.personId, actor.personId),
        isNull(schema.person.disabledAt),
      ),
    );
  if (!row) throw notFound('team');
  requireRole(row.role, action);
  requireActionScope(ctx, action);
  return { teamId, role: row.role, actor };
}

function requireRole(role: TeamRole, action: TeamAction): void {
  if (mayInTeam(role, action)) return;
  throw new AppError(
    'forbidden',
    `Your role in this team is ${role}; this needs ${roleNeeded(action)}. Ask a team admin.`,
  );
}

/** For what is not any team's yet. @throws forbidden unless the actor has the role for it in one of their teams */
export async function authorizeSomeTeam(ctx: Context, action: TeamAction): Promise<PersonActor> {
  const actor = requirePerson(ctx);
  requireActionScope(ctx, action);
  const rows = await ctx.db
    .select({ role: schema.teamMember.role })
    .from(schema.teamMember)
    .innerJoin(schema.person, eq(schema.person.id, schema.teamMember.personId))
    .where(and(eq(schema.teamMember.personId, actor.personId), isNull(schema.person.disabledAt)));
  if (rows.some(({ role }) => mayInTeam(role, action))) return actor;
  throw new AppError(
    'forbidden',
    `You have no team in which your role is ${roleNeeded(action)} or higher. Ask a team admin.`,
  );
}

/** The team with this slug, for someone who is a member of it. */
export async function authorizeTeamBySlug(
  ctx: Context,
  slug: string,
  action: TeamAction,
): Promise<TeamAccess & { team: typeof schema.team.$inferSelect }> {
  requirePerson(ctx);
  const [team] = await ctx.db.select().from(schema.team).where(eq(schema.team.slug, slug));
  if (!team) throw notFound('team');
  return { ...(await authorizeTeam(ctx, team.id, action)), team };
}

/** @throws not_found when the actor may not see the project or it was deleted, forbidden when the role does not reach */
export async function authorizeProject(ctx: Context, projectId: string, action: TeamAction): Promise<ProjectAccess> {
  const access = await authorizeDeletedProject(ctx, projectId, action);
  if (access.project.deletedAt) throw notFound('project');
  return access;
}

/** Also finds a project in its grace time after deletion. */
export async function authorizeDeletedProject(
  ctx: Context,
  projectId: string,
  action: TeamAction,
): Promise<ProjectAccess> {
  const actor = requirePerson(ctx);
  const [row] = await ctx.db
    .select({ project: schema.project, role: schema.teamMember.role, listed: schema.projectMember.personId })
    .from(schema.project)
    .innerJoin(
      schema.teamMember,
      and(eq(schema.teamMember.teamId, schema.project.teamId), eq(schema.teamMember.personId, actor.personId)),
    )
    .innerJoin(schema.person, and(eq(schema.person.id, actor.personId), isNull(schema.person.disabledAt)))
    .leftJoin(
      schema.projectMember,
      and(eq(schema.projectMember.projectId, schema.project.id), eq(schema.projectMember.personId, actor.personId)),
    )
    .where(eq(schema.project.id, projectId));
  if (!row) throw notFound('project');
  if (row.project.isRestricted && row.listed === null && row.role !== 'admin') throw notFound('project');
  requireRole(row.role, action);
  requireActionScope(ctx, action);
  return { teamId: row.project.teamId, role: row.role, actor, project: row.project };
}

/** @throws not_found when the actor may not see the session or it was deleted, forbidden when the right is missing */
export async function authorizeSession(ctx: Context, sessionId: string, right: SessionRight): Promise<SessionAccess> {
  const access = await authorizeDeletedSession(ctx, sessionId, right);
  if (access.session.deletedAt || access.project.deletedAt) throw notFound('session');
  return access;
}

/** Also finds a session in its grace time after deletion. */
export async function authorizeDeletedSession(
  ctx: Context,
  sessionId: string,
  right: SessionRight,
): Promise<SessionAccess> {
  requirePerson(ctx);
  const [session] = await ctx.db.select().from(schema.session).where(eq(schema.session.id, sessionId));
  if (!session) throw notFound('session');
  const access = await authorizeDeletedProject(ctx, session.projectId, 'session.read').catch((error: unknown) => {
    throw error instanceof AppError && error.code === 'not_found' ? notFound('session') : error;
  });
  const rights = [...rightsOfRole(access.role)];
  // What was deleted answers a missing right as it answers everyone: as absent.
  if (!rights.includes(right) && (session.deletedAt || access.project.deletedAt)) throw notFound('session');
  if (!rights.includes(right))
    throw new AppError(
      'forbidden',
      `Your role in this team is ${access.role}, which does not include the right to ${right} here. Ask a team admin.`,
    );
  if (right !== 'view') requireScope(ctx, right === 'prompt' ? 'prompt' : 'write');
  return { ...access, session, rights };
}
