'use client';

import { Button, PasswordInput, Stack, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useMutation } from '@tanstack/react-query';
import { Fault } from '@/components/ui/fault.tsx';
import { useTRPC } from '@/components/trpc.tsx';
import {
  emailField,
  fieldProblem,
  passwordField,
  personNameField,
  teamNameField,
} from '@/server/core/identity-fields.ts';
import { refusalMessage } from './refusal.ts';
import { signInWithPassword } from './sign-in-with-password.ts';

export function SetUpForm({ token }: { token: string }) {
  const trpc = useTRPC();
  const form = useForm({
    mode: 'uncontrolled',
    initialValues: { name: '', email: '', password: '', teamName: '' },
    validate: {
      name: (value) => fieldProblem(personNameField, value),
      email: (value) => fieldProblem(emailField, value),
      password: (value) => fieldProblem(passwordField, value),
      teamName: (value) => fieldProblem(teamNameField, value),
    },
  });
  const setUp = useMutation(
    trpc.identity.setUp.mutationOptions({
      onSuccess: async ({ teamSlug }, { email, password }) => {
        const signedIn = await signInWithPassword(email, password);
        window.location.assign(signedIn.ok ? `/${teamSlug}` : '/sign-in');
      },
    }),
  );
  const fault = refusalMessage(setUp.error);
  return (
    <form method="post" onSubmit={form.onSubmit((values) => setUp.mutate({ token, ...values }))} noValidate>
      <Stack gap="md">
        {fault !== undefined && <Fault message={fault} />}
        <TextInput
          label="Your name"
          name="name"
          autoComplete="name"
          autoFocus
          key={form.key('name')}
          {...form.getInputProps('name')}
        />
        <TextInput
          label="Email"
          description="You sign in with it"
          type="email"
          name="email"
          autoComplete="username"
          key={form.key('email')}
          {...form.getInputProps('email')}
        />
        <PasswordInput
          label="Password"
          description="At least 10 characters"
          name="new-password"
          autoComplete="new-password"
          key={form.key('password')}
          {...form.getInputProps('password')}
        />
        <TextInput
          label="Team"
          description="The first team; you can make more later"
          name="team"
          autoComplete="organization"
          key={form.key('teamName')}
          {...form.getInputProps('teamName')}
        />
        <Button type="submit" size="sm" loading={setUp.isPending || setUp.isSuccess}>
          Set up Ensemble
        </Button>
      </Stack>
    </form>
  );
}
