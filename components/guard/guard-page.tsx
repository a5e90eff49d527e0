'use client';

import { Tabs } from '@mantine/core';
import { useSearchParams } from 'next/navigation';
import { useState } from 'react';
import { mayInTeam, type TeamRole } from '@/server/core/permissions.ts';
import { Approvals } from './approvals.tsx';
import { Decisions } from './decisions.tsx';
import { HouseRules } from './house-rules.tsx';
import { Measure } from './measure.tsx';
import { TryAction } from './try-action.tsx';

export type GuardTeam = { id: string; slug: string; role: TeamRole };

const views = ['decisions', 'rules', 'approvals', 'try', 'measure'] as const;
type View = (typeof views)[number];
const isView = (value: string | null): value is View => views.some((view) => view === value);

/** What the guard said, what the house says beside it, who may allow, a bench to try it, and how often it is wrong. */
export function GuardPage({ team, isInstallationAdmin }: { team: GuardTeam; isInstallationAdmin: boolean }) {
  const asked = useSearchParams().get('view');
  const [view, setView] = useState<View>(isView(asked) ? asked : 'decisions');
  const mayManage = mayInTeam(team.role, 'guard.manage');
  return (
    <Tabs value={view} onChange={(value) => isView(value) && setView(value)} keepMounted={false}>
      <Tabs.List mb="md">
        <Tabs.Tab value="decisions">Decisions</Tabs.Tab>
        <Tabs.Tab value="rules">Rules</Tabs.Tab>
        <Tabs.Tab value="approvals">Approvals</Tabs.Tab>
        <Tabs.Tab value="try">Try</Tabs.Tab>
        <Tabs.Tab value="measure">Measure</Tabs.Tab>
      </Tabs.List>
      <Tabs.Panel value="decisions">
        <Decisions team={team} />
      </Tabs.Panel>
      <Tabs.Panel value="rules">
        <HouseRules team={team} mayManage={mayManage} isInstallationAdmin={isInstallationAdmin} />
      </Tabs.Panel>
      <Tabs.Panel value="approvals">
        <Approvals team={team} mayManage={mayManage} isInstallationAdmin={isInstallationAdmin} />
      </Tabs.Panel>
      <Tabs.Panel value="try">
        <TryAction team={team} />
      </Tabs.Panel>
      <Tabs.Panel value="measure">
        <Measure team={team} mayManage={mayManage} />
      </Tabs.Panel>
    </Tabs>
  );
}
