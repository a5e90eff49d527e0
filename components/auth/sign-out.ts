import { signOut } from 'next-auth/react';

/** Ends this sign-in, then goes to a path on the very host the person came by. */
export async function signOutTo(path: string): Promise<void> {
  await signOut({ redirect: false });
  window.location.assign(path);
}
