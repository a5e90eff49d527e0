'use client';

import { Center, Group, SegmentedControl, Skeleton, Text } from '@mantine/core';
import { useLocalStorage } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { useCallback } from 'react';
import { Face } from '@/components/people/face.tsx';
import { FileDiff, FileText } from '@/components/review/diff-view.tsx';
import type { RouterOutputs } from '@/components/router-outputs.ts';
import { useTRPC } from '@/components/trpc.tsx';
import classes from './change-view.module.css';
import { useSession } from './session-context.tsx';

/** The height of a line of code in these views, in pixels. */
const linePx = 20;

/** A file of a run as its agent has it now: to read, with the last edit in sight. */
export function LiveView({ runId, path, agent }: { runId: string; path: string; agent: string }) {
  const { feed } = useSession();
  const trpc = useTRPC();
  const [shows, setShows] = useLocalStorage<'file' | 'change'>({ key: 'ensemble:live-view', defaultValue: 'file' });
  const file = useQuery(
    trpc.runs.file.queryOptions({ runId, path }, { retry: false, placeholderData: (before) => before }),
  );
  const isOver = feed.getTranscript().runs[runId]?.finishedAt !== undefined;
  return (
    <div className={classes.view}>
      <Group className={classes.head} gap="sm" wrap="nowrap">
        <Face kind="agent" id={agent} name={agent} size={18} />
        <Text className={`ens-mono ${classes.path}`} title={path}>
          <bdi>{path}</bdi>
        </Text>
        <Text size="xs" c="dimmed" truncate className={classes.hint} visibleFrom="sm">
          {isOver ? 'as the agent left it' : 'while the agent works, read-only'}
        </Text>
        <SegmentedControl
          size="xs"
          value={shows}
          onChange={(value) => setShows(value === 'change' ? 'change' : 'file')}
          className={classes.choice}
          data={[
            { value: 'file', label: 'File' },
            { value: 'change', label: 'Change' },
          ]}
          aria-label="What is shown"
        />
      </Group>
      {file.isPending && <Skeleton height={160} m="md" />}
      {file.data && !file.error && <Shown file={file.data} shows={shows} />}
      {file.error && (
        <Center p="lg">
          <Text maw={420}>{file.error.message}</Text>
        </Center>
      )}
    </div>
  );
}

const reasons = { binary: 'It is binary', too_large: 'It is larger than 256 KB' };

function Shown({ file, shows }: { file: RouterOutputs['runs']['file']; shows: 'file' | 'change' }) {
  const { path, line } = file;
  // Each time the edited line is another one, it is brought into sight.
  const bringIntoSight = useCallback(
    (box: HTMLDivElement | null) => box?.scrollTo({ top: Math.max(0, (line - 1) * linePx - box.clientHeight / 3) }),
    [line],
  );
  if (file.omitted) return <Text p="md">{reasons[file.omitted]}, so it is not shown.</Text>;
  if (file.text === null) return <Text p="md">The agent has deleted this file.</Text>;
  if (shows === 'change')
    return (
      <div className={classes.scroll} tabIndex={0} role="region" aria-label={`Change of ${path} so far`}>
        <FileDiff path={path} oldText={file.baseText ?? ''} newText={file.text} split={false} />
      </div>
    );
  return (
    <div
      ref={bringIntoSight}
      className={classes.scroll}
      tabIndex={0}
      role="region"
      aria-label={`${path} as the agent has it, last edit in line ${line}`}
    >
      <FileText path={path} text={file.text} line={line} />
    </div>
  );
}
