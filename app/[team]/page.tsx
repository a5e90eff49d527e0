import { HydrationBoundary } from '@tanstack/react-query';
import type { Metadata } from 'next';
import { Home } from '@/components/home/home.tsx';
import { mayInTeam } from '@/server/core/permissions.ts';
import { memberOf, prefetching } from '@/server/api/caller.ts';

export const metadata: Metadata = { title: 'Home' };

export default async function HomePage({ params }: { params: Promise<{ team: string }> }) {
  const { team } = await params;
  const membership = await memberOf(team);
  const { trpc, queryClient, dehydrated } = await prefetching();
  await Promise.all([
    queryClient.prefetchQuery(trpc.sessions.home.queryOptions({ team })),
    queryClient.prefetchQuery(trpc.projects.list.queryOptions({ team, state: 'active' })),
  ]);
  return (
    <HydrationBoundary state={dehydrated()}>
      <Home team={team} canCreate={mayInTeam(membership.role, 'project.create')} />
    </HydrationBoundary>
  );
}
