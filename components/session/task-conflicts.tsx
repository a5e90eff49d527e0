import { Anchor, Button, Group, Text } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useMutation } from '@tanstack/react-query';
import { useTRPC } from '@/components/trpc.tsx';
import type { TaskLog } from '@/server/core/task-log.ts';
import classes from './bottom-panel.module.css';
import { may, useSession } from './session-context.tsx';

/** Files where the command's version and people's do not go together: both are kept, and people choose. */
export function TaskConflicts({ task }: { task: TaskLog }) {
  const { session, openFile } = useSession();
  const { take, taking } = useTakeVersion();
  const { conflicts, conflictsCommit: commit } = task;
  if (conflicts.length === 0 || commit === undefined) return null;
  return (
    <div className={classes.conflicts} role="group" aria-label="Not taken over">
      {conflicts.map(({ path, reason }) => (
        <Group key={path} gap="sm" wrap="nowrap">
          <Anchor
            component="button"
            className="ens-mono"
            size="xs"
            truncate
            maw="50%"
            flex="none"
            title={path}
            onClick={() => void openFile(path)}
          >
            {path}
          </Anchor>
          <Text size="xs" c="dimmed" flex={1} miw={0} truncate title={why(reason)}>
            {why(reason)}
          </Text>
          {may(session, 'edit') && (
            <Button
              size="compact-xs"
              variant="default"
              flex="none"
              loading={taking === path}
              onClick={() => take(path, commit)}
            >
              Take the command’s version
            </Button>
          )}
        </Group>
      ))}
    </div>
  );
}

const why = (reason: string | undefined) => reason ?? 'both changed the same lines';

/** Takes a version at once and offers the way back. */
function useTakeVersion() {
  const { session } = useSession();
  const trpc = useTRPC();
  const refused = (error: { message: string }) =>
    notifications.show({ color: 'red', title: 'The file stays as it is', message: error.message });
  const undo = useMutation(trpc.files.restore.mutationOptions({ onError: refused }));
  const restore = useMutation(
    trpc.files.restore.mutationOptions({
      onError: refused,
      onSuccess: ({ path, restoreCommit }) => {
        const id = notifications.show({
          title: `Took the command’s version of ${path.split('/').at(-1) ?? path}`,
          autoClose: 12_000,
          message: (
            <Button
              size="compact-xs"
              variant="default"
              onClick={() => {
                notifications.hide(id);
                undo.mutate({ sessionId: session.id, path, commit: restoreCommit });
              }}
            >
              Undo
            </Button>
          ),
        });
      },
    }),
  );
  return {
    take: (path: string, commit: string) => restore.mutate({ sessionId: session.id, path, commit }),
    taking: restore.isPending ? restore.variables.path : undefined,
  };
}
