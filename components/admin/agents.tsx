'use client';

import { useQuery, useQueryClient } from '@tanstack/react-query';
import type { RouterOutputs } from '@/components/router-outputs.ts';
import { Rows, Section } from '@/components/settings/section.tsx';
import { useTRPC } from '@/components/trpc.tsx';
import { AgentRow } from './agent-row.tsx';

export type Agent = RouterOutputs['runs']['agents'][number];
export type AgentChange = RouterOutputs['agents']['changes'][number];

const isAtWork = ({ state }: AgentChange) => state === 'waiting' || state === 'working';

/** All agents of the installation, what they are, and whether they can run. Admins install and uninstall here. */
export function Agents({ isAdmin }: { isAdmin: boolean }) {
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const changes = useQuery(
    trpc.agents.changes.queryOptions(undefined, {
      enabled: isAdmin,
      refetchInterval: (query) => (query.state.data?.some(isAtWork) === true ? 1_000 : false),
    }),
  );
  const isChanging = changes.data?.some(isAtWork) === true;
  // Workers tell what they have every few seconds.
  const agents = useQuery(trpc.runs.agents.queryOptions(undefined, { refetchInterval: isChanging ? 1_000 : 5_000 }));
  const refresh = () =>
    Promise.all([
      queryClient.invalidateQueries(trpc.agents.pathFilter()),
      queryClient.invalidateQueries(trpc.runs.agents.queryFilter()),
    ]);
  return (
    <Section
      title="All agents"
      lead="Those that come with Ensemble, and those of others, which are not shipped and can be installed."
    >
      <Rows
        query={agents}
        empty="No worker has started yet, so no agent is known. Start one (ENSEMBLE_ROLE=worker)."
        render={(agent) => (
          <AgentRow
            key={agent.name}
            agent={agent}
            change={changes.data?.find((change) => change.agent === agent.name)}
            isAdmin={isAdmin}
            onChanged={refresh}
          />
        )}
      />
    </Section>
  );
}
