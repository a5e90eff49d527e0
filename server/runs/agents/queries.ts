import { asc, eq } from 'drizzle-orm';
import { schema } from '../../../db/client.ts';
import { requireOperator } from '../../auth/require-operator.ts';
import type { Context } from '../../context.ts';
import type { CustomAgentRow } from './custom-agent-input.ts';

/** What is or was done about an agent of others. */
export type AgentChangeView = Pick<
  typeof schema.agentInstall.$inferSelect,
  'agent' | 'version' | 'state' | 'wish' | 'progress' | 'error' | 'requestedBy' | 'requestedAt' | 'finishedAt'
>;

const shown = {
  agent: schema.agentInstall.agent,
  version: schema.agentInstall.version,
  state: schema.agentInstall.state,
  wish: schema.agentInstall.wish,
  progress: schema.agentInstall.progress,
  error: schema.agentInstall.error,
  requestedBy: schema.agentInstall.requestedBy,
  requestedAt: schema.agentInstall.requestedAt,
  finishedAt: schema.agentInstall.finishedAt,
};

/** All installations that were ever asked for. Installation admins only. */
export async function listAgentChanges(ctx: Context): Promise<AgentChangeView[]> {
  await requireOperator(ctx);
  return ctx.db.select(shown).from(schema.agentInstall).orderBy(asc(schema.agentInstall.agent));
}

/** The last one of an agent. Installation admins only. */
export async function findAgentChange(ctx: Context, agent: string): Promise<AgentChangeView | undefined> {
  await requireOperator(ctx);
  const [row] = await ctx.db.select(shown).from(schema.agentInstall).where(eq(schema.agentInstall.agent, agent));
  return row;
}

/** An agent that an admin named, without the values of its variables. */
export type CustomAgentView = Omit<CustomAgentRow, 'envSealed' | 'createdBy' | 'createdAt'>;

/** All agents that admins named. Installation admins only. */
export async function listCustomAgents(ctx: Context): Promise<CustomAgentView[]> {
  return (await customAgentRows(ctx)).map(({ envSealed: _values, createdBy: _by, createdAt: _at, ...row }) => row);
}

/** The same with everything, for the workers that run them. */
export async function customAgentRows(ctx: Context): Promise<CustomAgentRow[]> {
  await requireOperator(ctx);
  return ctx.db.select().from(schema.customAgent).orderBy(asc(schema.customAgent.name));
}
