'use client';

import { Button, Center, Group, SegmentedControl, Skeleton, Stack, Text } from '@mantine/core';
import { useLocalStorage } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { FileDiff, FileText } from '@/components/review/diff-view.tsx';
import type { RouterOutputs } from '@/components/router-outputs.ts';
import { useTRPC } from '@/components/trpc.tsx';
import classes from './change-view.module.css';
import { useSession } from './session-context.tsx';

/** One file's uncommitted change against the branch. */
export function ChangeView({ path }: { path: string }) {
  const { session, openFile } = useSession();
  const trpc = useTRPC();
  const [style, setStyle] = useLocalStorage<'unified' | 'split'>({
    key: 'ensemble:diff-style',
    defaultValue: 'unified',
  });
  const compare = useQuery(trpc.files.change.queryOptions({ sessionId: session.id, path }));
  return (
    <div className={classes.view}>
      <Group className={classes.head} gap="sm" wrap="nowrap">
        <Text className="ens-mono" truncate flex={1} title={path}>
          {path}
        </Text>
        <SegmentedControl
          size="xs"
          value={style}
          onChange={(value) => setStyle(value === 'split' ? 'split' : 'unified')}
          data={[
            { value: 'unified', label: 'Unified' },
            { value: 'split', label: 'Side by side' },
          ]}
          aria-label="How the change is shown"
        />
        <Button variant="default" onClick={() => void openFile(path)}>
          Open file
        </Button>
      </Group>
      <div className={classes.scroll} tabIndex={0} role="region" aria-label={`Change of ${path}`}>
        {compare.isPending && <Skeleton height={160} m="md" />}
        {compare.error && (
          <Center p="lg">
            <Stack gap="sm" maw={420}>
              <Text>{compare.error.message}</Text>
              <Button variant="default" w="fit-content" onClick={() => void compare.refetch()}>
                Try again
              </Button>
            </Stack>
          </Center>
        )}
        {compare.data && <Comparison path={path} change={compare.data} split={style === 'split'} />}
      </div>
    </div>
  );
}

type Side = RouterOutputs['files']['change']['base'];

const reasons = {
  binary: 'It is binary',
  encoding: 'It is not UTF-8 text',
  mixed_eol: 'Its lines end in different ways',
  too_large: 'It is larger than 5 MB',
  symlink: 'It is a symbolic link',
  submodule: 'It is a submodule',
};

const textOf = (side: Side) => (side.kind === 'text' ? side.text : '');

/** A file to read, or why it is not shown as text. */
export function SideText({ path, side }: { path: string; side: Side }) {
  if (side.kind === 'text') return <FileText path={path} text={side.text} />;
  return (
    <Text p="md">{side.kind === 'other' ? `${reasons[side.reason]}, so it is not shown.` : 'It was not there.'}</Text>
  );
}

/** Both sides, or why they are not shown as text. */
export function Comparison({
  path,
  change,
  split,
}: {
  path: string;
  change: RouterOutputs['files']['change'];
  split: boolean;
}) {
  const { base, current } = change;
  const other = current.kind === 'other' ? current : base.kind === 'other' ? base : undefined;
  if (other) return <Text p="md">{`${reasons[other.reason]}, so its change is not shown as lines.`}</Text>;
  if (change.isModeChange && textOf(base) === textOf(current))
    return <Text p="md">Only whether it may be executed has changed.</Text>;
  return <FileDiff path={path} oldText={textOf(base)} newText={textOf(current)} split={split} />;
}
