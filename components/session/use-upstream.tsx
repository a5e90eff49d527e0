'use client';

import { Button, Stack, Text } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useMutation } from '@tanstack/react-query';
import type { RouterOutputs } from '@/components/router-outputs.ts';
import { useTRPC } from '@/components/trpc.tsx';
import { useSession } from './session-context.tsx';

/** Fetching from the project's upstream and pushing to it; what came of it is said in words. */
export function useUpstream() {
  const { session, workbench } = useSession();
  const trpc = useTRPC();
  const fetching = useMutation(
    trpc.commits.fetch.mutationOptions({
      onSuccess: (fetched) => {
        if (fetched.state !== 'up_to_date') workbench.set({ side: 'changes', phone: 'changes' });
        notifications.show({ ...fetchedWords(fetched, session.branch), autoClose: 12_000 });
      },
      onError: (error) =>
        notifications.show({ color: 'red', title: 'Nothing was fetched', message: error.message, autoClose: 30_000 }),
    }),
  );
  const fetchAndMerge = () => fetching.mutate({ sessionId: session.id });
  const push = useMutation(
    trpc.commits.push.mutationOptions({
      onSuccess: ({ commit }) =>
        notifications.show({
          color: 'green',
          title: 'Pushed',
          message: `The upstream has ${session.branch} at ${commit.slice(0, 8)}.`,
        }),
      onError: (error) =>
        sayNotPushed('Not pushed', error.message, error.data?.appCode === 'conflict' ? fetchAndMerge : undefined),
    }),
  );
  return {
    fetchAndMerge,
    push: () => push.mutate({ sessionId: session.id }),
    isBusy: fetching.isPending || push.isPending,
  };
}

/** The commits are here and not there: the reason and, where it helps, the way on. */
export function sayNotPushed(title: string, reason: string, fetchAndMerge: (() => void) | undefined): void {
  const id = notifications.show({
    color: 'yellow',
    title,
    message: (
      <Stack gap="xs">
        <Text>{reason}</Text>
        {fetchAndMerge && (
          <Button
            w="fit-content"
            size="compact-xs"
            variant="default"
            onClick={() => {
              notifications.hide(id);
              fetchAndMerge();
            }}
          >
            Fetch and merge
          </Button>
        )}
      </Stack>
    ),
    autoClose: 30_000,
  });
}

type Fetched = RouterOutputs['commits']['fetch'];

function fetchedWords({ state, paths, conflicts }: Fetched, branch: string) {
  if (conflicts.length > 0) {
    return {
      color: 'yellow',
      title: `Merged ${branch} of the upstream`,
      message: `Choose between both versions in ${conflicts.join(', ')}, then commit.`,
    };
  }
  const files = `${paths.length} ${paths.length === 1 ? 'file' : 'files'} changed here`;
  switch (state) {
    case 'up_to_date':
      return { color: 'green', title: 'Up to date', message: `The upstream has nothing new on ${branch}.` };
    case 'merged':
      return { color: 'green', title: `Merged ${branch} of the upstream`, message: `${files}.` };
    case 'merging':
      return {
        color: 'green',
        title: `Merged ${branch} of the upstream`,
        message: `${files}. Look at the changes and commit; the commit joins both histories.`,
      };
  }
}
