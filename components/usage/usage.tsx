'use client';

import { Button, Group, Menu, SegmentedControl, Select, Skeleton, Stack, Text } from '@mantine/core';
import { IconDownload } from '@tabler/icons-react';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { refusalMessage } from '@/components/auth/refusal.ts';
import { useTRPC } from '@/components/trpc.tsx';
import { Fault } from '@/components/ui/fault.tsx';
import { moneyText } from '@/server/core/budget.ts';
import { usageCsv, usageParts, type UsagePart } from '@/server/core/usage.ts';
import { saveFile } from './save-file.ts';
import { UsageChart } from './usage-chart.tsx';
import { UsageTable } from './usage-table.tsx';
import { countText, partLabels, recentMonths, type Report } from './usage-words.ts';
import classes from './usage.module.css';

/** Who spent what in a month. */
export function Spending({ team, now }: { team: string; now: Date }) {
  const trpc = useTRPC();
  const [months] = useState(() => recentMonths(now));
  const [month, setMonth] = useState(months[0]?.value ?? '');
  const [part, setPart] = useState<UsagePart>('person');
  const report = useQuery(trpc.usage.report.queryOptions({ team, month }, { placeholderData: keepPreviousData }));
  return (
    <Stack>
      <Group justify="space-between" align="end">
        <Select
          label="Month (UTC)"
          data={months}
          value={month}
          onChange={(value) => value !== null && setMonth(value)}
          allowDeselect={false}
          w={180}
        />
        {report.data && report.data.total.calls > 0 && <Export team={team} report={report.data} />}
      </Group>
      {report.error && <Fault message={refusalMessage(report.error) ?? ''} onRetry={() => void report.refetch()} />}
      {report.isPending && <Skeleton height={320} role="img" aria-label="Loading the usage" />}
      {report.data && (
        <>
          <Totals report={report.data} />
          {report.data.total.calls === 0 ? (
            <Text c="dimmed">No model call ended in this month, so there is nothing to tell or to export.</Text>
          ) : (
            <>
              <UsageChart report={report.data} />
              <SegmentedControl
                aria-label="Told by"
                value={part}
                onChange={(value) => setPart(usageParts.find((one) => one === value) ?? part)}
                data={usageParts.map((value) => ({ value, label: partLabels[value] }))}
                size="xs"
              />
              <UsageTable team={team} report={report.data} part={part} />
            </>
          )}
        </>
      )}
    </Stack>
  );
}

const callsText = (calls: number) => (calls === 1 ? '1 call is' : `${countText(calls)} calls are`);

function Totals({ report: { total, underWay, isOwn } }: { report: Report }) {
  const facts: [string, string][] = [
    [isOwn ? 'You spent' : 'Spent', moneyText(total.costMicroUsd)],
    ['Calls', countText(total.calls)],
    ['Tokens in', countText(total.inputTokens)],
    ['Tokens out', countText(total.outputTokens)],
    ['Denied', countText(total.denied)],
    ['Unpriced tokens', countText(total.unpricedTokens)],
  ];
  const notes = [
    total.estimatedCalls > 0
      ? `${callsText(total.estimatedCalls)} counted by an estimate, since the provider told no figures`
      : '',
    underWay > 0 ? `${callsText(underWay)} still under way, not in these figures` : '',
  ].filter((note) => note !== '');
  return (
    <Stack gap="xs">
      <dl className={classes.totals}>
        {facts.map(([name, value]) => (
          <div key={name} className={classes.total}>
            <dt>{name}</dt>
            <dd className="ens-tabular">{value}</dd>
          </div>
        ))}
      </dl>
      {notes.length > 0 && (
        <Text size="xs" c="dimmed">
          {notes.join(' · ')}
        </Text>
      )}
    </Stack>
  );
}

function Export({ team, report }: { team: string; report: Report }) {
  const name = `usage-${team}-${report.month}`;
  const csv = () => saveFile(`${name}.csv`, 'text/csv', usageCsv(report));
  const json = () => saveFile(`${name}.json`, 'application/json', JSON.stringify(report, undefined, 2));
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <Button variant="default" leftSection={<IconDownload size={16} aria-hidden />}>
          Export
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item onClick={csv}>As CSV</Menu.Item>
        <Menu.Item onClick={json}>As JSON</Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
