import type { Context } from '../context.ts';
import { customAgentRows } from '../runs/agents/queries.ts';
import { customProfile } from './profiles/custom.ts';
import { agentProfiles, type AgentProfile } from './registry.ts';

/** Every agent of this installation: those that this version knows, and those that its admins named. */
export async function knownAgents(ctx: Context): Promise<AgentProfile[]> {
  const known = agentProfiles();
  const names = new Set(known.map(({ name }) => name));
  const named = (await customAgentRows(ctx)).filter(({ name }) => !names.has(name));
  return [...known, ...named.map(customProfile)];
}
