import { Anchor, Text } from '@mantine/core';
import type { Metadata } from 'next';
import { AuthCard } from '@/components/auth/auth-card.tsx';
import { SetUpForm } from '@/components/auth/set-up-form.tsx';
import { api } from '@/server/api/caller.ts';

export const metadata: Metadata = { title: 'Set up' };

export default async function SetUpPage({ searchParams }: { searchParams: Promise<{ token?: string | string[] }> }) {
  const { token = '' } = await searchParams;
  const secret = [token].flat()[0] ?? '';
  const state = await (await api()).identity.setUpLink({ token: secret.slice(0, 200) });
  if (state === 'done')
    return (
      <AuthCard title="Ensemble is set up already" lead="The first admin and team exist.">
        <Anchor href="/sign-in">Sign in</Anchor>
      </AuthCard>
    );
  if (state !== 'open')
    return (
      <AuthCard
        title={secret === '' ? 'Ensemble is not set up yet' : 'This set-up link does not work any more'}
        lead="The first admin is made with a link that the server prints when it starts. It works once, for a day."
      >
        <Text>Restart Ensemble and open the link it prints in the terminal or the log. Only the newest one works.</Text>
      </AuthCard>
    );
  return (
    <AuthCard
      title="Set up Ensemble"
      lead="You become the installation’s admin and the admin of its first team. This link works once."
    >
      <SetUpForm token={secret} />
    </AuthCard>
  );
}
