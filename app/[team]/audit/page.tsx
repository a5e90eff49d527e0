import type { Metadata } from 'next';
import { notFound } from 'next/navigation';
import { AuditLog } from '@/components/audit/audit-log.tsx';
import { memberOf } from '@/server/api/caller.ts';
import { mayInTeam } from '@/server/core/permissions.ts';

export const metadata: Metadata = { title: 'Audit' };

export default async function AuditPage({ params }: { params: Promise<{ team: string }> }) {
  const { team } = await params;
  const { me, role } = await memberOf(team);
  if (!mayInTeam(role, 'audit.read')) notFound();
  return <AuditLog team={team} seesInstallation={me.isInstallationAdmin} />;
}
