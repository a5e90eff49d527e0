import { Anchor, Text } from '@mantine/core';
import type { Metadata } from 'next';
import { AuthCard } from '@/components/auth/auth-card.tsx';
import { ResetForm } from '@/components/auth/reset-form.tsx';
import { api } from '@/server/api/caller.ts';

export const metadata: Metadata = { title: 'Set a password' };

const ended = {
  used: 'This link was used already; it works once.',
  expired: 'This link has run out, or a newer one took its place.',
  unknown: 'There is no such link. Check that you opened the whole address.',
} as const;

export default async function ResetPage({ searchParams }: { searchParams: Promise<{ token?: string | string[] }> }) {
  const { token = '' } = await searchParams;
  const secret = ([token].flat()[0] ?? '').slice(0, 200);
  const link = await (await api()).identity.resetLink({ token: secret });
  if (link.state !== 'open')
    return (
      <AuthCard title="This link does not work any more" lead={ended[link.state]}>
        <Text>Ask an installation admin for a new link, or sign in with the password you have.</Text>
        <Anchor href="/sign-in">Sign in</Anchor>
      </AuthCard>
    );
  return (
    <AuthCard title="Set a password" lead={`For ${link.email}. This link works once.`}>
      <ResetForm token={secret} email={link.email} />
    </AuthCard>
  );
}
