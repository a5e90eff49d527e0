'use client';

import { Skeleton, Stack } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { refusalMessage } from '@/components/auth/refusal.ts';
import type { RouterOutputs } from '@/components/router-outputs.ts';
import { ScopeChoice, type RuleScope } from '@/components/settings/scope-choice.tsx';
import { useTRPC } from '@/components/trpc.tsx';
import { Fault } from '@/components/ui/fault.tsx';
import { ManagePolicies } from './manage-policies.tsx';
import { ReadPolicies } from './read-policies.tsx';

export type PoliciesData = RouterOutputs['policies']['get'];
/** The team whose settings these are; its people and projects are what rules speak of. */
export type PolicyTeam = { id: string; slug: string; name: string };

/** The rules of the team and of the installation: to change for who may, to read for everyone else. */
export function PoliciesPage({ team, myId }: { team: PolicyTeam; myId: string }) {
  const [scope, setScope] = useState<RuleScope>('team');
  return (
    <Stack gap="lg">
      <ScopeChoice value={scope} onChange={setScope} />
      <ScopeOfPolicies key={scope} team={team} teamId={scope === 'team' ? team.id : null} myId={myId} />
    </Stack>
  );
}

function ScopeOfPolicies({ team, teamId, myId }: { team: PolicyTeam; teamId: string | null; myId: string }) {
  const trpc = useTRPC();
  const policies = useQuery(trpc.policies.get.queryOptions({ teamId }));
  if (policies.error)
    return <Fault message={refusalMessage(policies.error) ?? ''} onRetry={() => void policies.refetch()} />;
  if (!policies.data) return <Skeleton height={240} role="img" aria-label="Loading" />;
  const { data } = policies;
  if (!data.mayManage) return <ReadPolicies team={team} teamId={teamId} policies={data} myId={myId} />;
  // Another version in force is another start for what is being written.
  return <ManagePolicies key={data.number} team={team} teamId={teamId} inForce={data} myId={myId} />;
}
