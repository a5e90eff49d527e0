import { and, eq, inArray, or } from 'drizzle-orm';
import { schema } from '../../../db/client.ts';
import type { TeamAccess } from '../../auth/authorize.ts';
import type { Context } from '../../context.ts';

/** Names of a team's projects that the actor may know of; a limited project is not among them for those it does not list. */
export async function visibleProjects(ctx: Context, access: TeamAccess): Promise<Map<string, string>> {
  const { project, projectMember } = schema;
  const { teamId, role, actor } = access;
  const listed = ctx.db
    .select({ id: projectMember.projectId })
    .from(projectMember)
    .where(and(eq(projectMember.teamId, teamId), eq(projectMember.personId, actor.personId)));
  const isOpen = role === 'admin' ? undefined : or(eq(project.isRestricted, false), inArray(project.id, listed));
  const rows = await ctx.db
    .select({ id: project.id, name: project.name })
    .from(project)
    .where(and(eq(project.teamId, teamId), isOpen));
  return new Map(rows.map(({ id, name }) => [id, name]));
}

/** Names of people, also of those who left. */
export async function namesOfPeople(ctx: Context, ids: readonly string[]): Promise<Map<string, string>> {
  if (ids.length === 0) return new Map();
  const { person } = schema;
  const rows = await ctx.db
    .select({ id: person.id, name: person.name })
    .from(person)
    .where(inArray(person.id, [...ids]));
  return new Map(rows.map(({ id, name }) => [id, name]));
}
