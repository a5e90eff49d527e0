'use client';

import { Button, CopyButton, Text, Tooltip, UnstyledButton } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import { useTRPC } from '@/components/trpc.tsx';
import { TimeAgo } from '@/components/ui/time-ago.tsx';
import classes from './history-list.module.css';
import { useSession } from './session-context.tsx';

/** The branch's commits, newest first. */
export function HistoryList() {
  const { session } = useSession();
  const trpc = useTRPC();
  const history = useInfiniteQuery(
    trpc.commits.history.infiniteQueryOptions(
      { sessionId: session.id, limit: 20 },
      { getNextPageParam: (page) => page.nextCursor },
    ),
  );
  const commits = history.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <section aria-label={`History of ${session.branch}`}>
      <Text fw={600} px="md" pt="lg" pb={4}>
        History of {session.branch}
      </Text>
      {history.error && (
        <Text px="md" c="dimmed">
          {history.error.message}
        </Text>
      )}
      <ol className={classes.list}>
        {commits.map((commit) => (
          <li key={commit.commit} className={classes.commit}>
            <span className={classes.subject} title={`${commit.subject}\n\n${commit.body}`.trim()}>
              {commit.subject}
            </span>
            <Text size="xs" c="dimmed" component="span">
              {commit.author.name}, <TimeAgo at={commit.at} /> ·{' '}
              <CopyButton value={commit.commit}>
                {({ copied, copy }) => (
                  <Tooltip label={copied ? 'Copied' : 'Copy the full id'}>
                    <UnstyledButton className={classes.id} onClick={copy}>
                      {commit.commit.slice(0, 8)}
                    </UnstyledButton>
                  </Tooltip>
                )}
              </CopyButton>
            </Text>
          </li>
        ))}
      </ol>
      {history.hasNextPage && (
        <Button
          variant="subtle"
          mx="md"
          mb="md"
          loading={history.isFetchingNextPage}
          onClick={() => void history.fetchNextPage()}
        >
          Show older commits
        </Button>
      )}
    </section>
  );
}
