import type { AgentDescription } from '@/server/core/agent-description.ts';

type Asked = {
  agent: AgentDescription | undefined;
  /** Chosen and not offered now: nothing goes to another one instead. */
  gone?: string;
  /** The first that can be asked at all. */
  ready: AgentDescription | undefined;
};

/** To which of the agents the next prompt goes. `last` is whom its writer asked last; names are agents' own. */
export function whoIsAsked(
  agents: readonly AgentDescription[],
  { chosen, last }: { chosen: string | undefined; last: string | undefined },
): Asked {
  const named = (name: string | undefined) => agents.find((each) => each.name === name);
  const ready = agents.find((each) => each.availability.ok);
  if (chosen === undefined) return { agent: named(last) ?? ready ?? agents[0], ready };
  const agent = named(chosen);
  // Before the agents are known nobody is gone.
  return agent || agents.length === 0 ? { agent, ready } : { agent, ready, gone: chosen };
}
