import type { Metadata } from 'next';
import { UsagePage } from '@/components/usage/usage-page.tsx';
import { memberOf } from '@/server/api/caller.ts';
import { mayInTeam } from '@/server/core/permissions.ts';

export const metadata: Metadata = { title: 'Usage' };

export default async function Usage({ params }: { params: Promise<{ team: string }> }) {
  const { team } = await params;
  const { role } = await memberOf(team);
  return <UsagePage team={team} seesTeam={mayInTeam(role, 'usage.read')} now={new Date()} />;
}
