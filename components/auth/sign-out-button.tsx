'use client';

import { Button } from '@mantine/core';
import { useState } from 'react';
import { signOutTo } from './sign-out.ts';

/** Ends this sign-in, then goes to a path on this site. */
export function SignOutButton({ label = 'Sign out', returnTo = '/sign-in' }: { label?: string; returnTo?: string }) {
  const [busy, setBusy] = useState(false);
  async function leave(): Promise<void> {
    setBusy(true);
    await signOutTo(returnTo);
  }
  return (
    <Button variant="default" size="sm" loading={busy} onClick={() => void leave()}>
      {label}
    </Button>
  );
}
