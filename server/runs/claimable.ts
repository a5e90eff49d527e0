import { and, eq, inArray, isNull, lt, notExists, or, sql, type SQL } from 'drizzle-orm';
import { alias } from 'drizzle-orm/pg-core';
import { schema } from '../../db/client.ts';
import type { Context } from '../context.ts';
import { defaultRunLimits } from '../core/run-limits.ts';

/** A number of our own among the advisory locks of the database. */
const lockClass = 7_263_611;

/**
 * Whoever claims a run of a team waits here for others who do, until the transaction ends: so the number of runs at work is still
 * true when one is added.
 */
export async function lockTeamRuns(tx: Context, teamId: string): Promise<void> {
  await tx.db.execute(sql`select pg_advisory_xact_lock(${lockClass}, hashtext(${teamId}))`);
}

/** In an archived session, runs stay queued until it is brought back. */
export const isOpenSession = () => and(isNull(schema.session.deletedAt), isNull(schema.session.archivedAt));

/** No run of the session is at work, and none is queued before this one. */
export function hasItsTurn(ctx: Context): SQL {
  const { run } = schema;
  const other = alias(run, 'other');
  return notExists(
    ctx.db
      .select({ one: sql`1` })
      .from(other)
      .where(
        and(
          eq(other.sessionId, run.sessionId),
          or(
            inArray(other.state, ['running', 'waiting']),
            and(eq(other.state, 'queued'), lt(other.position, run.position)),
          ),
        ),
      ),
  );
}

/** Neither its team nor its asker has as many runs at work as they may. Only under `lockTeamRuns` is that more than a hint. */
export const isWithinLimits = (): SQL => sql`exists (
  select 1 from team t where t.id = ${schema.run.teamId}
    and (select count(*) from run a where a.team_id = t.id and a.state in ('running', 'waiting'))
      < coalesce(t.max_runs, ${defaultRunLimits.team})
    and (select count(*) from run a where a.team_id = t.id and a.asked_by = ${schema.run.askedBy}
        and a.state in ('running', 'waiting'))
      < coalesce(t.max_runs_per_person, ${defaultRunLimits.person}))`;
