import { HydrationBoundary } from '@tanstack/react-query';
import type { Metadata } from 'next';
import { InstallationBudgets, TeamBudgets } from '@/components/budgets/budgets.tsx';
import { Notices } from '@/components/budgets/notices.tsx';
import { RecordingSetting } from '@/components/budgets/recording.tsx';
import { SettingsPage } from '@/components/settings/section.tsx';
import { memberOf, prefetching } from '@/server/api/caller.ts';
import { mayInTeam } from '@/server/core/permissions.ts';

export const metadata: Metadata = { title: 'Budgets' };

export default async function BudgetsPage({ params }: { params: Promise<{ team: string }> }) {
  const { team: slug } = await params;
  const { me, team, role } = await memberOf(slug);
  const isAdmin = mayInTeam(role, 'budget.manage');
  const { trpc, queryClient, dehydrated } = await prefetching();
  await Promise.all([
    queryClient.prefetchQuery(trpc.budgets.list.queryOptions({ team: slug })),
    queryClient.prefetchQuery(trpc.budgets.raises.queryOptions({ team: slug })),
    me.isInstallationAdmin && queryClient.prefetchQuery(trpc.budgets.installation.queryOptions()),
  ]);
  return (
    <HydrationBoundary state={dehydrated()}>
      <SettingsPage
        title="Budgets"
        governs={`What model calls of ${team.name} may cost. A call sets aside what it may cost at most before it is sent, and is refused where that does not fit.`}
      >
        <TeamBudgets team={slug} teamId={team.id} isAdmin={isAdmin} mayAsk={mayInTeam(role, 'model.call')} />
        {isAdmin && <Notices team={slug} />}
        {isAdmin && <RecordingSetting team={slug} />}
        {me.isInstallationAdmin && <InstallationBudgets />}
      </SettingsPage>
    </HydrationBoundary>
  );
}
