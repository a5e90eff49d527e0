'use client';

import { Button, Checkbox, Group, Modal, Select, Stack, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { refusalMessage } from '@/components/auth/refusal.ts';
import { useTRPC } from '@/components/trpc.tsx';
import { CopyField } from '@/components/ui/copy-field.tsx';
import { Fault } from '@/components/ui/fault.tsx';
import { tokenScopes, type TokenScope } from '@/server/core/permissions.ts';
import { Section } from './section.tsx';
import { daysOf, lifetimes } from './token-lifetimes.ts';
import { TokenRows } from './token-rows.tsx';

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
  const refresh = () => queryClient.invalidateQueries(trpc.tokens.list.queryFilter());
  return (
    <Section title="Your tokens">
      <Group>
        <Button onClick={() => setMaking(true)}>Make a token</Button>
      </Group>
      <TokenRows empty="You have no token." />
      <Modal opened={making} onClose={() => setMaking(false)} title="Make a token">
        {making && <TokenForm onMade={refresh} onClose={() => setMaking(false)} />}
      </Modal>
    </Section>
  );
}

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
        create.mutate({ name, scopes, expiresInDays: daysOf(lifetime) }),
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
