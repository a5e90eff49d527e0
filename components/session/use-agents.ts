'use client';

import { useQuery } from '@tanstack/react-query';
import { useTRPC } from '@/components/trpc.tsx';
import type { AgentDescription } from '@/server/core/agent-description.ts';
import { useSession } from './session-context.tsx';

/** The agents that can be asked here; none for guests, who see them by their names. */
export function useAgents(): { agents: readonly AgentDescription[]; titleOf: (name: string) => string } {
  const { session } = useSession();
  const trpc = useTRPC();
  const query = useQuery(
    trpc.runs.agents.queryOptions(undefined, { refetchInterval: 30_000, enabled: !session.isGuest }),
  );
  const agents = query.data ?? [];
  return { agents, titleOf: (name) => agents.find((agent) => agent.name === name)?.title ?? name };
}
