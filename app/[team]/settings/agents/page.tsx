import { HydrationBoundary } from '@tanstack/react-query';
import type { Metadata } from 'next';
import { Agents } from '@/components/admin/agents.tsx';
import { CustomAgents } from '@/components/admin/custom-agents.tsx';
import { McpServers } from '@/components/admin/mcp-servers.tsx';
import { SettingsPage } from '@/components/settings/section.tsx';
import { memberOf, prefetching } from '@/server/api/caller.ts';

export const metadata: Metadata = { title: 'Agents' };

export default async function AgentsPage({ params }: { params: Promise<{ team: string }> }) {
  const { team } = await params;
  const { me } = await memberOf(team);
  const { trpc, queryClient, dehydrated } = await prefetching();
  const isAdmin = me.isInstallationAdmin;
  await Promise.all([
    queryClient.prefetchQuery(trpc.runs.agents.queryOptions()),
    ...(isAdmin
      ? [
          queryClient.prefetchQuery(trpc.agents.changes.queryOptions()),
          queryClient.prefetchQuery(trpc.agents.custom.queryOptions()),
          queryClient.prefetchQuery(trpc.mcpServers.list.queryOptions()),
        ]
      : []),
  ]);
  return (
    <HydrationBoundary state={dehydrated()}>
      <SettingsPage
        title="Agents"
        governs={
          isAdmin
            ? 'Which agents every team of this installation can ask. Each works in a sandbox of its own, on a copy of the project.'
            : 'Which agents this installation has. Installation admins choose them.'
        }
      >
        <Agents isAdmin={isAdmin} />
        {isAdmin && <CustomAgents />}
        {isAdmin && <McpServers team={team} />}
      </SettingsPage>
    </HydrationBoundary>
  );
}
