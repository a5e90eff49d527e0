import { Anchor, Text } from '@mantine/core';
import Link from 'next/link';
import { TimeAgo } from '@/components/ui/time-ago.tsx';
import type { PoliciesData } from './policies-page.tsx';

type InForceProps = { policies: PoliciesData; teamId: string | null; teamSlug: string };

/** Which version decides now, since when, by whom and why; and where its denials are to be seen. */
export function InForce({ policies, teamId, teamSlug }: InForceProps) {
  return (
    <Text>
      <Version policies={policies} teamId={teamId} /> ·{' '}
      <Anchor inherit underline="always" component={Link} href={`/${teamSlug}/usage?view=calls&deniedBy=policy`}>
        Calls that policies denied
      </Anchor>
    </Text>
  );
}

function Version({ policies, teamId }: Omit<InForceProps, 'teamSlug'>) {
  if (policies.number === 0)
    return teamId === null
      ? 'The rules that Ensemble comes with are in force.'
      : 'This team has no rules of its own: what the installation permits is permitted.';
  return (
    <>
      <b>Version {policies.number}</b> is in force, published by {policies.publishedBy}{' '}
      {policies.publishedAt && <TimeAgo at={policies.publishedAt} />}: {policies.reason}
    </>
  );
}
