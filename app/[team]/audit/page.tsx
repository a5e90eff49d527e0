import type { Metadata } from 'next';
import { AuditLog } from '@/components/audit/audit-log.tsx';
import { Page } from '@/components/ui/page.tsx';
import { memberOf } from '@/server/api/caller.ts';
import { mayInTeam } from '@/server/core/permissions.ts';

export const metadata: Metadata = { title: 'Audit' };

export default async function AuditPage({ params }: { params: Promise<{ team: string }> }) {
  const { team } = await params;
  const { me, role } = await memberOf(team);
  if (!mayInTeam(role, 'audit.read'))
    return (
      <Page
        title="Audit"
        lead={`The audit log is for leads and admins. Your role in this team is ${role}; ask a team admin for another one.`}
      >
        {undefined}
      </Page>
    );
  return <AuditLog team={team} seesInstallation={me.isInstallationAdmin} />;
}
