import type { Metadata } from 'next';
import { redirect } from 'next/navigation';
import { AuthCard } from '@/components/auth/auth-card.tsx';
import { SignInForm } from '@/components/auth/sign-in-form.tsx';
import { api } from '@/server/api/caller.ts';
import { returnPath } from '@/server/core/return-path.ts';

export const metadata: Metadata = { title: 'Sign in' };

export default async function SignInPage({
  searchParams,
}: {
  searchParams: Promise<{ callbackUrl?: string | string[] }>;
}) {
  const { callbackUrl } = await searchParams;
  const returnTo = returnPath([callbackUrl].flat()[0]);
  const { identity } = await api();
  if (await identity.me()) redirect(returnTo as never);
  if (!(await identity.isSetUp())) redirect('/setup');
  return (
    <AuthCard title="Sign in">
      <SignInForm returnTo={returnTo} />
    </AuthCard>
  );
}
