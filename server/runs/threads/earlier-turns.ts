import { and, desc, eq, isNotNull, lt, ne } from 'drizzle-orm';
import { schema } from '../../../db/client.ts';
import type { Context } from '../../context.ts';
import type { RunRow } from '../run-claim.ts';

/** How far back a turn looks for what it goes on from. */
const maxTurns = 50;

/**
 * The turns that a run goes on from, newest first: those of its conversation that have begun before it, then those before the
 * turn after which the conversation left another one.
 */
export async function earlierTurns(ctx: Context, run: RunRow): Promise<RunRow[]> {
  const line: RunRow[] = [];
  let threadId = run.threadId;
  let before: Date | null = null;
  while (threadId !== null && line.length < maxTurns) {
    line.push(...(await turnsOf(ctx, { run, threadId, before })));
    const left = await leftAfter(ctx, run, threadId);
    if (!left) break;
    line.push(left);
    threadId = left.threadId;
    before = left.startedAt;
  }
  return line.slice(0, maxTurns);
}

type Stretch = { run: RunRow; threadId: string; before: Date | null };

function turnsOf(ctx: Context, { run: { id, teamId }, threadId, before }: Stretch): Promise<RunRow[]> {
  const { run } = schema;
  return ctx.db
    .select()
    .from(run)
    .where(
      and(
        eq(run.threadId, threadId),
        eq(run.teamId, teamId),
        ne(run.id, id),
        isNotNull(run.finishedAt),
        before ? lt(run.startedAt, before) : isNotNull(run.startedAt),
      ),
    )
    .orderBy(desc(run.startedAt))
    .limit(maxTurns);
}

async function leftAfter(ctx: Context, { teamId, sessionId }: RunRow, threadId: string): Promise<RunRow | undefined> {
  const { run, agentThread } = schema;
  const [row] = await ctx.db
    .select({ run })
    .from(agentThread)
    .innerJoin(run, eq(run.id, agentThread.forkedFromRunId))
    .where(
      and(
        eq(agentThread.id, threadId),
        eq(agentThread.teamId, teamId),
        eq(run.teamId, teamId),
        eq(run.sessionId, sessionId),
      ),
    );
  return row?.run;
}
