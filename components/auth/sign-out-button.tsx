'use client';

import { Button } from '@mantine/core';
import { signOut } from 'next-auth/react';
import { useState } from 'react';

/** Ends this sign-in, then goes to a path on this site. */
export function SignOutButton({ label = 'Sign out', returnTo = '/sign-in' }: { label?: string; returnTo?: string }) {
  const [busy, setBusy] = useState(false);
  async function leave(): Promise<void> {
    setBusy(true);
    await signOut({ redirect: false });
    window.location.assign(returnTo);
  }
  return (
    <Button variant="default" size="sm" loading={busy} onClick={() => void leave()}>
      {label}
    </Button>
  );
}
