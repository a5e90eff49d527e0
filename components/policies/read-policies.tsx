'use client';

import { Stack, Text } from '@mantine/core';
import { InForce } from './in-force.tsx';
import type { PoliciesData, PolicyTeam } from './policies-page.tsx';
import { RuleList } from './rule-list.tsx';
import { TryPolicies } from './try-policies.tsx';
import { useChoices } from './use-choices.ts';

type ReadPoliciesProps = { team: PolicyTeam; teamId: string | null; policies: PoliciesData; myId: string };

/** The rules for those who live under them: what they say, and what they would say to a question of one's own. */
export function ReadPolicies({ team, teamId, policies, myId }: ReadPoliciesProps) {
  const choices = useChoices(team);
  return (
    <Stack gap="lg">
      <Stack gap="sm">
        <InForce policies={policies} teamId={teamId} teamSlug={team.slug} />
        <RuleList policies={policies.policies} names={choices.names} />
        <Text c="dimmed" size="sm">
          {teamId === null ? 'Installation admins change these.' : 'A team admin can change these.'}
        </Text>
      </Stack>
      <TryPolicies team={team} choices={choices} myId={myId} />
    </Stack>
  );
}
