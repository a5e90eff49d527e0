import { and, desc, eq, exists, gt, isNull, lt, or, sql } from 'drizzle-orm';
import { schema } from '../../db/client.ts';
import { systemContext, type Context } from '../context.ts';
import type { CheckpointCause } from '../core/checkpoint.ts';
import { isAppError } from '../core/errors.ts';
import type { JobPayloads } from '../jobs/queue.ts';
import { log } from '../platform/log.ts';
import { checkpointNow } from '../workspace/checkpoint.ts';

/** Points of activity are about this far apart; a little less, so that a schedule of ten minutes meets each. */
const pauseSeconds = 9 * 60;

type SessionOf = typeof schema.session.$inferSelect;

/**
 * The work behind the `checkpoint` queue: the point after a suggestion was accepted, or, without one, a point of each
 * session in which something changed since its last.
 */
export async function keepCheckpoints(payload: JobPayloads['checkpoint']): Promise<void> {
  const ctx = systemContext('checkpoints');
  if (payload.suggestionId !== undefined) return keepAccepted(ctx, payload.suggestionId, payload.all ?? false);
  for (const session of await changedSessions(ctx)) await keep(ctx, session, { type: 'activity' });
}

async function keepAccepted(ctx: Context, suggestionId: string, all: boolean): Promise<void> {
  const { suggestion, session, run } = schema;
  const [row] = await ctx.db
    .select({ session, agent: run.agent })
    .from(suggestion)
    .innerJoin(session, eq(session.id, suggestion.sessionId))
    .innerJoin(run, eq(run.id, suggestion.runId))
    .where(and(eq(suggestion.id, suggestionId), eq(suggestion.teamId, session.teamId)));
  if (row) await keep(ctx, row.session, { type: 'accept', suggestionId, agent: row.agent, all });
}

/** A room that does not answer is asked again ten minutes later. */
async function keep(ctx: Context, session: SessionOf, cause: CheckpointCause): Promise<void> {
  try {
    await checkpointNow(ctx, session, { cause });
  } catch (error) {
    if (!isAppError(error)) throw error;
    log().warn({ err: error, sessionId: session.id }, 'could not keep a checkpoint; the next turn does');
  }
}

/** Active sessions whose room or files moved on since their last point, if that is long enough ago. */
async function changedSessions(ctx: Context): Promise<SessionOf[]> {
  const { session, sessionCheckpoint, roomUpdate, roomContribution, sessionEvent } = schema;
  const last = ctx.db
    .selectDistinctOn([sessionCheckpoint.sessionId], {
      sessionId: sessionCheckpoint.sessionId,
      teamId: sessionCheckpoint.teamId,
      updateId: sessionCheckpoint.updateId,
      eventSeq: sessionCheckpoint.eventSeq,
      createdAt: sessionCheckpoint.createdAt,
    })
    .from(sessionCheckpoint)
    .where(eq(sessionCheckpoint.teamId, sql`${sessionCheckpoint.teamId}`))
    .orderBy(sessionCheckpoint.sessionId, desc(sessionCheckpoint.id))
    .as('last');
  const typed = ctx.db
    .select({ one: sql`1` })
    .from(roomUpdate)
    .where(
      and(
        eq(roomUpdate.sessionId, session.id),
        eq(roomUpdate.teamId, session.teamId),
        gt(roomUpdate.id, last.updateId),
      ),
    );
  const folded = ctx.db
    .select({ one: sql`1` })
    .from(roomContribution)
    .where(
      and(
        eq(roomContribution.sessionId, session.id),
        eq(roomContribution.teamId, session.teamId),
        gt(roomContribution.lastUpdateId, last.updateId),
      ),
    );
  const changed = ctx.db
    .select({ one: sql`1` })
    .from(sessionEvent)
    .where(
      and(
        eq(sessionEvent.sessionId, session.id),
        eq(sessionEvent.teamId, session.teamId),
        eq(sessionEvent.type, 'files_changed'),
        gt(sessionEvent.seq, last.eventSeq),
      ),
    );
  const rows = await ctx.db
    .select({ session })
    .from(session)
    .innerJoin(last, eq(last.sessionId, session.id))
    .where(
      and(
        eq(last.teamId, session.teamId),
        isNull(session.archivedAt),
        isNull(session.deletedAt),
        lt(last.createdAt, sql`now() - make_interval(secs => ${pauseSeconds})`),
        or(exists(typed), exists(folded), exists(changed)),
      ),
    );
  return rows.map((row) => row.session);
}
