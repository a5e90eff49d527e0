'use client';

import { Alert, Button, Group, PasswordInput, Stack, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useRouter } from 'next/navigation';
import { refusalMessage, refusedField } from '@/components/auth/refusal.ts';
import { useTRPC } from '@/components/trpc.tsx';
import { Fault } from '@/components/ui/fault.tsx';
import { fieldProblem, passwordField, personNameField } from '@/server/core/identity-fields.ts';
import { Section } from './section.tsx';

export function Profile({ name, email }: { name: string; email: string }) {
  const trpc = useTRPC();
  const router = useRouter();
  const form = useForm({
    initialValues: { name },
    validate: { name: (value) => fieldProblem(personNameField, value) },
  });
  const update = useMutation(
    trpc.identity.updateProfile.mutationOptions({
      onSuccess: (_answer, given) => {
        form.setInitialValues({ name: given.name });
        form.reset();
        router.refresh();
      },
    }),
  );
  const fault = refusalMessage(update.error);
  return (
    <Section title="Profile" lead={`You sign in as ${email}.`}>
      {fault !== undefined && <Fault message={fault} />}
      <form onSubmit={form.onSubmit((values) => update.mutate({ name: values.name.trim() }))} noValidate>
        <Stack maw={320} gap="sm">
          <TextInput label="Name" description="What others see" autoComplete="name" {...form.getInputProps('name')} />
          <Group>
            <Button type="submit" variant="default" disabled={!form.isDirty()} loading={update.isPending}>
              Save name
            </Button>
          </Group>
        </Stack>
      </form>
    </Section>
  );
}

export function ChangePassword({ email }: { email: string }) {
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const form = useForm({
    mode: 'uncontrolled',
    initialValues: { current: '', next: '' },
    validate: {
      current: (value) => (value === '' ? 'Type your current password' : undefined),
      next: (value) => fieldProblem(passwordField, value),
    },
  });
  const change = useMutation(
    trpc.identity.changePassword.mutationOptions({
      onSuccess: () => {
        form.reset();
        void queryClient.invalidateQueries(trpc.identity.devices.queryFilter());
      },
      onError: (error) => {
        const field = refusedField(error);
        if (field) form.setFieldError(field, refusalMessage(error));
      },
    }),
  );
  const fault = change.error && !refusedField(change.error) ? refusalMessage(change.error) : undefined;
  const { data: done } = change;
  return (
    <Section
      title="Password"
      lead="Changing it signs out your other devices. Tokens keep working until you revoke them."
    >
      {fault !== undefined && <Fault message={fault} />}
      {done && (
        <Alert role="status" color="green" variant="light" p="sm">
          The password is changed
          {done.ended > 0 && `, and ${done.ended} other ${done.ended === 1 ? 'device was' : 'devices were'} signed out`}
          .
        </Alert>
      )}
      <form method="post" onSubmit={form.onSubmit((values) => change.mutate(values))} noValidate>
        <Stack maw={320} gap="sm">
          <input type="hidden" name="email" autoComplete="username" value={email} readOnly />
          <PasswordInput
            label="Current password"
            name="current-password"
            autoComplete="current-password"
            key={form.key('current')}
            {...form.getInputProps('current')}
          />
          <PasswordInput
            label="New password"
            description="At least 10 characters"
            name="new-password"
            autoComplete="new-password"
            key={form.key('next')}
            {...form.getInputProps('next')}
          />
          <Group>
            <Button type="submit" variant="default" loading={change.isPending}>
              Change password
            </Button>
          </Group>
        </Stack>
      </form>
    </Section>
  );
}
