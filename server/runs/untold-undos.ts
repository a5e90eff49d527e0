import { and, asc, eq, inArray } from 'drizzle-orm';
import { schema } from '../../db/client.ts';
import type { Context } from '../context.ts';
import { sessionEventBody, type SessionEventBody } from '../core/session-event.ts';
import { undoneWords } from '../core/undo-words.ts';
import { appendRunEvent } from './append-run-event.ts';
import type { RunClaim, RunRow } from './run-claim.ts';

/** Files that people put back, and that the conversation's agent does not know of yet. */
export type UntoldUndo = { keptId: string; title: string; words: string };

const { sessionEvent } = schema;

/** Of these turns of a conversation, the first first. */
export async function untoldUndos(
  { db }: Context,
  { sessionId, teamId }: RunRow,
  runIds: readonly string[],
): Promise<UntoldUndo[]> {
  const rows = await db
    .select({ actor: sessionEvent.actor, body: sessionEvent.body })
    .from(sessionEvent)
    .where(
      and(
        eq(sessionEvent.sessionId, sessionId),
        eq(sessionEvent.teamId, teamId),
        inArray(sessionEvent.runId, [...runIds]),
        inArray(sessionEvent.type, ['files_put_back', 'undo_told']),
      ),
    )
    .orderBy(asc(sessionEvent.seq));
  const untold: UntoldUndo[] = [];
  for (const { actor, body } of rows) {
    const event: SessionEventBody = sessionEventBody.parse(body);
    if (event.type === 'files_put_back') {
      const by = actor.kind === 'person' ? actor.name : 'Someone';
      untold.push({ keptId: event.keptId, title: event.title, words: undoneWords({ by, ...event }) });
    } else if (event.type === 'undo_told') {
      const at = untold.findIndex(({ keptId }) => keptId === event.keptId);
      if (at >= 0) untold.splice(at, 1);
    }
  }
  return untold;
}

/** Says in the log that the agent knows it. @throws RunLostError */
export async function recordUndoTold(ctx: Context, claim: RunClaim, { keptId, title }: UntoldUndo): Promise<void> {
  await appendRunEvent(ctx, claim, { type: 'undo_told', runId: claim.runId, keptId, title });
}
