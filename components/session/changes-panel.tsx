'use client';

import { ActionIcon, Button, Skeleton, Stack, Text, Tooltip, UnstyledButton } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { IconArrowBackUp } from '@tabler/icons-react';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useTRPC } from '@/components/trpc.tsx';
import classes from './changes-panel.module.css';
import { HistoryList } from './history-list.tsx';
import { may, useSession } from './session-context.tsx';
import side from './side-bar.module.css';

const letters = { added: 'A', modified: 'M', deleted: 'D' } as const;

/** What differs from the branch: look at it, give single files back, commit. */
export function ChangesPanel() {
  const { session, workbench } = useSession();
  const trpc = useTRPC();
  const changes = useQuery(trpc.files.changes.queryOptions({ sessionId: session.id }));
  return (
    <section className={side.panel} aria-label="Changes">
      <div className={side.heading}>
        <span>Uncommitted changes</span>
        <Text size="xs" c="dimmed" className="ens-tabular">
          {changes.data?.items.length ?? ''}
        </Text>
        {!session.isGuest && (
          <Button
            size="compact-xs"
            variant="subtle"
            hiddenFrom="sm"
            onClick={() => workbench.set({ phone: 'checkpoints' })}
          >
            Checkpoints
          </Button>
        )}
      </div>
      <div className={side.scroll}>
        {changes.isPending && <Skeleton height={60} m="md" />}
        {changes.error && (
          <Stack p="md" gap="sm">
            <Text>{changes.error.message}</Text>
            <Button variant="default" w="fit-content" onClick={() => void changes.refetch()}>
              Try again
            </Button>
          </Stack>
        )}
        {changes.data?.items.length === 0 && (
          <Text px="md" c="dimmed">
            Nothing differs from {session.branch}.
          </Text>
        )}
        {changes.data?.items.map((change) => (
          <Change key={change.path} path={change.path} status={change.status} />
        ))}
        {!session.isGuest && <HistoryList />}
      </div>
    </section>
  );
}

function Change({ path, status }: { path: string; status: keyof typeof letters }) {
  const { session, workbench } = useSession();
  const discard = useDiscard();
  const name = path.split('/').at(-1) ?? path;
  return (
    <div className={classes.change}>
      <UnstyledButton className={classes.name} title={path} onClick={() => workbench.show({ kind: 'change', path })}>
        <span className={classes.letter} data-status={status} aria-label={status}>
          {letters[status]}
        </span>
        <span className={classes.file}>{name}</span>
        <span className={classes.folder}>{path.slice(0, -name.length - 1)}</span>
      </UnstyledButton>
      {may(session, 'edit') && (
        <Tooltip label="Discard the changes of this file">
          <ActionIcon size={22} aria-label={`Discard the changes of ${path}`} onClick={() => discard(path)}>
            <IconArrowBackUp size={14} />
          </ActionIcon>
        </Tooltip>
      )}
    </div>
  );
}

/** Discards at once and offers the way back. */
function useDiscard(): (path: string) => void {
  const { session } = useSession();
  const trpc = useTRPC();
  const refused = (error: { message: string }) =>
    notifications.show({ color: 'red', title: 'The file stays as it is', message: error.message });
  const restore = useMutation(trpc.files.restore.mutationOptions({ onError: refused }));
  const discard = useMutation(
    trpc.files.discard.mutationOptions({
      onError: refused,
      onSuccess: (result, { path }) => {
        const id = notifications.show({
          title: `Discarded the changes of ${path.split('/').at(-1) ?? path}`,
          autoClose: 12_000,
          message: (
            <Button
              size="compact-xs"
              variant="default"
              onClick={() => {
                notifications.hide(id);
                restore.mutate({ sessionId: session.id, path, commit: result.restoreCommit });
              }}
            >
              Undo
            </Button>
          ),
        });
      },
    }),
  );
  return (path) => discard.mutate({ sessionId: session.id, path });
}
