'use client';

import { ActionIcon, Button, Menu, Skeleton, Stack, Text, Tooltip, UnstyledButton } from '@mantine/core';
import { IconDots, IconFlag, IconPlus } from '@tabler/icons-react';
import { useInfiniteQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { RouterOutputs } from '@/components/router-outputs.ts';
import { useTRPC } from '@/components/trpc.tsx';
import { Fault } from '@/components/ui/fault.tsx';
import { TimeAgo } from '@/components/ui/time-ago.tsx';
import classes from './checkpoints-panel.module.css';
import { NameCheckpoint, useTakeName } from './name-checkpoint.tsx';
import { RestoreDialog } from './restore-dialog.tsx';
import { may, useSession, useWorkbench } from './session-context.tsx';
import side from './side-bar.module.css';

export type Checkpoint = RouterOutputs['checkpoints']['list']['items'][number];

/** Points of which nobody tells are looked for this often while the panel is open. */
const lookAgainMs = 60_000;

export function useCheckpoints() {
  const { session } = useSession();
  const trpc = useTRPC();
  return useInfiniteQuery(
    trpc.checkpoints.list.infiniteQueryOptions(
      { sessionId: session.id },
      { getNextPageParam: (page) => page.nextCursor, refetchInterval: lookAgainMs, networkMode: 'always' },
    ),
  );
}

/** The session's checkpoints, newest first: look at one, name it, go back to it. */
export function CheckpointsPanel() {
  const { session, workbench } = useSession();
  const points = useCheckpoints();
  const items = points.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <section className={side.panel} aria-label="Checkpoints">
      <div className={side.heading}>
        <span>Checkpoints</span>
        {may(session, 'edit') && (
          <Tooltip label="Save a checkpoint">
            <ActionIcon aria-label="Save a checkpoint" onClick={() => workbench.set({ savingCheckpoint: true })}>
              <IconPlus size={16} stroke={1.6} />
            </ActionIcon>
          </Tooltip>
        )}
      </div>
      <div className={side.scroll}>
        {points.isPending && <PanelSkeleton />}
        {points.error && (
          <Stack p="md">
            <Fault message={points.error.message} onRetry={() => void points.refetch()} />
          </Stack>
        )}
        {points.data && items.length === 0 && (
          <Text px="md" c="dimmed">
            No checkpoint yet. They are made by themselves before a run, a restore and a commit, and while people work.
          </Text>
        )}
        <ol className={classes.line}>
          {items.map((point) => (
            <Point key={point.id} point={point} />
          ))}
        </ol>
        {points.hasNextPage && (
          <Button
            variant="subtle"
            mx="md"
            mb="md"
            loading={points.isFetchingNextPage}
            onClick={() => void points.fetchNextPage()}
          >
            Show older checkpoints
          </Button>
        )}
      </div>
    </section>
  );
}

function PanelSkeleton() {
  return (
    <Stack px="md" gap="md" aria-busy="true" aria-label="Loading the checkpoints">
      {[70, 52, 64].map((width) => (
        <Skeleton key={width} height={28} width={`${width}%`} />
      ))}
    </Stack>
  );
}

function Point({ point }: { point: Checkpoint }) {
  const { workbench } = useSession();
  const isShown = useWorkbench(({ tabs, active }) => {
    const tab = tabs[active];
    return tab?.kind === 'checkpoint' && tab.checkpointId === point.id;
  });
  const isNamed = point.kind === 'named';
  return (
    <li className={classes.point} data-shown={isShown || undefined}>
      <span className={classes.mark} data-named={isNamed || undefined} aria-hidden>
        {isNamed && <IconFlag size={12} stroke={2} />}
      </span>
      <UnstyledButton
        className={classes.words}
        aria-current={isShown || undefined}
        onClick={() => workbench.show({ kind: 'checkpoint', checkpointId: point.id, title: point.title })}
      >
        <Text component="span" className={classes.title} fw={isNamed ? 600 : 400} lineClamp={2}>
          {point.title}
        </Text>
        <Text component="span" size="xs" c="dimmed" className="ens-tabular">
          {point.actor.kind === 'system' ? '' : `${point.actor.name} · `}
          <TimeAgo at={point.createdAt} />
          {point.changedFiles > 0 && <Difference point={point} />}
        </Text>
      </UnstyledButton>
      <PointMenu point={point} />
    </li>
  );
}

function Difference({ point: { changedFiles, addedLines, removedLines } }: { point: Checkpoint }) {
  const files = `${changedFiles} ${changedFiles === 1 ? 'file' : 'files'}`;
  return (
    <span title={`${files} differ from the checkpoint before`}>
      {` · ${files} `}
      {addedLines > 0 && <span className={classes.added}>+{addedLines} </span>}
      {removedLines > 0 && <span className={classes.removed}>−{removedLines}</span>}
    </span>
  );
}

function PointMenu({ point }: { point: Checkpoint }) {
  const { session } = useSession();
  const [dialog, setDialog] = useState<'restore' | 'name'>();
  const takeName = useTakeName();
  if (!may(session, 'edit')) return null;
  const close = () => setDialog(undefined);
  return (
    <>
      <Menu position="bottom-end" width={200}>
        <Menu.Target>
          <ActionIcon size={24} className={classes.more} aria-label={`More about ${point.title}`}>
            <IconDots size={16} stroke={1.6} />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item onClick={() => setDialog('restore')}>Restore…</Menu.Item>
          <Menu.Item onClick={() => setDialog('name')}>{point.name === null ? 'Name it…' : 'Rename…'}</Menu.Item>
          {point.name !== null && <Menu.Item onClick={() => takeName(point.id)}>Take the name away</Menu.Item>}
        </Menu.Dropdown>
      </Menu>
      {dialog === 'restore' && <RestoreDialog checkpointId={point.id} title={point.title} onClose={close} />}
      {dialog === 'name' && <NameCheckpoint checkpointId={point.id} name={point.name} onClose={close} />}
    </>
  );
}
