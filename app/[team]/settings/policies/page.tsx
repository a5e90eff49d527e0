import { HydrationBoundary } from '@tanstack/react-query';
import type { Metadata } from 'next';
import { PoliciesPage } from '@/components/policies/policies-page.tsx';
import { SettingsPage } from '@/components/settings/section.tsx';
import { memberOf, prefetching } from '@/server/api/caller.ts';

export const metadata: Metadata = { title: 'Policies' };

export default async function PoliciesSettings({ params }: { params: Promise<{ team: string }> }) {
  const { me, team } = await memberOf((await params).team);
  const { trpc, queryClient, dehydrated } = await prefetching();
  await Promise.all([
    queryClient.prefetchQuery(trpc.policies.get.queryOptions({ teamId: team.id })),
    queryClient.prefetchQuery(trpc.policies.get.queryOptions({ teamId: null })),
  ]);
  return (
    <HydrationBoundary state={dehydrated()}>
      <SettingsPage
        title="Policies"
        governs={`What people in ${team.name}, their agents and their tools may do with AI: which models, on which projects and files, and what happens to secrets and personal data. What is done must be permitted by the installation and by the team.`}
      >
        <PoliciesPage team={{ id: team.id, slug: team.slug, name: team.name }} myId={me.id} />
      </SettingsPage>
    </HydrationBoundary>
  );
}
