'use client';

import { SegmentedControl } from '@mantine/core';
import { useRouter, useSearchParams } from 'next/navigation';
import { Page } from '@/components/ui/page.tsx';
import { Calls } from './calls.tsx';
import { Spending } from './usage.tsx';

/** What models were called for, and what it cost. */
export function UsagePage({ team, seesTeam, now }: { team: string; seesTeam: boolean; now: Date }) {
  const router = useRouter();
  const search = useSearchParams();
  const view = search.get('view') === 'calls' ? 'calls' : 'spending';
  return (
    <Page
      title="Usage"
      lead={
        seesTeam
          ? 'What the team’s model calls cost, by whom and for what, and the record of each.'
          : 'What your model calls cost, and the record of each.'
      }
      wide
      actions={
        <SegmentedControl
          size="xs"
          aria-label="What is shown"
          value={view}
          onChange={(value) => router.push((value === 'calls' ? '?view=calls' : '?') as never)}
          data={[
            { value: 'spending', label: 'Spending' },
            { value: 'calls', label: 'Calls' },
          ]}
        />
      }
    >
      {view === 'calls' ? <Calls team={team} /> : <Spending team={team} now={now} />}
    </Page>
  );
}
