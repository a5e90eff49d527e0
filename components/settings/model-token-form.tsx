'use client';

import { Button, Group, Select, Stack, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { refusalMessage } from '@/components/auth/refusal.ts';
import { useTRPC } from '@/components/trpc.tsx';
import { CopyField } from '@/components/ui/copy-field.tsx';
import { Fault } from '@/components/ui/fault.tsx';
import { daysOf, lifetimes } from './token-lifetimes.ts';

/** What was made: the token, shown this once, and where it works. */
export type MadeToken = { token: string; isBound: boolean; projectId?: string | undefined };

type Team = { id: string; slug: string; name: string };

const anywhere = 'anywhere';
const inTeam = 'team';

/** Makes a token for models and nothing else. */
export function ModelTokenForm({
  team,
  made,
  onMade,
}: {
  team: Team;
  made: MadeToken | undefined;
  onMade: (made: MadeToken | undefined) => void;
}) {
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const projects = useQuery(trpc.projects.list.queryOptions({ team: team.slug }));
  const form = useForm({
    initialValues: { name: '', lifetime: '90', place: inTeam },
    validate: { name: (value) => (value.trim() === '' ? 'Write which tool or machine it is for' : undefined) },
  });
  const create = useMutation(
    trpc.tokens.createForModels.mutationOptions({
      onSuccess: ({ token }, { teamId, projectId }) => {
        onMade({ token, isBound: (teamId ?? projectId) !== undefined, projectId });
        void queryClient.invalidateQueries(trpc.tokens.list.queryFilter());
      },
    }),
  );
  const fault = refusalMessage(create.error);
  if (made)
    return (
      <Stack gap="sm" maw={560}>
        <CopyField
          label="Token"
          value={made.token}
          description="Shown this once, and filled in below until you leave this page. Keep it like a password."
        />
        <Group>
          <Button variant="default" onClick={() => onMade(undefined)}>
            Make another
          </Button>
        </Group>
      </Stack>
    );
  const places = [
    { value: inTeam, label: `${team.name}, all of it` },
    ...(projects.data ?? []).map(({ id, name }) => ({ value: id, label: `${team.name} › ${name}` })),
    { value: anywhere, label: 'All my teams' },
  ];
  const boundTo = (place: string) => {
    if (place === anywhere) return {};
    return place === inTeam ? { teamId: team.id } : { projectId: place };
  };
  return (
    <form
      noValidate
      onSubmit={form.onSubmit(({ name, lifetime, place }) =>
        create.mutate({ name, expiresInDays: daysOf(lifetime), ...boundTo(place) }),
      )}
    >
      <Stack gap="sm" maw={560}>
        {fault !== undefined && <Fault message={fault} />}
        <TextInput
          label="What is it for"
          placeholder="Codex on my laptop"
          maxLength={80}
          {...form.getInputProps('name')}
        />
        <Group grow preventGrowOverflow={false}>
          <Select
            label="Works in"
            data={places}
            allowDeselect={false}
            searchable={places.length > 10}
            {...form.getInputProps('place')}
          />
          <Select label="Works for" data={lifetimes} allowDeselect={false} {...form.getInputProps('lifetime')} />
        </Group>
        <Group>
          <Button type="submit" loading={create.isPending}>
            Make token
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
