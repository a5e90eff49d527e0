import { and, asc, count, eq, max, sql } from 'drizzle-orm';
import { schema } from '../../../db/client.ts';
import { authorizeSession } from '../../auth/authorize.ts';
import type { Context } from '../../context.ts';

export type ThreadView = {
  id: string;
  agent: string;
  heldBy: { id: string; name: string };
  forkedFromRunId: string | null;
  /** The beginning of its first prompt; null while it has none. */
  title: string | null;
  turns: number;
  createdAt: Date;
  lastUsedAt: Date | null;
  /** Whether the caller's next prompt to the agent goes to it. */
  isMine: boolean;
};

const titleLength = 80;

/** The conversations of a session, in the order in which they began. */
export async function listThreads(ctx: Context, sessionId: string): Promise<ThreadView[]> {
  const { teamId, actor } = await authorizeSession(ctx, sessionId, 'view');
  const { agentThread, agentThreadChoice, person, run } = schema;
  const rows = await ctx.db
    .select({
      thread: agentThread,
      holder: person.name,
      choice: agentThreadChoice.threadId,
      turns: count(run.id),
      lastUsedAt: max(run.createdAt),
      title: sql<string | null>`(array_agg(left(${run.prompt}, ${titleLength}) order by ${run.createdAt}))[1]`,
    })
    .from(agentThread)
    .leftJoin(person, eq(person.id, agentThread.heldBy))
    .leftJoin(run, eq(run.threadId, agentThread.id))
    .leftJoin(
      agentThreadChoice,
      and(
        eq(agentThreadChoice.threadId, agentThread.id),
        eq(agentThreadChoice.teamId, teamId),
        eq(agentThreadChoice.personId, actor.personId),
      ),
    )
    .where(and(eq(agentThread.sessionId, sessionId), eq(agentThread.teamId, teamId)))
    .groupBy(agentThread.id, person.name, agentThreadChoice.threadId)
    .orderBy(asc(agentThread.createdAt), asc(agentThread.id));
  const chosen = new Set(rows.flatMap(({ thread, choice }) => (choice === null ? [] : [thread.agent])));
  const newest = new Map<string, { id: string; at: number }>();
  for (const { thread, lastUsedAt } of rows) {
    const at = lastUsedAt?.getTime() ?? 0;
    if (at > (newest.get(thread.agent)?.at ?? 0)) newest.set(thread.agent, { id: thread.id, at });
  }
  return rows.map(({ thread, holder, choice, turns, lastUsedAt, title }) => ({
    id: thread.id,
    agent: thread.agent,
    heldBy: { id: thread.heldBy, name: holder ?? 'Someone' },
    forkedFromRunId: thread.forkedFromRunId,
    title,
    turns,
    createdAt: thread.createdAt,
    lastUsedAt,
    isMine: chosen.has(thread.agent) ? choice !== null : newest.get(thread.agent)?.id === thread.id,
  }));
}
