'use client';

import { Button, Center, Group, SegmentedControl, Skeleton, Stack, Text } from '@mantine/core';
import { useLocalStorage } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { FileDiff } from '@/components/review/diff-view.tsx';
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
  const compare = useQuery(trpc.files.compare.queryOptions({ sessionId: session.id, path }));
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
        {compare.data &&
          (compare.data.reason ? (
            <Text p="md">{compare.data.reason}</Text>
          ) : (
            <FileDiff
              path={path}
              oldText={compare.data.oldText ?? ''}
              newText={compare.data.newText ?? ''}
              split={style === 'split'}
            />
          ))}
      </div>
    </div>
  );
}
