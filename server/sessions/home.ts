import { sql, type SQL } from 'drizzle-orm';
import { z } from 'zod';
import { authorizeTeamBySlug, type TeamAccess } from '../auth/authorize.ts';
import type { Context } from '../context.ts';
import { describeStep, stepTypes } from '../core/last-step.ts';
import { knockMs } from '../core/guest-access.ts';
import { mayInTeam, rightsOfRole } from '../core/permissions.ts';
import { sessionEventBody } from '../core/session-event.ts';

/** Why a session needs the person who looks, most urgent first. */
export type Need = 'permission' | 'knock' | 'failed_run' | 'mention' | 'suggestion';

export type HomeRow = {
  id: string;
  title: string;
  branch: string;
  project: { id: string; name: string; slug: string };
  needs: Need[];
  isRunning: boolean;
  /** Who acted last, the latest first; at most five. */
  faces: { kind: 'person' | 'run'; id: string; name: string }[];
  lastStep: { by: string; text: string; at: Date } | null;
  lastActivityAt: Date;
};

export type Home = { needsYou: HomeRow[]; running: HomeRow[]; quiet: HomeRow[]; projectCount: number };

export const homeInput = z.object({ team: z.string() });

/** How many sessions home looks at: those worked on last. */
const maxSessions = 200;

/** The team's open sessions in three groups, as one person sees them; each session is in the first that fits. */
export async function home(ctx: Context, given: z.infer<typeof homeInput>): Promise<Home> {
  const { team } = homeInput.parse(given);
  const access = await authorizeTeamBySlug(ctx, team, 'session.read');
  const [sessions, projects] = await Promise.all([
    ctx.db.execute(sessionsOf(access)),
    ctx.db.execute<{ count: number }>(visibleProjectCount(access)),
  ]);
  const rows = sessions.rows.map(toHomeRow);
  return {
    needsYou: rows.filter((row) => row.needs.length > 0),
    running: rows.filter((row) => row.needs.length === 0 && row.isRunning),
    quiet: rows.filter((row) => row.needs.length === 0 && !row.isRunning),
    projectCount: projects.rows[0]?.count ?? 0,
  };
}

function isVisible({ role, actor }: TeamAccess): SQL {
  if (role === 'admin') return sql`true`;
  return sql`(not p.is_restricted or exists (
    select 1 from project_member m where m.project_id = p.id and m.person_id = ${actor.personId}))`;
}

function visibleProjectCount(access: TeamAccess): SQL {
  return sql`select count(*)::int as count from project p
    where p.team_id = ${access.teamId} and p.deleted_at is null and p.archived_at is null and ${isVisible(access)}`;
}

/** A mention is "@" and the person's whole name, or the first word of it, not inside another word. */
function mentionPattern(name: string): string {
  const escape = (text: string) => text.replaceAll(/[^\p{L}\p{N}]/gu, (character) => `\\${character}`);
  const first = name.split(/\s+/)[0] ?? name;
  return `(^|[^[:alnum:]])@(${escape(name)}|${escape(first)})($|[^[:alnum:]])`;
}

function sessionsOf(access: TeamAccess): SQL {
  const { teamId, actor, role } = access;
  const rights = rightsOfRole(role);
  const steps = sql.join(
    stepTypes.map((type) => sql`${type}`),
    sql`, `,
  );
  return sql`
    select s.id, s.title, s.branch, s.last_activity_at, p.id as project_id, p.name as project_name, p.slug as project_slug,
      step.body as step_body, step.actor as step_actor, step.created_at as step_at,
      coalesce(faces.list, '[]'::jsonb) as faces,
      (exists (select 1 from run r where r.session_id = s.id and r.state in ('queued', 'running', 'waiting'))
        or exists (select 1 from task t where t.session_id = s.id and t.state in ('queued', 'running'))) as is_running,
      (${rights.includes('approve')} and exists (
        select 1 from run_permission q join run r on r.id = q.run_id
        where q.session_id = s.id and q.decided_at is null and r.state = 'waiting')) as needs_permission,
      (${rights.includes('edit')} and exists (
        select 1 from suggestion g
        where g.session_id = s.id and g.refused_reason is null and g.decided_count < g.hunk_count)) as needs_decision,
      exists (select 1 from session_event e where e.session_id = s.id and e.seq > coalesce(seen.seq, 0)
        and e.type = 'run_finished' and e.body->>'state' = 'failed') as has_failed_run,
      (exists (select 1 from session_event e where e.session_id = s.id and e.seq > coalesce(seen.seq, 0)
        and e.type = 'prompt' and e.actor->>'id' <> ${actor.personId}
        and e.body->>'text' ~* ${mentionPattern(actor.name)})
        or exists (select 1 from comment_mention m
          join comment c on c.id = m.comment_id
          left join comment_read read on read.thread_id = c.thread_id and read.person_id = m.person_id
          where m.session_id = s.id and m.team_id = s.team_id and m.person_id = ${actor.personId}
            and c.deleted_at is null and c.position > coalesce(read.position, 0))) as has_mention,
      (${mayInTeam(role, 'session.share')} and exists (
        select 1 from session_guest k where k.session_id = s.id and k.state = 'knocking' and k.expires_at > now()
          and k.knocked_at > now() - make_interval(secs => ${knockMs / 1000}))) as has_knock
    from session s
    join project p on p.id = s.project_id
    left join session_read seen on seen.session_id = s.id and seen.person_id = ${actor.personId}
    left join lateral (
      select e.body, e.actor, e.created_at from session_event e
      where e.session_id = s.id and e.type in (${steps}) order by e.seq desc limit 1) step on true
    left join lateral (
      select jsonb_agg(face.actor order by face.last_seq desc) as list from (
        select jsonb_build_object('kind', e.actor->>'kind', 'id', e.actor->>'id', 'name', e.actor->>'name') as actor,
          max(e.seq) as last_seq
        from (select actor, seq from session_event where session_id = s.id order by seq desc limit 300) e
        where e.actor->>'kind' in ('person', 'run')
        group by e.actor->>'kind', e.actor->>'id', e.actor->>'name'
        order by max(e.seq) desc limit 20) face) faces on true
    where s.team_id = ${teamId} and p.team_id = ${teamId}
      and s.deleted_at is null and s.archived_at is null and p.deleted_at is null and p.archived_at is null
      and ${isVisible(access)}
    order by s.last_activity_at desc, s.id
    limit ${maxSessions}`;
}

const face = z.object({ kind: z.enum(['person', 'run']), id: z.string(), name: z.string() });

const sqlRow = z.object({
  id: z.string(),
  title: z.string(),
  branch: z.string(),
  last_activity_at: z.coerce.date(),
  project_id: z.string(),
  project_name: z.string(),
  project_slug: z.string(),
  step_body: sessionEventBody.nullable(),
  step_actor: z.object({ name: z.string() }).nullable(),
  step_at: z.coerce.date().nullable(),
  faces: z.array(face),
  is_running: z.boolean(),
  needs_permission: z.boolean(),
  needs_decision: z.boolean(),
  has_failed_run: z.boolean(),
  has_mention: z.boolean(),
  has_knock: z.boolean(),
});

function toHomeRow(given: unknown): HomeRow {
  const row = sqlRow.parse(given);
  const needs: Need[] = [];
  if (row.needs_permission) needs.push('permission');
  if (row.has_knock) needs.push('knock');
  if (row.has_failed_run) needs.push('failed_run');
  if (row.has_mention) needs.push('mention');
  if (row.needs_decision) needs.push('suggestion');
  return {
    id: row.id,
    title: row.title,
    branch: row.branch,
    project: { id: row.project_id, name: row.project_name, slug: row.project_slug },
    needs,
    isRunning: row.is_running,
    faces: distinctFaces(row.faces).slice(0, 5),
    lastStep: lastStep(row),
    lastActivityAt: row.last_activity_at,
  };
}

/** Each run has an id of its own; the same agent shows once. */
function distinctFaces(faces: HomeRow['faces']): HomeRow['faces'] {
  const seen = new Set<string>();
  return faces.filter((one) => {
    const key = one.kind === 'run' ? `run ${one.name}` : `person ${one.id}`;
    return !seen.has(key) && seen.add(key);
  });
}

function lastStep(row: z.infer<typeof sqlRow>): HomeRow['lastStep'] {
  if (!row.step_body || !row.step_actor || !row.step_at) return null;
  const text = describeStep(row.step_body);
  return text === undefined ? null : { by: row.step_actor.name, text, at: row.step_at };
}
