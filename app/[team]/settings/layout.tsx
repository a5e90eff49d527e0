import type { ReactNode } from 'react';
import classes from '@/components/settings/section.module.css';
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
    <div className={classes.frame}>
      <SettingsNav teamSlug={team} isInstallationAdmin={me.isInstallationAdmin} />
      <div className={classes.body}>{children}</div>
    </div>
  );
}
