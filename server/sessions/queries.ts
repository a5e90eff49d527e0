import { and, asc, desc, eq, ilike, isNotNull, isNull, ne, or, sql, type SQL } from 'drizzle-orm';
import { z } from 'zod';
import { schema } from '../../db/client.ts';
import type { ProjectCommands } from '../../db/schema/project.ts';
import { authorizeParticipant } from '../auth/authorize-participant.ts';
import { authorizeProject, authorizeSession, authorizeTeam, type SessionRow } from '../auth/authorize.ts';
import { authorizeTeamBySlug, requirePerson, requireScope } from '../auth/authorize.ts';
import type { Context } from '../context.ts';
import { removedForGoodAt } from '../core/grace-time.ts';
import { mayInTeam, type SessionRight } from '../core/permissions.ts';
import { repoPath } from '../workspace/git.ts';
import type { Sensitivity } from '../core/sensitivity.ts';
import { visibleTo } from '../workspace/project-queries.ts';
import { readCommands } from '../workspace/read-commands.ts';

export type SessionView = SessionRow & {
  room: string;
  project: {
    id: string;
    name: string;
    slug: string;
    defaultBranch: string | null;
    hasUpstream: boolean;
    sensitivity: Sensitivity;
  };
  team: { id: string; slug: string; name: string };
  rights: SessionRight[];
  /** Here by a link, and a member of nothing. */
  isGuest: boolean;
  may: { archive: boolean; delete: boolean; share: boolean };
  /** Other open sessions on the same branch of the project. */
  othersOnBranch: { id: string; title: string }[];
  /** How far the actor has read the conversation; 0 when never. */
  readSeq: number;
};

/** One session with what its page says about it. */
export async function getSession(ctx: Context, input: { sessionId: string }): Promise<SessionView> {
  const { session, project, rights, role, actor } = await authorizeParticipant(ctx, input.sessionId, 'view');
  const [team] = await ctx.db
    .select({ id: schema.team.id, slug: schema.team.slug, name: schema.team.name })
    .from(schema.team)
    .where(eq(schema.team.id, session.teamId));
  if (!team) throw new Error(`session ${session.id} without a team`);
  return {
    ...session,
    room: session.id,
    project: {
      id: project.id,
      name: project.name,
      slug: project.slug,
      defaultBranch: project.defaultBranch,
      sensitivity: project.sensitivity,
      hasUpstream: project.upstreamUrl !== null,
    },
    team,
    rights,
    isGuest: role === null,
    may: {
      archive: role !== null && mayInTeam(role, 'session.archive'),
      delete: role !== null && mayInTeam(role, 'session.delete'),
      share: role !== null && mayInTeam(role, 'session.share'),
    },
    // A guest is told of one session.
    othersOnBranch: role === null ? [] : await othersOnBranch(ctx, session),
    readSeq: await readSeqOf(ctx, session, actor.personId),
  };
}

/** The last entry of the log that somebody has read; 0 when they were never here. */
async function readSeqOf(ctx: Context, session: SessionRow, personId: string): Promise<number> {
  const { sessionRead } = schema;
  const [read] = await ctx.db
    .select({ seq: sessionRead.seq })
    .from(sessionRead)
    .where(
      and(
        eq(sessionRead.sessionId, session.id),
        eq(sessionRead.personId, personId),
        eq(sessionRead.teamId, session.teamId),
      ),
    );
  return read?.seq ?? 0;
}

async function othersOnBranch(ctx: Context, session: SessionRow): Promise<{ id: string; title: string }[]> {
  const other = schema.session;
  return ctx.db
    .select({ id: other.id, title: other.title })
    .from(other)
    .where(
      and(
        eq(other.projectId, session.projectId),
        eq(other.teamId, session.teamId),
        eq(other.branch, session.branch),
        ne(other.id, session.id),
        isNull(other.archivedAt),
        isNull(other.deletedAt),
      ),
    )
    .orderBy(desc(other.lastActivityAt), asc(other.id));
}

/** A date that a session can have: what JavaScript takes beyond is out of Postgres' range. */
const cursorDate = z.date().min(new Date('1970-01-01T00:00:00Z')).max(new Date('9999-12-31T23:59:59.999Z'));

export const listSessionsInput = z.object({
  team: z.string().optional(),
  projectId: z.string().optional(),
  state: z.enum(['active', 'archived', 'deleted']).default('active'),
  /** Finds a part of the title or branch. */
  text: z.string().trim().max(200).optional(),
  limit: z.number().int().min(1).max(201).default(100),
  /** The last one of the page before. */
  after: z.object({ lastActivityAt: cursorDate, id: z.string().max(100) }).optional(),
});

export type SessionListItem = SessionRow & { projectName: string; teamSlug: string; removedAt: Date | null };

/** Sessions of a project or a team that the actor may see, those worked on last first. */
export async function listSessions(ctx: Context, given: z.input<typeof listSessionsInput>): Promise<SessionListItem[]> {
  const input = listSessionsInput.parse(given);
  const { session, project, team } = schema;
  const rows = await ctx.db
    .select({ session, projectName: project.name, teamSlug: team.slug })
    .from(session)
    .innerJoin(project, and(eq(project.id, session.projectId), isNull(project.deletedAt)))
    .innerJoin(team, eq(team.id, session.teamId))
    .where(and(await sessionsOfTeam(ctx, input), inState(input.state), matching(input.text), following(input.after)))
    .orderBy(desc(activityMs), asc(session.id))
    .limit(input.limit);
  return rows.map(({ session: row, projectName, teamSlug }) => ({
    ...row,
    projectName,
    teamSlug,
    removedAt: row.deletedAt && removedForGoodAt(row.deletedAt),
  }));
}

/** As exact as a Date: a cursor that went through JavaScript finds its place again. */
const activityMs = sql`date_trunc('milliseconds', ${schema.session.lastActivityAt})`;

function following(after: { lastActivityAt: Date; id: string } | undefined): SQL | undefined {
  if (!after) return undefined;
  const at = after.lastActivityAt.toISOString();
  const { id } = schema.session;
  return sql`(${activityMs} < ${at}::timestamptz or (${activityMs} = ${at}::timestamptz and ${id} > ${after.id}))`;
}

async function sessionsOfTeam(
  ctx: Context,
  input: { team?: string | undefined; projectId?: string | undefined },
): Promise<SQL | undefined> {
  const { session } = schema;
  if (input.projectId !== undefined) {
    const { project } = await authorizeProject(ctx, input.projectId, 'session.read');
    return and(eq(session.projectId, project.id), eq(session.teamId, project.teamId));
  }
  if (input.team !== undefined) {
    const { teamId, role, actor } = await authorizeTeamBySlug(ctx, input.team, 'session.read');
    return and(eq(session.teamId, teamId), visibleTo(ctx, { personId: actor.personId, role }));
  }
  return visibleInOwnTeams(ctx);
}

async function visibleInOwnTeams(ctx: Context): Promise<SQL | undefined> {
  const actor = requirePerson(ctx);
  requireScope(ctx, 'read');
  const { session, teamMember } = schema;
  const teams = await ctx.db
    .select({ teamId: teamMember.teamId })
    .from(teamMember)
    .where(eq(teamMember.personId, actor.personId))
    .orderBy(asc(teamMember.teamId));
  const visible: (SQL | undefined)[] = [];
  for (const { teamId } of teams) {
    const { role } = await authorizeTeam(ctx, teamId, 'session.read');
    visible.push(and(eq(session.teamId, teamId), visibleTo(ctx, { personId: actor.personId, role })));
  }
  // Someone in no team sees nothing; an empty "or" would be no condition at all.
  return visible.length === 0 ? eq(session.teamId, '') : or(...visible);
}

function inState(state: 'active' | 'archived' | 'deleted'): SQL | undefined {
  const { session } = schema;
  switch (state) {
    case 'active':
      return and(isNull(session.archivedAt), isNull(session.deletedAt));
    case 'archived':
      return and(isNotNull(session.archivedAt), isNull(session.deletedAt));
    case 'deleted':
      return isNotNull(session.deletedAt);
  }
}

function matching(text: string | undefined): SQL | undefined {
  if (!text) return undefined;
  const pattern = `%${text.replaceAll(/[\\%_]/g, '\\$&')}%`;
  return or(ilike(schema.session.title, pattern), ilike(schema.session.branch, pattern));
}

/**
 * The commands to offer in a session: those set for the project, and for the others what the session's own files name.
 * `found` is what the files name, to show where the two differ.
 */
export async function sessionCommands(
  ctx: Context,
  input: { sessionId: string },
): Promise<{ commands: ProjectCommands; found: ProjectCommands }> {
  const { session, project } = await authorizeSession(ctx, input.sessionId, 'view');
  const found = await readCommands(repoPath(project.id), session.headCommit);
  return { commands: { ...found, ...project.commands }, found };
}
