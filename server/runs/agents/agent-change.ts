import { and, eq, lt, or, sql } from 'drizzle-orm';
import { schema } from '../../../db/client.ts';
import { appendAudit } from '../../audit/append.ts';
import { requireOperator } from '../../auth/require-operator.ts';
import { withTransaction, type Context } from '../../context.ts';

/** What a worker does with the wish for an agent of others: takes it, says how far it is, and ends it. */

export type AgentChange = typeof schema.agentInstall.$inferSelect;

/** A worker without a sign of life for so long is dead, and another goes on in its place. */
const silenceSeconds = 15;

/** Takes what is asked for an agent; of several processes one gets it. @returns undefined when there is nothing to do */
export async function claimAgentChange(ctx: Context, agent: string): Promise<AgentChange | undefined> {
  await requireOperator(ctx);
  const { agentInstall } = schema;
  return withTransaction(ctx, async (tx) => {
    const [claimed] = await tx.db
      .update(agentInstall)
      .set({ state: 'working', heartbeatAt: sql`now()`, progress: null })
      .where(
        and(
          eq(agentInstall.agent, agent),
          or(
            eq(agentInstall.state, 'waiting'),
            and(
              eq(agentInstall.state, 'working'),
              lt(agentInstall.heartbeatAt, sql`now() - make_interval(secs => ${silenceSeconds})`),
            ),
          ),
        ),
      )
      .returning();
    if (claimed) {
      const { version, wish } = claimed;
      await appendAudit(tx, {
        teamId: null,
        action: 'agent.claim_change',
        resource: { type: 'agent', id: agent },
        detail: { wish, version },
      });
    }
    return claimed;
  });
}

/** A sign of life, with how far it is. */
export async function noteAgentProgress(ctx: Context, { agent }: AgentChange, progress: string): Promise<void> {
  const { agentInstall } = schema;
  await ctx.db
    .update(agentInstall)
    .set({ progress, heartbeatAt: sql`now()` })
    .where(and(eq(agentInstall.agent, agent), eq(agentInstall.state, 'working')));
}

/** `again`: it was not finished, and the next process that looks takes it up. */
export type ChangeEnd = { state: 'done' } | { state: 'failed'; error: string } | { state: 'again' };

export async function endAgentChange(
  ctx: Context,
  { agent, wish, version }: AgentChange,
  end: ChangeEnd,
): Promise<void> {
  await requireOperator(ctx);
  const { agentInstall } = schema;
  await withTransaction(ctx, async (tx) => {
    const set =
      end.state === 'again'
        ? { state: 'waiting' as const, heartbeatAt: null }
        : { state: end.state, error: end.state === 'failed' ? end.error : null, finishedAt: sql`now()` };
    const ended = await tx.db
      .update(agentInstall)
      .set({ ...set, progress: null })
      .where(and(eq(agentInstall.agent, agent), eq(agentInstall.state, 'working')))
      .returning({ agent: agentInstall.agent });
    if (ended.length === 0) return;
    await appendAudit(tx, {
      teamId: null,
      action: 'agent.end_change',
      resource: { type: 'agent', id: agent },
      detail: { wish, version, ...end },
    });
  });
}
