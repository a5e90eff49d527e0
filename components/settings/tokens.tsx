'use client';

import { Badge, Button, Checkbox, Group, Modal, Select, Stack, Text, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { modals } from '@mantine/modals';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { refusalMessage } from '@/components/auth/refusal.ts';
import type { RouterOutputs } from '@/components/router-outputs.ts';
import { useTRPC } from '@/components/trpc.tsx';
import { CopyField } from '@/components/ui/copy-field.tsx';
import { Fault } from '@/components/ui/fault.tsx';
import { TimeAgo } from '@/components/ui/time-ago.tsx';
import { tokenScopes, type TokenScope } from '@/server/core/permissions.ts';
import { dayOf } from './day.ts';
import { Row, Rows, RowText, Section } from './section.tsx';

type Token = RouterOutputs['tokens']['list'][number];

const scopeMeaning: Record<TokenScope, string> = {
  read: 'see projects, sessions, files and runs',
  write: 'create and change projects, sessions and texts',
  prompt: 'ask agents for work',
  admin: 'manage people and teams, where you are an admin',
  audit: 'read the audit log, if your role may',
  models: 'call models through the gateway, where you are a developer or more',
};

export function Tokens() {
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const [making, setMaking] = useState(false);
  const tokens = useQuery(trpc.tokens.list.queryOptions());
  const refresh = () => queryClient.invalidateQueries(trpc.tokens.list.queryFilter());
  const revoke = useMutation(trpc.tokens.revoke.mutationOptions({ onSettled: refresh }));
  const fault = refusalMessage(revoke.error);

  const confirmRevocation = (token: Token) =>
    modals.openConfirmModal({
      title: `Revoke ${token.name}`,
      children: <Text>Programs that use this token are refused from now on. This cannot be undone.</Text>,
      labels: { confirm: 'Revoke token', cancel: 'Cancel' },
      confirmProps: { color: 'red' },
      onConfirm: () => revoke.mutate({ tokenId: token.id }),
    });

  return (
    <Section title="Your tokens">
      {fault !== undefined && <Fault message={fault} />}
      <Group>
        <Button onClick={() => setMaking(true)}>Make a token</Button>
      </Group>
      <Rows
        query={tokens}
        empty="You have no token."
        render={(token) => (
          <Row key={token.id}>
            <RowText>
              <Text fw={600}>{token.name}</Text>
              <Text c="dimmed">
                {token.scopes.join(', ')} · made <TimeAgo at={token.createdAt} /> ·{' '}
                {token.lastUsedAt ? (
                  <>
                    last used <TimeAgo at={token.lastUsedAt} />
                  </>
                ) : (
                  'never used'
                )}
              </Text>
            </RowText>
            {token.isExpired ? (
              <Badge color="gray" variant="light">
                Has run out
              </Badge>
            ) : (
              <Text c="dimmed">{token.expiresAt ? `until ${dayOf(token.expiresAt)}` : 'does not run out'}</Text>
            )}
            <Button variant="default" aria-label={`Revoke ${token.name}`} onClick={() => confirmRevocation(token)}>
              Revoke
            </Button>
          </Row>
        )}
      />
      <Modal opened={making} onClose={() => setMaking(false)} title="Make a token">
        {making && <TokenForm onMade={refresh} onClose={() => setMaking(false)} />}
      </Modal>
    </Section>
  );
}

const lifetimes = [
  { value: '30', label: '30 days' },
  { value: '90', label: '90 days' },
  { value: '365', label: 'A year' },
  { value: 'never', label: 'Until it is revoked' },
];

function TokenForm({ onMade, onClose }: { onMade: () => unknown; onClose: () => void }) {
  const trpc = useTRPC();
  const form = useForm({
    initialValues: { name: '', scopes: ['read'] as TokenScope[], lifetime: '90' },
    validate: {
      name: (value) => (value.trim() === '' ? 'Write what the token is for' : undefined),
      scopes: (value) => (value.length === 0 ? 'Choose at least one' : undefined),
    },
  });
  const create = useMutation(trpc.tokens.create.mutationOptions({ onSuccess: () => void onMade() }));
  const fault = refusalMessage(create.error);
  if (create.data)
    return (
      <Stack>
        <CopyField label="Token" value={create.data.token} description="Shown this once. Keep it like a password." />
        <Group justify="flex-end">
          <Button onClick={onClose}>Done</Button>
        </Group>
      </Stack>
    );
  return (
    <form
      onSubmit={form.onSubmit(({ name, scopes, lifetime }) =>
        create.mutate({ name, scopes, expiresInDays: lifetime === 'never' ? null : Number(lifetime) }),
      )}
      noValidate
    >
      <Stack>
        {fault !== undefined && <Fault message={fault} />}
        <TextInput label="What is it for" data-autofocus maxLength={80} {...form.getInputProps('name')} />
        <Checkbox.Group label="It may" description="Never more than you may yourself" {...form.getInputProps('scopes')}>
          <Stack gap="xs" mt="xs">
            {tokenScopes.map((scope) => (
              <Checkbox key={scope} value={scope} label={scope} description={scopeMeaning[scope]} />
            ))}
          </Stack>
        </Checkbox.Group>
        <Select label="Works for" data={lifetimes} allowDeselect={false} {...form.getInputProps('lifetime')} />
        <Group justify="flex-end">
          <Button type="submit" loading={create.isPending}>
            Make token
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
