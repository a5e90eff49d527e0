import { desc, gt, sql } from 'drizzle-orm';
import { schema } from '../../db/client.ts';
import { requirePerson } from '../auth/authorize.ts';
import type { Context } from '../context.ts';
import type { AgentDescription } from '../core/agent-description.ts';
import { AppError } from '../core/errors.ts';

/** A worker without a sign of life for this long is gone. */
const goneAfterSeconds = 20;

/** The agents that the installation's workers offer; one that runs on any live worker is available. */
export async function listAgents(ctx: Context): Promise<AgentDescription[]> {
  requirePerson(ctx);
  return knownAgents(ctx);
}

/** The same, for use cases that have authorized otherwise. */
export async function knownAgents(ctx: Context): Promise<AgentDescription[]> {
  const { worker } = schema;
  const workers = await ctx.db
    .select({
      agents: worker.agents,
      isLive: sql<boolean>`${worker.heartbeatAt} > now() - make_interval(secs => ${goneAfterSeconds})`,
    })
    .from(worker)
    .where(gt(worker.heartbeatAt, sql`now() - interval '7 days'`))
    .orderBy(desc(worker.heartbeatAt));
  const live = workers.filter(({ isLive }) => isLive);
  // While no worker answers (a restart, say) the last one's agents count: their runs wait in the queue.
  const offering = live.length > 0 ? live : workers.slice(0, 1);
  const byName = new Map<string, AgentDescription>();
  for (const agent of offering.flatMap(({ agents }) => agents)) {
    const known = byName.get(agent.name);
    if (!known || (!known.availability.ok && agent.availability.ok)) byName.set(agent.name, agent);
  }
  return [...byName.values()].sort((a, b) => a.name.localeCompare(b.name));
}

/** The agents that another live worker can run and the one with `own` cannot: it leaves their runs to the others. */
export async function agentsOfOthers(ctx: Context, own: readonly AgentDescription[]): Promise<string[]> {
  const runnable = new Set(own.flatMap(({ name, availability }) => (availability.ok ? [name] : [])));
  const known = await knownAgents(ctx);
  return known.flatMap(({ name, availability }) => (availability.ok && !runnable.has(name) ? [name] : []));
}

/**
 * The agent with this name, able to run.
 * @throws AppError `unsupported` with the reason and what to do
 */
export async function requireAgent(ctx: Context, name: string): Promise<AgentDescription> {
  const agents = await knownAgents(ctx);
  const agent = agents.find((candidate) => candidate.name === name);
  if (!agent) {
    const known = agents.map((candidate) => candidate.name).join(', ');
    throw new AppError(
      'unsupported',
      known === ''
        ? `No worker has started yet, so the agent ${name} is not known. Start one (ENSEMBLE_ROLE=worker), then send the prompt again.`
        : `There is no agent called ${name} on this installation. Choose one of: ${known}.`,
    );
  }
  if (!agent.availability.ok) {
    const { reason, fix } = agent.availability;
    throw new AppError('unsupported', `The agent ${agent.title} cannot run here. ${reason} ${fix}`, {
      details: { reason, fix },
    });
  }
  return agent;
}
