import { HydrationBoundary } from '@tanstack/react-query';
import type { Metadata } from 'next';
import { notFound } from 'next/navigation';
import { DataProtection } from '@/components/data-protection/data-protection.tsx';
import { SettingsPage } from '@/components/settings/section.tsx';
import { memberOf, prefetching } from '@/server/api/caller.ts';

export const metadata: Metadata = { title: 'Data protection' };

export default async function DataProtectionSettings({ params }: { params: Promise<{ team: string }> }) {
  const { me, team } = await memberOf((await params).team);
  const isTeamAdmin = team.role === 'admin';
  if (!isTeamAdmin && !me.isInstallationAdmin) notFound();
  const { trpc, queryClient, dehydrated } = await prefetching();
  await queryClient.prefetchQuery(trpc.dlp.rules.queryOptions({ teamId: isTeamAdmin ? team.id : null }));
  return (
    <HydrationBoundary state={dehydrated()}>
      <SettingsPage
        title="Data protection"
        governs={`What is looked for in everything that people in ${team.name}, their agents and their tools send to a model, before it leaves. Policies say what happens to each kind of data.`}
      >
        <DataProtection
          team={{ id: team.id, slug: team.slug }}
          isTeamAdmin={isTeamAdmin}
          isInstallationAdmin={me.isInstallationAdmin}
        />
      </SettingsPage>
    </HydrationBoundary>
  );
}
