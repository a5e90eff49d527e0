import { HydrationBoundary } from '@tanstack/react-query';
import type { Metadata } from 'next';
import { notFound } from 'next/navigation';
import { GitHosts } from '@/components/settings/git-hosts.tsx';
import { SettingsPage } from '@/components/settings/section.tsx';
import { memberOf, prefetching } from '@/server/api/caller.ts';

export const metadata: Metadata = { title: 'Git hosts' };

export default async function GitHostsPage({ params }: { params: Promise<{ team: string }> }) {
  const { me } = await memberOf((await params).team);
  if (!me.isInstallationAdmin) notFound();
  const { trpc, queryClient, dehydrated } = await prefetching();
  await queryClient.prefetchQuery(trpc.system.gitHosts.queryOptions());
  return (
    <HydrationBoundary state={dehydrated()}>
      <SettingsPage
        title="Git hosts"
        governs="Which hosts on your own network every team of this installation may import from and push to. Public hosts need no entry; link-local addresses are always refused."
      >
        <GitHosts />
      </SettingsPage>
    </HydrationBoundary>
  );
}
