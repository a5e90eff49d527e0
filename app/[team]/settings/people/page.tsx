import { HydrationBoundary } from '@tanstack/react-query';
import type { Metadata } from 'next';
import { InstallationPeople } from '@/components/settings/installation-people.tsx';
import { InstallationTeams } from '@/components/settings/installation-teams.tsx';
import { Invitations } from '@/components/settings/invitations.tsx';
import { Members } from '@/components/settings/members.tsx';
import { SettingsPage } from '@/components/settings/section.tsx';
import { RunLimits } from '@/components/settings/run-limits.tsx';
import { TeamName } from '@/components/settings/team-name.tsx';
import { memberOf, prefetching } from '@/server/api/caller.ts';

export const metadata: Metadata = { title: 'People' };

export default async function PeoplePage({ params }: { params: Promise<{ team: string }> }) {
  const { me, team, role } = await memberOf((await params).team);
  const isAdmin = role === 'admin';
  const { trpc, queryClient, dehydrated } = await prefetching();
  const teamId = team.id;
  await Promise.all([
    queryClient.prefetchQuery(trpc.members.list.queryOptions({ teamId })),
    isAdmin && queryClient.prefetchQuery(trpc.members.invitations.queryOptions({ teamId })),
    isAdmin && queryClient.prefetchQuery(trpc.runs.limits.queryOptions({ teamId })),
    me.isInstallationAdmin && queryClient.prefetchQuery(trpc.members.everyone.queryOptions()),
    me.isInstallationAdmin && queryClient.prefetchQuery(trpc.members.teams.queryOptions()),
  ]);
  return (
    <HydrationBoundary state={dehydrated()}>
      <SettingsPage
        title="People"
        governs={`Who is in ${team.name} and what each of them may do in all its projects and sessions.`}
      >
        <Members teamId={teamId} teamName={team.name} myId={me.id} isAdmin={isAdmin} />
        {isAdmin && <Invitations teamId={teamId} teamName={team.name} />}
        {isAdmin && <TeamName teamId={teamId} name={team.name} />}
        {isAdmin && <RunLimits teamId={teamId} />}
        {me.isInstallationAdmin && <InstallationPeople myId={me.id} />}
        {me.isInstallationAdmin && <InstallationTeams />}
      </SettingsPage>
    </HydrationBoundary>
  );
}
