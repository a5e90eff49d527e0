import { HydrationBoundary } from '@tanstack/react-query';
import type { Metadata } from 'next';
import { SettingsPage } from '@/components/settings/section.tsx';
import { UseWithTools } from '@/components/settings/use-with-tools.tsx';
import { memberOf, prefetching } from '@/server/api/caller.ts';

export const metadata: Metadata = { title: 'Use with your tools' };

export default async function ToolsPage({ params }: { params: Promise<{ team: string }> }) {
  const { team, me } = await memberOf((await params).team);
  const { trpc, queryClient, dehydrated } = await prefetching();
  await Promise.all([
    queryClient.prefetchQuery(trpc.gateway.access.queryOptions({ teamId: team.id })),
    queryClient.prefetchQuery(trpc.tokens.list.queryOptions()),
    queryClient.prefetchQuery(trpc.projects.list.queryOptions({ team: team.slug })),
  ]);
  return (
    <HydrationBoundary state={dehydrated()}>
      <SettingsPage
        title="Use with your tools"
        governs="How you call this installation’s models from your own command line, editor and programs. It concerns you alone."
      >
        <UseWithTools team={{ id: team.id, slug: team.slug, name: team.name }} hasSeveralTeams={me.teams.length > 1} />
      </SettingsPage>
    </HydrationBoundary>
  );
}
