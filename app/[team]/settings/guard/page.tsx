import { HydrationBoundary } from '@tanstack/react-query';
import type { Metadata } from 'next';
import { GuardPage } from '@/components/guard/guard-page.tsx';
import { SettingsPage } from '@/components/settings/section.tsx';
import { memberOf, prefetching } from '@/server/api/caller.ts';

export const metadata: Metadata = { title: 'Guard' };

export default async function GuardSettings({ params }: { params: Promise<{ team: string }> }) {
  const { me, team } = await memberOf((await params).team);
  const { trpc, queryClient, dehydrated } = await prefetching();
  await queryClient.prefetchQuery(trpc.guard.rules.queryOptions({ teamId: team.id }));
  return (
    <HydrationBoundary state={dehydrated()}>
      <SettingsPage
        title="Guard"
        governs={`What agents in ${team.name} do by themselves, what people are asked about first, and what is refused: the guard looks at every command and every change before it happens.`}
      >
        <GuardPage
          team={{ id: team.id, slug: team.slug, role: team.role }}
          isInstallationAdmin={me.isInstallationAdmin}
        />
      </SettingsPage>
    </HydrationBoundary>
  );
}
