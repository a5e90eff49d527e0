'use client';

import { Button, Stack, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useMutation } from '@tanstack/react-query';
import { Fault } from '@/components/ui/fault.tsx';
import { useTRPC } from '@/components/trpc.tsx';
import { fieldProblem, teamNameField } from '@/server/core/identity-fields.ts';
import { refusalMessage } from './refusal.ts';

/** For an installation admin who is in no team. */
export function FirstTeamForm() {
  const trpc = useTRPC();
  const form = useForm({
    mode: 'uncontrolled',
    initialValues: { name: '' },
    validate: { name: (value) => fieldProblem(teamNameField, value) },
  });
  const create = useMutation(
    trpc.members.createTeam.mutationOptions({ onSuccess: ({ slug }) => window.location.assign(`/${slug}`) }),
  );
  const fault = refusalMessage(create.error);
  return (
    <form method="post" onSubmit={form.onSubmit((values) => create.mutate(values))} noValidate>
      <Stack gap="md">
        {fault !== undefined && <Fault message={fault} />}
        <TextInput label="Team" name="team" autoFocus key={form.key('name')} {...form.getInputProps('name')} />
        <Button type="submit" size="sm" loading={create.isPending || create.isSuccess}>
          Make the team
        </Button>
      </Stack>
    </form>
  );
}
