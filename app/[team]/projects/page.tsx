import { HydrationBoundary } from '@tanstack/react-query';
import type { Metadata } from 'next';
import { Projects } from '@/components/projects/projects.tsx';
import { memberOf, prefetching } from '@/server/api/caller.ts';
import { mayInTeam } from '@/server/core/permissions.ts';

export const metadata: Metadata = { title: 'Projects' };

export default async function ProjectsPage({ params }: { params: Promise<{ team: string }> }) {
  const { team } = await params;
  const membership = await memberOf(team);
  const { trpc, queryClient, dehydrated } = await prefetching();
  await queryClient.prefetchQuery(trpc.projects.list.queryOptions({ team, state: 'active' }));
  return (
    <HydrationBoundary state={dehydrated()}>
      <Projects team={team} canCreate={mayInTeam(membership.role, 'project.create')} />
    </HydrationBoundary>
  );
}
