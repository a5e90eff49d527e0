import { and, eq, sql } from 'drizzle-orm';
import { schema } from '../../../db/client.ts';
import type { Context } from '../../context.ts';

/**
 * Something that is another as soon as a text, a path or the state of a session has changed. It is read from the rows that
 * every change becomes before anyone sees it, whichever process owns the room.
 */
export async function roomVersion(
  ctx: Context,
  { sessionId, teamId }: { sessionId: string; teamId: string },
): Promise<string> {
  const { session, roomUpdate, roomSnapshot } = schema;
  const last = sql<string>`(select max(${roomUpdate.id}) from ${roomUpdate} where ${roomUpdate.sessionId} = ${sessionId})`;
  const folded = sql<string>`(select ${roomSnapshot.throughId} from ${roomSnapshot} where ${roomSnapshot.sessionId} = ${sessionId})`;
  const [row] = await ctx.db
    .select({ headCommit: session.headCommit, lastUpdate: sql<string>`greatest(${last}, ${folded}, 0)` })
    .from(session)
    .where(and(eq(session.id, sessionId), eq(session.teamId, teamId)));
  return `${row?.headCommit ?? ''} ${row?.lastUpdate ?? ''}`;
}
