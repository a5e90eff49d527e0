import { Anchor, Button, Divider, Stack, Text } from '@mantine/core';
import type { Metadata } from 'next';
import { AuthCard } from '@/components/auth/auth-card.tsx';
import { AcceptInvitation, JoinForm } from '@/components/auth/invitation-forms.tsx';
import { SignOutButton } from '@/components/auth/sign-out-button.tsx';
import { api } from '@/server/api/caller.ts';

export const metadata: Metadata = { title: 'Join a team' };

type Invitation = Awaited<ReturnType<Awaited<ReturnType<typeof api>>['members']['invitation']>>;
type Open = Extract<Invitation, { state: 'open' }>;

export default async function InvitePage({ searchParams }: { searchParams: Promise<{ token?: string | string[] }> }) {
  const { token = '' } = await searchParams;
  const secret = ([token].flat()[0] ?? '').slice(0, 200);
  const { identity, members } = await api();
  const invitation = await members.invitation({ token: secret });
  if (invitation.state !== 'open') return <Ended invitation={invitation} />;
  const me = await identity.me();
  const here = `/invite?token=${encodeURIComponent(secret)}`;
  const title = `Join ${invitation.teamName}`;
  const lead = `${invitation.invitedBy} invites you to the team ${invitation.teamName} as ${article(invitation.role)}.`;
  if (me?.teams.some(({ slug }) => slug === invitation.teamSlug))
    return (
      <AuthCard
        title={`You are in ${invitation.teamName} already`}
        lead="The invitation is still good for someone else."
      >
        <Anchor href={`/${invitation.teamSlug}`}>Go to {invitation.teamName}</Anchor>
      </AuthCard>
    );
  if (me)
    return (
      <AuthCard title={title} lead={lead}>
        <SignedIn token={secret} invitation={invitation} email={me.email} here={here} />
      </AuthCard>
    );
  return (
    <AuthCard title={title} lead={lead}>
      <SignedOut token={secret} invitation={invitation} here={here} />
    </AuthCard>
  );
}

const article = (role: string) => `${/^[aeiou]/.test(role) ? 'an' : 'a'} ${role}`;

function SignedIn({
  token,
  invitation,
  email,
  here,
}: {
  token: string;
  invitation: Open;
  email: string;
  here: string;
}) {
  const forAnother = invitation.email !== null && invitation.email !== email;
  return (
    <Stack gap="md">
      <Text>
        {forAnother
          ? `You are signed in as ${email}, and this invitation is for ${invitation.email}. Sign out, then open it again.`
          : `You are signed in as ${email}.`}
      </Text>
      {!forAnother && <AcceptInvitation token={token} teamName={invitation.teamName} />}
      <SignOutButton label="Use another account" returnTo={here} />
    </Stack>
  );
}

function SignedOut({ token, invitation, here }: { token: string; invitation: Open; here: string }) {
  const signIn = `/sign-in?callbackUrl=${encodeURIComponent(here)}`;
  if (invitation.hasAccount)
    return (
      <Stack gap="md">
        <Text>{invitation.email} has an account. Sign in with it to join.</Text>
        <Button component="a" href={signIn} size="sm">
          Sign in
        </Button>
      </Stack>
    );
  return (
    <Stack gap="md">
      <JoinForm token={token} email={invitation.email} />
      <Divider />
      <Text>
        Have an account? <Anchor href={signIn}>Sign in to join with it</Anchor>
      </Text>
    </Stack>
  );
}

function Ended({ invitation }: { invitation: Exclude<Invitation, Open> }) {
  switch (invitation.state) {
    case 'used':
      return (
        <AuthCard title="This invitation was used already" lead="Each invitation works once.">
          <Text>If it was you, sign in. Otherwise ask {invitation.invitedBy} for another.</Text>
          <Anchor href="/sign-in">Sign in</Anchor>
        </AuthCard>
      );
    case 'expired':
      return <AuthCard title="This invitation has run out" lead={`Ask ${invitation.invitedBy} for another.`} />;
    case 'revoked':
      return (
        <AuthCard
          title="This invitation was withdrawn"
          lead={`Ask ${invitation.invitedBy} if you should have another.`}
        />
      );
    case 'unknown':
      return (
        <AuthCard
          title="There is no such invitation"
          lead="Check that you opened the whole link, or ask for another."
        />
      );
  }
}
