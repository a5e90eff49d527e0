'use client';

import { Button, PasswordInput, Stack, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useState } from 'react';
import { Fault } from '@/components/ui/fault.tsx';
import { emailField, fieldProblem } from '@/server/core/identity-fields.ts';
import { signInWithPassword } from './sign-in-with-password.ts';

/** `returnTo` is a path on this site, checked by the page. */
export function SignInForm({ returnTo, email = '' }: { returnTo: string; email?: string }) {
  const [busy, setBusy] = useState(false);
  const [fault, setFault] = useState<string>();
  const form = useForm({
    mode: 'uncontrolled',
    initialValues: { email, password: '' },
    validate: {
      email: (value) => fieldProblem(emailField, value),
      password: (value) => (value === '' ? 'Type your password' : undefined),
    },
  });

  async function submit(values: { email: string; password: string }): Promise<void> {
    setBusy(true);
    setFault(undefined);
    const result = await signInWithPassword(values.email, values.password);
    if (result.ok) return window.location.assign(returnTo);
    setBusy(false);
    setFault(result.message);
  }

  // `method` keeps a password out of the address if the form is sent before scripts run.
  return (
    <form method="post" onSubmit={form.onSubmit((values) => void submit(values))} noValidate>
      <Stack gap="md">
        {fault !== undefined && <Fault message={fault} />}
        <TextInput
          label="Email"
          type="email"
          name="email"
          autoComplete="username"
          autoFocus={email === ''}
          key={form.key('email')}
          {...form.getInputProps('email')}
        />
        <PasswordInput
          label="Password"
          name="password"
          autoComplete="current-password"
          autoFocus={email !== ''}
          key={form.key('password')}
          {...form.getInputProps('password')}
        />
        <Button type="submit" size="sm" loading={busy}>
          Sign in
        </Button>
      </Stack>
    </form>
  );
}
