import { Text } from '@mantine/core';
import { HydrationBoundary } from '@tanstack/react-query';
import type { Metadata } from 'next';
import { DataProtection } from '@/components/data-protection/data-protection.tsx';
import { LookedFor } from '@/components/data-protection/looked-for.tsx';
import { SettingsPage } from '@/components/settings/section.tsx';
import { memberOf, prefetching } from '@/server/api/caller.ts';

export const metadata: Metadata = { title: 'Data protection' };

export default async function DataProtectionSettings({ params }: { params: Promise<{ team: string }> }) {
  const { me, team } = await memberOf((await params).team);
  const isTeamAdmin = team.role === 'admin';
  const governs = `What is looked for in everything that people in ${team.name}, their agents and their tools send to a model, before it leaves. Policies say what happens to each kind of data.`;
  if (!isTeamAdmin && !me.isInstallationAdmin)
    return (
      <SettingsPage title="Data protection" governs={governs}>
        <LookedFor teamSlug={team.slug} />
        <Text c="dimmed">A team admin can add words, patterns and files to these, and try texts against them.</Text>
      </SettingsPage>
    );
  const { trpc, queryClient, dehydrated } = await prefetching();
  await queryClient.prefetchQuery(trpc.dlp.rules.queryOptions({ teamId: isTeamAdmin ? team.id : null }));
  return (
    <HydrationBoundary state={dehydrated()}>
      <SettingsPage title="Data protection" governs={governs}>
        <DataProtection
          team={{ id: team.id, slug: team.slug }}
          isTeamAdmin={isTeamAdmin}
          isInstallationAdmin={me.isInstallationAdmin}
        />
      </SettingsPage>
    </HydrationBoundary>
  );
}
