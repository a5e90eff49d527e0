import { Center, Group, Text } from '@mantine/core';
import type { Metadata } from 'next';
import { cookies } from 'next/headers';
import { redirect } from 'next/navigation';
import { AuthCard } from '@/components/auth/auth-card.tsx';
import { FirstTeamForm } from '@/components/auth/first-team-form.tsx';
import { SignOutButton } from '@/components/auth/sign-out-button.tsx';
import { api } from '@/server/api/caller.ts';

export const metadata: Metadata = { title: 'Start' };

/** Leads to the team seen last on this device, else to the first; says what to do when there is none. */
export default async function StartPage() {
  const me = await (await api()).identity.me();
  if (!me) redirect('/sign-in');
  const last = (await cookies()).get('ensemble-team')?.value;
  const team = me.teams.find(({ slug }) => slug === last) ?? me.teams[0];
  if (team) redirect(`/${team.slug}` as never);
  return (
    <Center component="main" mih="100vh" p="lg">
      <AuthCard
        title="You are in no team yet"
        lead={`You are signed in as ${me.email}. Projects and sessions belong to teams.`}
      >
        {me.isInstallationAdmin ? (
          <FirstTeamForm />
        ) : (
          <Text>Ask the admin of a team for an invitation link, and open it in this browser.</Text>
        )}
        <Group>
          <SignOutButton />
        </Group>
      </AuthCard>
    </Center>
  );
}
