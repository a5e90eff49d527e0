import { notFound, redirect } from 'next/navigation';
import type { ReactNode } from 'react';
import { AppFrame } from '@/components/frame/app-frame.tsx';
import { api } from '@/server/api/caller.ts';

/** The one place membership is checked for pages; procedures check it again for themselves. */
export default async function TeamLayout({
  children,
  params,
}: {
  children: ReactNode;
  params: Promise<{ team: string }>;
}) {
  const { team: slug } = await params;
  const me = await (await api()).identity.me();
  if (!me) redirect(`/sign-in?callbackUrl=${encodeURIComponent(`/${slug}`)}`);
  const team = me.teams.find((each) => each.slug === slug);
  if (!team) notFound();
  return (
    <AppFrame
      person={{ id: me.id, name: me.name, email: me.email, isInstallationAdmin: me.isInstallationAdmin }}
      team={team}
      teams={me.teams}
    >
      {children}
    </AppFrame>
  );
}
