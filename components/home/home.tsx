'use client';

import { Button, Group, Skeleton, Stack, Text, Title } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { FirstVisit } from '@/components/projects/first-visit.tsx';
import type { RouterOutputs } from '@/components/router-outputs.ts';
import { useTRPC } from '@/components/trpc.tsx';
import { Fault } from '@/components/ui/fault.tsx';
import { Page } from '@/components/ui/page.tsx';
import { NewSessionDialog } from './new-session-dialog.tsx';
import classes from './home.module.css';
import { SessionRow } from './session-row.tsx';

type Groups = RouterOutputs['sessions']['home'];

const groups: { key: 'needsYou' | 'running' | 'quiet'; title: string; empty: string }[] = [
  { key: 'needsYou', title: 'Needs you', empty: 'Nothing waits for you.' },
  { key: 'running', title: 'Running', empty: 'No agent is working.' },
  { key: 'quiet', title: 'Quiet', empty: 'No other sessions.' },
];

/** What waits, what runs, what rests. */
export function Home({ team, canCreate }: { team: string; canCreate: boolean }) {
  const trpc = useTRPC();
  const home = useQuery(trpc.sessions.home.queryOptions({ team }, { refetchInterval: 5_000 }));
  const projects = useQuery(trpc.projects.list.queryOptions({ team, state: 'active' }));
  const [creating, setCreating] = useState(false);
  const waiting = home.data?.needsYou.length ?? 0;
  useEffect(() => {
    document.title = `${waiting > 0 ? `(${waiting}) ` : ''}Home · Ensemble`;
  }, [waiting]);

  if (projects.data?.length === 0 && home.data && countOf(home.data) === 0)
    return <FirstVisit team={team} canCreate={canCreate} />;
  return (
    <Page
      title="Home"
      actions={
        canCreate && (
          <Button leftSection={<IconPlus size={14} />} onClick={() => setCreating(true)}>
            New session
          </Button>
        )
      }
    >
      {home.isPending && <HomeSkeleton />}
      {home.error && <Fault message={home.error.message} onRetry={() => void home.refetch()} />}
      {home.data && (
        <Stack gap="xl">
          {groups.map((group) => (
            <section key={group.key} aria-labelledby={`group-${group.key}`}>
              <Group gap="xs" mb={4}>
                <Title order={2} id={`group-${group.key}`}>
                  {group.title}
                </Title>
                <Text c="dimmed" className="ens-tabular">
                  {home.data[group.key].length}
                </Text>
              </Group>
              {home.data[group.key].length === 0 ? (
                <Text c="dimmed">{group.empty}</Text>
              ) : (
                <ul className={classes.list}>
                  {home.data[group.key].map((session) => (
                    <SessionRow key={session.id} team={team} session={session} />
                  ))}
                </ul>
              )}
            </section>
          ))}
        </Stack>
      )}
      {creating && <NewSessionDialog team={team} onClose={() => setCreating(false)} />}
    </Page>
  );
}

const countOf = (data: Groups) => data.needsYou.length + data.running.length + data.quiet.length;

function HomeSkeleton() {
  return (
    <Stack gap="sm" aria-busy="true" aria-label="Loading the sessions">
      {[0, 1, 2].map((row) => (
        <Skeleton key={row} height={52} />
      ))}
    </Stack>
  );
}
