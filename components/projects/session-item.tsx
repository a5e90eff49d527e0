'use client';

import { Button, Text } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { IconGitBranch } from '@tabler/icons-react';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import Link from 'next/link';
import homeClasses from '@/components/home/home.module.css';
import type { RouterOutputs } from '@/components/router-outputs.ts';
import { useTRPC } from '@/components/trpc.tsx';
import { TimeAgo } from '@/components/ui/time-ago.tsx';

/** A session of a project; one that was archived or deleted can be brought back from here. */
export function SessionItem({ team, session }: { team: string; session: RouterOutputs['sessions']['list'][number] }) {
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const onSuccess = () => queryClient.invalidateQueries({ queryKey: trpc.sessions.pathKey() });
  const onError = (error: { message: string }) =>
    notifications.show({ color: 'red', title: 'The session stays as it is', message: error.message });
  const restore = useMutation(trpc.sessions.restore.mutationOptions({ onSuccess, onError }));
  const unarchive = useMutation(trpc.sessions.archive.mutationOptions({ onSuccess, onError }));
  const what = (
    <>
      <span className={homeClasses.title}>{session.title}</span>
      <Text size="xs" c="dimmed" component="span" className={homeClasses.where}>
        <IconGitBranch size={12} aria-hidden /> {session.branch}
      </Text>
    </>
  );
  if (session.deletedAt !== null) {
    return (
      <li className={homeClasses.row}>
        <span className={homeClasses.what}>{what}</span>
        {session.removedAt && (
          <Text size="xs" c="dimmed">
            removed for good <TimeAgo at={session.removedAt} />
          </Text>
        )}
        <Button
          size="compact-xs"
          variant="default"
          loading={restore.isPending}
          onClick={() => restore.mutate({ sessionId: session.id })}
        >
          Bring back
        </Button>
      </li>
    );
  }
  return (
    <li className={homeClasses.row}>
      <Link href={`/${team}/sessions/${session.id}`} className={`${homeClasses.what} ${homeClasses.link}`}>
        {what}
      </Link>
      {session.archivedAt !== null && (
        <Button
          size="compact-xs"
          variant="default"
          loading={unarchive.isPending}
          onClick={() => unarchive.mutate({ sessionId: session.id, archived: false })}
        >
          Bring back
        </Button>
      )}
      <Text size="xs" c="dimmed" className={homeClasses.age}>
        <TimeAgo at={session.lastActivityAt} />
      </Text>
    </li>
  );
}
