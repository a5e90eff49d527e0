import type { ReactNode } from 'react';
import { SettingsNav } from '@/components/settings/settings-nav.tsx';
import { memberOf } from '@/server/api/caller.ts';

export default async function SettingsLayout({
  children,
  params,
}: {
  children: ReactNode;
  params: Promise<{ team: string }>;
}) {
  const { team } = await params;
  const { me } = await memberOf(team);
  return (
    <>
      <SettingsNav teamSlug={team} isInstallationAdmin={me.isInstallationAdmin} />
      {children}
    </>
  );
}
