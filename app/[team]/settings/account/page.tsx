import { HydrationBoundary } from '@tanstack/react-query';
import type { Metadata } from 'next';
import { ChangePassword, Profile } from '@/components/settings/account.tsx';
import { Devices } from '@/components/settings/devices.tsx';
import { SettingsPage } from '@/components/settings/section.tsx';
import { memberOf, prefetching } from '@/server/api/caller.ts';

export const metadata: Metadata = { title: 'Account' };

export default async function AccountPage({ params }: { params: Promise<{ team: string }> }) {
  const { me } = await memberOf((await params).team);
  const { trpc, queryClient, dehydrated } = await prefetching();
  await queryClient.prefetchQuery(trpc.identity.devices.queryOptions());
  return (
    <HydrationBoundary state={dehydrated()}>
      <SettingsPage title="Account" governs="Your own name, password and signed-in devices; it affects nobody else.">
        <Profile name={me.name} email={me.email} />
        <ChangePassword email={me.email} />
        <Devices />
      </SettingsPage>
    </HydrationBoundary>
  );
}
