'use client';

import { Button, PasswordInput, Stack } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useMutation } from '@tanstack/react-query';
import { Fault } from '@/components/ui/fault.tsx';
import { useTRPC } from '@/components/trpc.tsx';
import { fieldProblem, passwordField } from '@/server/core/identity-fields.ts';
import { refusalMessage } from './refusal.ts';
import { signInWithPassword } from './sign-in-with-password.ts';

export function ResetForm({ token, email }: { token: string; email: string }) {
  const trpc = useTRPC();
  const form = useForm({
    mode: 'uncontrolled',
    initialValues: { password: '' },
    validate: { password: (value) => fieldProblem(passwordField, value) },
  });
  const reset = useMutation(
    trpc.identity.resetPassword.mutationOptions({
      onSuccess: async (_answer, { password }) => {
        const signedIn = await signInWithPassword(email, password);
        window.location.assign(signedIn.ok ? '/' : '/sign-in');
      },
    }),
  );
  const fault = refusalMessage(reset.error);
  return (
    <form method="post" onSubmit={form.onSubmit(({ password }) => reset.mutate({ token, password }))} noValidate>
      <Stack gap="md">
        {fault !== undefined && <Fault message={fault} />}
        {/* Password managers keep the new password under this name. */}
        <input type="hidden" name="email" autoComplete="username" value={email} readOnly />
        <PasswordInput
          label="New password"
          description="At least 10 characters. Every device that is signed in now is signed out."
          name="new-password"
          autoComplete="new-password"
          autoFocus
          key={form.key('password')}
          {...form.getInputProps('password')}
        />
        <Button type="submit" size="sm" loading={reset.isPending || reset.isSuccess}>
          Set password and sign in
        </Button>
      </Stack>
    </form>
  );
}
