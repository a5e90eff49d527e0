import { HydrationBoundary } from '@tanstack/react-query';
import type { Metadata } from 'next';
import { Models } from '@/components/admin/models.tsx';
import { Providers } from '@/components/admin/providers.tsx';
import { TeamModels } from '@/components/admin/team-models.tsx';
import { SettingsPage } from '@/components/settings/section.tsx';
import { memberOf, prefetching } from '@/server/api/caller.ts';

export const metadata: Metadata = { title: 'Models' };

export default async function ModelsPage({ params }: { params: Promise<{ team: string }> }) {
  const { me, team } = await memberOf((await params).team);
  const { trpc, queryClient, dehydrated } = await prefetching();
  const teamId = team.id;
  if (me.isInstallationAdmin)
    await Promise.all([
      queryClient.prefetchQuery(trpc.providers.list.queryOptions()),
      queryClient.prefetchQuery(trpc.providers.models.queryOptions()),
    ]);
  else await queryClient.prefetchQuery(trpc.providers.teamModels.queryOptions({ teamId }));
  return (
    <HydrationBoundary state={dehydrated()}>
      {me.isInstallationAdmin ? (
        <SettingsPage
          title="Providers and models"
          governs="Which models every team of this installation can ask for, who answers them, and what that costs."
        >
          <Providers />
          <Models />
        </SettingsPage>
      ) : (
        <SettingsPage title="Models" governs="Which models this installation offers. Installation admins choose them.">
          <TeamModels teamId={teamId} />
        </SettingsPage>
      )}
    </HydrationBoundary>
  );
}
