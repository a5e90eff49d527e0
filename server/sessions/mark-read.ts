import { eq, sql } from 'drizzle-orm';
import { schema } from '../../db/client.ts';
import { authorizeParticipant } from '../auth/authorize-participant.ts';
import type { Context } from '../context.ts';

/**
 * Notes up to where the actor has read a session. Never goes back. A mark of one's own reading is not audited, like
 * heartbeats and room updates.
 */
export async function markRead(ctx: Context, input: { sessionId: string; seq: number }): Promise<void> {
  const { session, teamId, actor } = await authorizeParticipant(ctx, input.sessionId, 'view');
  const { sessionRead, sessionEventCounter } = schema;
  const [counter] = await ctx.db
    .select({ lastSeq: sessionEventCounter.lastSeq })
    .from(sessionEventCounter)
    .where(eq(sessionEventCounter.sessionId, session.id));
  const seq = Math.min(input.seq, counter?.lastSeq ?? 0);
  await ctx.db
    .insert(sessionRead)
    .values({ sessionId: session.id, personId: actor.personId, teamId, seq })
    .onConflictDoUpdate({
      target: [sessionRead.sessionId, sessionRead.personId],
      set: { seq: sql`greatest(${sessionRead.seq}, excluded.seq)` },
    });
}
