import { notInArray, sql } from 'drizzle-orm';
import { z } from 'zod';
import { schema } from '../../../db/client.ts';
import { appendAudit } from '../../audit/append.ts';
import { authorizeInstallation } from '../../auth/authorize.ts';
import { requireOperator } from '../../auth/require-operator.ts';
import { withTransaction, type Context } from '../../context.ts';
import { actorRef } from '../../core/actor.ts';
import { AppError } from '../../core/errors.ts';
import { enqueue } from '../../jobs/queue.ts';
import { listAgents } from '../list-agents.ts';

export const agentChangeInput = z.object({ agent: z.string().min(1).max(100) });

/**
 * Asks for an agent of others to be installed, in the version that this installation's workers know, or to be uninstalled.
 * Installation admins only. A worker does it.
 * @throws AppError `unsupported` for an agent that is not installed that way, `conflict` while it is being changed already
 */
export async function requestAgentChange(
  ctx: Context,
  given: z.input<typeof agentChangeInput>,
  wish: 'install' | 'uninstall',
): Promise<void> {
  await authorizeInstallation(ctx);
  const { agent } = agentChangeInput.parse(given);
  const version = (await listAgents(ctx)).find(({ name }) => name === agent)?.installation?.version;
  if (version === undefined)
    throw new AppError('unsupported', `There is no agent called ${agent} that could be installed or uninstalled.`);
  await queueAgentChange(ctx, { agent, version, wish });
}

/** The same for an operator at the server, who says the version. @throws AppError `conflict` while it is being changed */
export async function queueAgentChange(
  ctx: Context,
  change: { agent: string; version: string; wish: 'install' | 'uninstall' },
): Promise<void> {
  await requireOperator(ctx);
  const { agent, version, wish } = change;
  await withTransaction(ctx, async (tx) => {
    const { agentInstall } = schema;
    const asked = {
      version,
      wish,
      state: 'waiting' as const,
      progress: null,
      error: null,
      requestedBy: tx.actor ? actorRef(tx.actor).name : '',
      heartbeatAt: null,
      finishedAt: null,
    };
    const taken = await tx.db
      .insert(agentInstall)
      .values({ agent, ...asked })
      .onConflictDoUpdate({
        target: agentInstall.agent,
        set: { ...asked, requestedAt: sql`now()` },
        setWhere: notInArray(agentInstall.state, ['waiting', 'working']),
      })
      .returning({ agent: agentInstall.agent });
    if (taken.length === 0)
      throw new AppError(
        'conflict',
        'This agent is being installed or uninstalled already. Wait until that has ended.',
      );
    await appendAudit(tx, {
      teamId: null,
      action: `agent.${wish}`,
      resource: { type: 'agent', id: agent },
      detail: { version },
    });
    await enqueue(tx, 'agent', { payload: { agent } });
  });
}
