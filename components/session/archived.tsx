'use client';

import { Alert, Button, Center, Group, Skeleton, Text } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { IconArchive } from '@tabler/icons-react';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useRouter } from 'next/navigation';
import { useEffect } from 'react';
import { FileText } from '@/components/review/diff-view.tsx';
import { useTRPC } from '@/components/trpc.tsx';
import classes from './editor-pane.module.css';
import { useSession } from './session-context.tsx';

/** An archived session can be read; who may archive can bring it back. */
export function ArchivedBanner() {
  const { session } = useSession();
  const trpc = useTRPC();
  const router = useRouter();
  const bringBack = useMutation(
    trpc.sessions.archive.mutationOptions({
      onSuccess: () => router.refresh(),
      onError: (error) => notifications.show({ color: 'red', title: 'It stays archived', message: error.message }),
    }),
  );
  return (
    <Alert color="gray" radius={0} p="sm" icon={<IconArchive size={18} />}>
      <Group justify="space-between" gap="sm">
        <span>
          This session is archived. Files and conversation can be read.
          {!session.canArchive && ' A lead or admin of the team can bring it back.'}
        </span>
        {session.canArchive && (
          <Button
            loading={bringBack.isPending}
            onClick={() => bringBack.mutate({ sessionId: session.id, archived: false })}
          >
            Bring back
          </Button>
        )}
      </Group>
    </Alert>
  );
}

/** Somebody put the session away or brought it back while this page is open: the page follows. */
export function useArchiveNews(): void {
  const { session, feed } = useSession();
  const router = useRouter();
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const stop = feed.on('session_archived', ({ body }) => {
      // Old events come again at the start; the last one counts.
      clearTimeout(timer);
      if (body.type !== 'session_archived' || body.archived === session.isArchived) return;
      timer = setTimeout(() => router.refresh(), 300);
    });
    return () => {
      clearTimeout(timer);
      stop();
    };
  }, [feed, router, session.isArchived]);
}

/** A file as it was left, to read. */
export function StoredFile({ path }: { path: string }) {
  const { session } = useSession();
  const trpc = useTRPC();
  const file = useQuery(trpc.files.read.queryOptions({ sessionId: session.id, path }));
  if (file.error) {
    return (
      <Center h="100%" p="lg">
        <Text>{file.error.message}</Text>
      </Center>
    );
  }
  if (!file.data) return <Skeleton height={200} m="md" role="img" aria-label="Loading the file" />;
  return (
    <div className={classes.stored} tabIndex={0} role="region" aria-label={`${path}, read only`}>
      <FileText path={path} text={file.data.text} />
    </div>
  );
}
