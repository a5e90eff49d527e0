import { HydrationBoundary } from '@tanstack/react-query';
import type { Metadata } from 'next';
import { notFound } from 'next/navigation';
import { ProjectPage } from '@/components/projects/project-page.tsx';
import { api, memberOf, prefetching, visibleOrNotFound } from '@/server/api/caller.ts';

type Params = { params: Promise<{ team: string; projectId: string }> };

export async function generateMetadata({ params }: Params): Promise<Metadata> {
  const { projectId } = await params;
  const project = await visibleOrNotFound(async () => (await api()).projects.get({ projectId }));
  return { title: project.name };
}

export default async function Page({ params }: Params) {
  const { team, projectId } = await params;
  const membership = await memberOf(team);
  const project = await visibleOrNotFound(async () => (await api()).projects.get({ projectId }));
  if (project.teamId !== membership.team.id) notFound();
  const { trpc, queryClient, dehydrated } = await prefetching();
  await queryClient.prefetchQuery(trpc.projects.get.queryOptions({ projectId }));
  return (
    <HydrationBoundary state={dehydrated()}>
      <ProjectPage team={team} projectId={projectId} />
    </HydrationBoundary>
  );
}
