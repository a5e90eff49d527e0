import { eq, sql } from 'drizzle-orm';
import { schema, type DatabaseOrTransaction } from '../../db/client.ts';
import type { ActorRef } from '../core/actor.ts';
import type { SessionEventBody } from '../core/session-event.ts';
import { notify } from '../platform/notify.ts';

export type NewSessionEvent = { sessionId: string; teamId: string; actor: ActorRef; body: SessionEventBody };

/**
 * Appends to a session's log and tells those who watch it, when the surrounding transaction commits. `seq` comes from
 * a counter row of the session's own, which also serialises the writers of one session.
 * @returns the entry's `seq`
 */
export async function appendSessionEvent(db: DatabaseOrTransaction, event: NewSessionEvent): Promise<number> {
  const counter = schema.sessionEventCounter;
  const [row] = await db
    .insert(counter)
    .values({ sessionId: event.sessionId, lastSeq: 1 })
    .onConflictDoUpdate({ target: counter.sessionId, set: { lastSeq: sql`${counter.lastSeq} + 1` } })
    .returning({ seq: counter.lastSeq });
  if (!row) throw new Error(`no event counter for ${event.sessionId}`);
  await db.insert(schema.sessionEvent).values({
    sessionId: event.sessionId,
    seq: row.seq,
    teamId: event.teamId,
    type: event.body.type,
    runId: 'runId' in event.body ? event.body.runId : null,
    actor: event.actor,
    body: event.body,
  });
  await db
    .update(schema.session)
    .set({ lastActivityAt: sql`now()` })
    .where(eq(schema.session.id, event.sessionId));
  await notify(db, 'session_event', `${event.sessionId}:${row.seq}`);
  return row.seq;
}

/**
 * Keeps others from writing to a session's log until the transaction ends: for what is looked up before it is written. Whoever
 * changes queued runs takes the log first, as those do who append and then order the queue; a run at work is locked
 * before the log.
 */
export async function lockEventLog(db: DatabaseOrTransaction, sessionId: string): Promise<void> {
  const counter = schema.sessionEventCounter;
  await db
    .insert(counter)
    .values({ sessionId, lastSeq: 0 })
    .onConflictDoUpdate({ target: counter.sessionId, set: { lastSeq: sql`${counter.lastSeq}` } });
}
