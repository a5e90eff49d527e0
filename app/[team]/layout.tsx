import type { ReactNode } from 'react';
import { RememberTeam } from '@/components/auth/remember-team.tsx';
import { AppFrame } from '@/components/frame/app-frame.tsx';
import { memberOf } from '@/server/api/caller.ts';

/** The one place membership is checked for pages; procedures check it again for themselves. */
export default async function TeamLayout({
  children,
  params,
}: {
  children: ReactNode;
  params: Promise<{ team: string }>;
}) {
  const { team: slug } = await params;
  const { me, team } = await memberOf(slug);
  return (
    <AppFrame
      person={{ id: me.id, name: me.name, email: me.email, isInstallationAdmin: me.isInstallationAdmin }}
      team={team}
      teams={me.teams}
    >
      <RememberTeam slug={team.slug} />
      {children}
    </AppFrame>
  );
}
