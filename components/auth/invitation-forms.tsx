'use client';

import { Button, PasswordInput, Stack, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useMutation } from '@tanstack/react-query';
import { Fault } from '@/components/ui/fault.tsx';
import { useTRPC } from '@/components/trpc.tsx';
import { emailField, fieldProblem, passwordField, personNameField } from '@/server/core/identity-fields.ts';
import { refusalMessage, refusedField } from './refusal.ts';
import { signInWithPassword } from './sign-in-with-password.ts';

/** For someone who is signed in. */
export function AcceptInvitation({ token, teamName }: { token: string; teamName: string }) {
  const trpc = useTRPC();
  const accept = useMutation(
    trpc.members.accept.mutationOptions({ onSuccess: ({ teamSlug }) => window.location.assign(`/${teamSlug}`) }),
  );
  const fault = refusalMessage(accept.error);
  return (
    <Stack gap="md">
      {fault !== undefined && <Fault message={fault} />}
      <Button
        size="sm"
        autoFocus
        loading={accept.isPending || accept.isSuccess}
        onClick={() => accept.mutate({ token })}
      >
        Join {teamName}
      </Button>
    </Stack>
  );
}

/** For someone without an account; `email` is fixed when the invitation is for one address. */
export function JoinForm({ token, email }: { token: string; email: string | null }) {
  const trpc = useTRPC();
  const form = useForm({
    mode: 'uncontrolled',
    initialValues: { name: '', email: email ?? '', password: '' },
    validate: {
      name: (value) => fieldProblem(personNameField, value),
      email: (value) => fieldProblem(emailField, value),
      password: (value) => fieldProblem(passwordField, value),
    },
  });
  const join = useMutation(
    trpc.members.join.mutationOptions({
      onSuccess: async ({ teamSlug, ...made }, { password }) => {
        const signedIn = await signInWithPassword(made.email, password);
        window.location.assign(signedIn.ok ? `/${teamSlug}` : '/sign-in');
      },
      onError: (error) => {
        const field = refusedField(error);
        if (field) form.setFieldError(field, refusalMessage(error));
      },
    }),
  );
  const fault = join.error && !refusedField(join.error) ? refusalMessage(join.error) : undefined;
  return (
    <form method="post" onSubmit={form.onSubmit((values) => join.mutate({ token, ...values }))} noValidate>
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
          description={email === null ? 'You sign in with it' : 'The invitation is for this address'}
          type="email"
          name="email"
          autoComplete="username"
          readOnly={email !== null}
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
        <Button type="submit" size="sm" loading={join.isPending || join.isSuccess}>
          Make an account and join
        </Button>
      </Stack>
    </form>
  );
}
