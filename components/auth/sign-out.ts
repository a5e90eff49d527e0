import { signOut } from 'next-auth/react';
import { forgetTexts } from '@/components/editor/local-copy.ts';

/** Ends this sign-in, takes the texts of sessions out of this browser, then goes to a path on the very host the person came by. */
export async function signOutTo(path: string): Promise<void> {
  await signOut({ redirect: false });
  await forgetTexts();
  window.location.assign(path);
}
