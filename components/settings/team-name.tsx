'use client';

import { Button, Group, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useMutation } from '@tanstack/react-query';
import { useRouter } from 'next/navigation';
import { refusalMessage } from '@/components/auth/refusal.ts';
import { useTRPC } from '@/components/trpc.tsx';
import { Fault } from '@/components/ui/fault.tsx';
import { fieldProblem, teamNameField } from '@/server/core/identity-fields.ts';
import { Section } from './section.tsx';

export function TeamName({ teamId, name }: { teamId: string; name: string }) {
  const trpc = useTRPC();
  const router = useRouter();
  const form = useForm({ initialValues: { name }, validate: { name: (value) => fieldProblem(teamNameField, value) } });
  const rename = useMutation(
    trpc.members.renameTeam.mutationOptions({
      onSuccess: (_answer, given) => {
        form.setInitialValues({ name: given.name });
        form.reset();
        router.refresh();
      },
    }),
  );
  const fault = refusalMessage(rename.error);
  return (
    <Section title="Name" lead="Shown to everyone in the team. The team’s address stays as it is.">
      {fault !== undefined && <Fault message={fault} />}
      <form onSubmit={form.onSubmit((values) => rename.mutate({ teamId, name: values.name.trim() }))} noValidate>
        <Group align="flex-start" gap="sm">
          <TextInput aria-label="Team name" maw={320} flex={1} {...form.getInputProps('name')} />
          <Button type="submit" h={36} variant="default" disabled={!form.isDirty()} loading={rename.isPending}>
            Rename team
          </Button>
        </Group>
      </form>
    </Section>
  );
}
