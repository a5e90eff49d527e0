'use client';

import { Anchor, Button, Group, Loader, Stack, Text, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { AuthCard } from '@/components/auth/auth-card.tsx';
import { refusalMessage } from '@/components/auth/refusal.ts';
import { SignOutButton } from '@/components/auth/sign-out-button.tsx';
import { enterAsGuest } from '@/components/auth/sign-in-with-password.ts';
import type { RouterOutputs } from '@/components/router-outputs.ts';
import { useTRPC } from '@/components/trpc.tsx';
import { Fault } from '@/components/ui/fault.tsx';
import { guestNameField } from '@/server/core/guest-access.ts';
import { fieldProblem } from '@/server/core/identity-fields.ts';

type View = RouterOutputs['sharing']['link'];
type Open = Extract<View, { state: 'open' }>;
type Known = Extract<Open['visitor'], { name: string }>;

/** How often somebody who waits asks: a proxy that cuts streams keeps nobody waiting without words. */
const askMs = 2_000;

const isWaiting = (view: View | undefined) =>
  view?.state === 'open' && 'place' in view.visitor && view.visitor.place?.standing === 'waiting';

/** From a link into its session; every way it can end has its words. */
export function JoinSession({ token, initial }: { token: string; initial: View }) {
  const trpc = useTRPC();
  const link = useQuery(
    trpc.sharing.link.queryOptions(
      { token },
      {
        initialData: initial,
        refetchInterval: ({ state }) => (isWaiting(state.data) ? askMs : false),
        refetchIntervalInBackground: true,
        retry: false,
      },
    ),
  );
  const knock = useMutation(trpc.sharing.knock.mutationOptions({ onSettled: () => link.refetch() }));
  const view = link.data;
  if (view.state === 'ended') return <AuthCard title="This link does not lead in" lead={view.message} />;
  const { visitor } = view;
  const fault = refusalMessage(knock.error);
  const onKnock = () => knock.mutate({ token });
  if (visitor.kind === 'nobody') return <Named view={view} token={token} onNamed={onKnock} fault={fault} />;
  if (visitor.kind === 'member') return <Member view={view} path={`/${visitor.teamSlug}/sessions/${view.sessionId}`} />;
  const standing = visitor.place?.standing;
  if (standing === 'in') return <GoIn path={`/guest/${view.sessionId}`} />;
  if (standing === 'waiting')
    return <Waiting view={view} lost={link.isError} onStopped={() => void link.refetch()} name={visitor.name} />;
  return <MayKnock view={view} visitor={visitor} fault={fault} busy={knock.isPending} onKnock={onKnock} />;
}

const may: Record<Open['level'], string> = {
  view: 'look around in it',
  comment: 'look around and comment in it',
  edit: 'look around, comment and edit its files',
};

function leadOf({ invitedBy, teamName, level, asksFirst }: Open): string {
  const how = asksFirst ? ' Someone in the session lets you in.' : '';
  return `${invitedBy} of the team ${teamName} invites you to this session. You may ${may[level]}.${how}`;
}

/** Somebody whom this browser does not know yet. */
function Named(props: { view: Open; token: string; fault: string | undefined; onNamed: () => void }) {
  const { view, token, onNamed } = props;
  const [busy, setBusy] = useState(false);
  const [fault, setFault] = useState<string>();
  const form = useForm({
    mode: 'uncontrolled',
    initialValues: { name: '' },
    validate: { name: (value) => fieldProblem(guestNameField, value) },
  });
  async function submit({ name }: { name: string }): Promise<void> {
    setBusy(true);
    setFault(undefined);
    const result = await enterAsGuest(token, name);
    setBusy(false);
    if (result.ok) onNamed();
    else setFault(result.message);
  }
  const words = fault ?? props.fault;
  return (
    <AuthCard title={`Join “${view.title}”`} lead={leadOf(view)}>
      <form method="post" onSubmit={form.onSubmit((values) => void submit(values))} noValidate>
        <Stack gap="md">
          {words !== undefined && <Fault message={words} />}
          <TextInput
            label="Your name"
            description="Others see it with “(guest)” behind it"
            name="name"
            autoComplete="name"
            autoFocus
            maxLength={80}
            key={form.key('name')}
            {...form.getInputProps('name')}
          />
          <Button type="submit" size="sm" loading={busy}>
            {view.asksFirst ? 'Ask to join' : 'Join'}
          </Button>
        </Stack>
      </form>
      <Text c="dimmed">
        Have an account here?{' '}
        <Anchor href={`/sign-in?callbackUrl=${encodeURIComponent(`/join/${token}`)}`}>Sign in</Anchor>
      </Text>
    </AuthCard>
  );
}

function Member({ view, path }: { view: Open; path: string }) {
  return (
    <AuthCard title={`“${view.title}” is open to you`} lead="You are in the team: you need no link.">
      <Button component="a" href={path} size="sm">
        Open the session
      </Button>
    </AuthCard>
  );
}

/** Leaves the link behind, with its secret. */
function GoIn({ path }: { path: string }) {
  return (
    <AuthCard title="You are in">
      <Group gap="sm" ref={(element) => void (element && window.location.replace(path))}>
        <Loader size="sm" />
        <Anchor href={path}>Open the session</Anchor>
      </Group>
    </AuthCard>
  );
}

function Waiting(props: { view: Open; name: string; lost: boolean; onStopped: () => void }) {
  const { view, name, lost, onStopped } = props;
  const trpc = useTRPC();
  const leave = useMutation(trpc.sharing.leave.mutationOptions({ onSettled: onStopped }));
  const fault = refusalMessage(leave.error);
  return (
    <AuthCard
      title="Waiting for someone in the session to let you in"
      lead={`“${view.title}” of the team ${view.teamName}`}
    >
      <Stack gap="md" role="status" aria-live="polite">
        <Group gap="sm" wrap="nowrap">
          <Loader size="sm" type="dots" aria-hidden />
          <Text>
            {lost
              ? 'The server does not answer at the moment. This page tries again; your place is kept.'
              : `They see that ${name} is here. Leave this page open; it goes on by itself.`}
          </Text>
        </Group>
        {fault !== undefined && <Fault message={fault} />}
        <Group>
          <Button
            variant="default"
            loading={leave.isPending}
            onClick={() => leave.mutate({ sessionId: view.sessionId })}
          >
            Stop waiting
          </Button>
        </Group>
      </Stack>
    </AuthCard>
  );
}

const titles: Partial<Record<string, string>> = {
  denied: 'You were not let in',
  unanswered: 'Nobody answered',
  revoked: 'Your access was ended',
  expired: 'Your access has run out',
  withdrawn: 'Your access ended',
  left: 'You left the session',
};

/** Somebody the server knows, before they knock or after it came to nothing. */
function MayKnock(props: {
  view: Open;
  visitor: Known;
  fault: string | undefined;
  busy: boolean;
  onKnock: () => void;
}) {
  const { view, visitor, fault, busy, onKnock } = props;
  const { place, name, kind } = visitor;
  const title = (place && titles[place.standing]) ?? `Join “${view.title}”`;
  const knocks = place === undefined || place.mayKnock;
  return (
    <AuthCard title={title} lead={place?.message ?? leadOf(view)}>
      <Stack gap="md">
        {fault !== undefined && <Fault message={fault} />}
        <Text>{kind === 'guest' ? `You are here as ${name}.` : `You are signed in as ${name}.`}</Text>
        <Group>
          {knocks && (
            <Button size="sm" loading={busy} onClick={onKnock}>
              {view.asksFirst ? (place ? 'Ask again' : 'Ask to join') : 'Join'}
            </Button>
          )}
          <SignOutButton
            label="Use another name"
            returnTo={typeof window === 'undefined' ? '/' : window.location.pathname}
          />
        </Group>
      </Stack>
    </AuthCard>
  );
}
