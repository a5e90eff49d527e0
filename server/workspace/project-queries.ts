import { and, asc, count, desc, eq, exists, isNotNull, isNull, max, or, sql, type SQL } from 'drizzle-orm';
import { z } from 'zod';
import { schema } from '../../db/client.ts';
import {
  authorizeProject,
  authorizeTeamBySlug,
  requirePerson,
  requireScope,
  type ProjectRow,
} from '../auth/authorize.ts';
import type { Context } from '../context.ts';
import { removedForGoodAt } from '../core/grace-time.ts';
import { mayInTeam, type TeamRole } from '../core/permissions.ts';
import { listBranches, repoPath, type Branch } from './git.ts';

/** A project as people see it: without its credential, with what they may do. */
export type ProjectView = Omit<ProjectRow, 'credentialSealed' | 'importHeartbeatAt'> & {
  hasCredential: boolean;
  removedAt: Date | null;
  may: { update: boolean; archive: boolean; delete: boolean; createSession: boolean; declassify: boolean };
};

export type ProjectListItem = ProjectView & { sessionCount: number; lastActivityAt: Date | null };

function toView(project: ProjectRow, role: TeamRole): ProjectView {
  const { credentialSealed, importHeartbeatAt: _heartbeat, ...rest } = project;
  return {
    ...rest,
    hasCredential: credentialSealed !== null,
    removedAt: project.deletedAt && removedForGoodAt(project.deletedAt),
    may: {
      update: mayInTeam(role, 'project.update'),
      archive: mayInTeam(role, 'project.archive'),
      delete: mayInTeam(role, 'project.delete'),
      createSession: mayInTeam(role, 'session.create'),
      declassify: mayInTeam(role, 'project.declassify'),
    },
  };
}

export async function getProject(ctx: Context, input: { projectId: string }): Promise<ProjectView> {
  const { project, role } = await authorizeProject(ctx, input.projectId, 'project.read');
  return toView(project, role);
}

export const listProjectsInput = z.object({
  team: z.string(),
  /** `active` unless another is asked for; `deleted` are those that can still be restored. */
  state: z.enum(['active', 'archived', 'deleted']).default('active'),
});

/** The projects of a team that the actor may see, those worked on last first. */
export async function listProjects(ctx: Context, given: z.input<typeof listProjectsInput>): Promise<ProjectListItem[]> {
  const input = listProjectsInput.parse(given);
  const { teamId, role, actor } = await authorizeTeamBySlug(ctx, input.team, 'project.read');
  const { project, session } = schema;
  const rows = await ctx.db
    .select({ project, sessionCount: count(session.id), lastActivityAt: max(session.lastActivityAt) })
    .from(project)
    .leftJoin(session, and(eq(session.projectId, project.id), isNull(session.deletedAt), isNull(session.archivedAt)))
    .where(and(eq(project.teamId, teamId), inState(input.state), visibleTo(ctx, { personId: actor.personId, role })))
    .groupBy(project.id)
    .orderBy(desc(sql`coalesce(max(${session.lastActivityAt}), ${project.createdAt})`), asc(project.id));
  return rows.map((row) => ({
    ...toView(row.project, role),
    sessionCount: row.sessionCount,
    lastActivityAt: row.lastActivityAt,
  }));
}

function inState(state: 'active' | 'archived' | 'deleted'): SQL | undefined {
  const { project } = schema;
  switch (state) {
    case 'active':
      return and(isNull(project.archivedAt), isNull(project.deletedAt));
    case 'archived':
      return and(isNotNull(project.archivedAt), isNull(project.deletedAt));
    case 'deleted':
      return isNotNull(project.deletedAt);
  }
}

/** Open to the team, or limited to members among whom the actor is; admins see all. */
export function visibleTo(ctx: Context, viewer: { personId: string; role: TeamRole }): SQL | undefined {
  if (viewer.role === 'admin') return undefined;
  const { project, projectMember } = schema;
  const listed = ctx.db
    .select({ one: sql`1` })
    .from(projectMember)
    .where(
      and(
        eq(projectMember.projectId, project.id),
        eq(projectMember.teamId, project.teamId),
        eq(projectMember.personId, viewer.personId),
      ),
    );
  return or(eq(project.isRestricted, false), exists(listed));
}

/** All active projects of all the actor's teams, for lists across teams (REST). */
export async function listOwnProjects(ctx: Context): Promise<ProjectView[]> {
  const actor = requirePerson(ctx);
  requireScope(ctx, 'read');
  const { project, teamMember, projectMember, person } = schema;
  const rows = await ctx.db
    .select({ project, role: teamMember.role })
    .from(project)
    .innerJoin(teamMember, and(eq(teamMember.teamId, project.teamId), eq(teamMember.personId, actor.personId)))
    .innerJoin(person, and(eq(person.id, actor.personId), isNull(person.disabledAt)))
    .leftJoin(projectMember, and(eq(projectMember.projectId, project.id), eq(projectMember.personId, actor.personId)))
    .where(
      and(
        inState('active'),
        or(eq(project.isRestricted, false), isNotNull(projectMember.personId), eq(teamMember.role, 'admin')),
      ),
    )
    .orderBy(asc(project.id));
  return rows.map((row) => toView(row.project, row.role));
}

/** The project's branches, the most recently changed first; none before it is ready. */
export async function listProjectBranches(
  ctx: Context,
  input: { projectId: string },
): Promise<{ defaultBranch: string | null; branches: Branch[] }> {
  const { project } = await authorizeProject(ctx, input.projectId, 'project.read');
  const branches = project.status === 'ready' ? await listBranches(repoPath(project.id)) : [];
  return { defaultBranch: project.defaultBranch, branches };
}

/** The people a restricted project is limited to. */
export async function listProjectMembers(
  ctx: Context,
  input: { projectId: string },
): Promise<{ personId: string; name: string; email: string }[]> {
  const { project, teamId } = await authorizeProject(ctx, input.projectId, 'project.read');
  const { projectMember, person } = schema;
  return ctx.db
    .select({ personId: person.id, name: person.name, email: person.email })
    .from(projectMember)
    .innerJoin(person, eq(person.id, projectMember.personId))
    .where(and(eq(projectMember.projectId, project.id), eq(projectMember.teamId, teamId)))
    .orderBy(asc(person.name), asc(person.id));
}
