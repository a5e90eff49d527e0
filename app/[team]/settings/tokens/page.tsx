import { HydrationBoundary } from '@tanstack/react-query';
import type { Metadata } from 'next';
import { SettingsPage } from '@/components/settings/section.tsx';
import { Tokens } from '@/components/settings/tokens.tsx';
import { memberOf, prefetching } from '@/server/api/caller.ts';

export const metadata: Metadata = { title: 'Tokens' };

export default async function TokensPage({ params }: { params: Promise<{ team: string }> }) {
  await memberOf((await params).team);
  const { trpc, queryClient, dehydrated } = await prefetching();
  await queryClient.prefetchQuery(trpc.tokens.list.queryOptions());
  return (
    <HydrationBoundary state={dehydrated()}>
      <SettingsPage
        title="Tokens"
        governs="Which programs may act as you over the REST interface, and what each of them may do, in all your teams."
      >
        <Tokens />
      </SettingsPage>
    </HydrationBoundary>
  );
}
