import type { ReactNode } from 'react';
import { SettingsNav } from '@/components/settings/settings-nav.tsx';

export default async function SettingsLayout({
  children,
  params,
}: {
  children: ReactNode;
  params: Promise<{ team: string }>;
}) {
  const { team } = await params;
  return (
    <>
      <SettingsNav teamSlug={team} />
      {children}
    </>
  );
}
