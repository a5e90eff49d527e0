import { Text } from '@mantine/core';
import { TimeAgo } from '@/components/ui/time-ago.tsx';
import type { PoliciesData } from './policies-page.tsx';

/** Which version decides now, since when, by whom and why. */
export function InForce({ policies, teamId }: { policies: PoliciesData; teamId: string | null }) {
  if (policies.number === 0)
    return (
      <Text>
        {teamId === null
          ? 'The rules that Ensemble comes with are in force.'
          : 'This team has no rules of its own: what the installation permits is permitted.'}
      </Text>
    );
  return (
    <Text>
      <b>Version {policies.number}</b> is in force, published by {policies.publishedBy}{' '}
      {policies.publishedAt && <TimeAgo at={policies.publishedAt} />}: {policies.reason}
    </Text>
  );
}
