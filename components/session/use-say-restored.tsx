'use client';

import { Button, Stack, Text } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import type { RouterOutputs } from '@/components/router-outputs.ts';
import { useTRPC } from '@/components/trpc.tsx';

type Restored = RouterOutputs['checkpoints']['restore'];

/** Tells what a restore did and offers the way back. */
export function useSayRestored(): (restored: Restored, title: string) => void {
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const lookAgain = () => queryClient.invalidateQueries({ queryKey: trpc.checkpoints.pathKey() });
  const undo = useMutation(
    trpc.checkpoints.restore.mutationOptions({
      networkMode: 'always',
      onError: (error) =>
        notifications.show({ color: 'red', title: 'The restore was not undone', message: error.message }),
      onSuccess: async () => {
        notifications.show({ color: 'green', title: 'Undid the restore', message: 'The session is as it was before.' });
        await lookAgain();
      },
    }),
  );
  return ({ paths, left, undoId }, title) => {
    void lookAgain();
    const id = notifications.show({
      color: left.length > 0 ? 'yellow' : 'green',
      title: `Restored “${title}”`,
      autoClose: 20_000,
      message: (
        <Stack gap={6} align="flex-start">
          <Text size="sm">{`${paths.length} ${paths.length === 1 ? 'file' : 'files'} changed.`}</Text>
          {left.map(({ path, reason }) => (
            <Text key={path} size="sm">{`${path} stays as it is: ${reason}.`}</Text>
          ))}
          {undoId !== null && (
            <Button
              size="compact-xs"
              variant="default"
              onClick={() => {
                notifications.hide(id);
                undo.mutate({ checkpointId: undoId });
              }}
            >
              Undo restore
            </Button>
          )}
        </Stack>
      ),
    });
  };
}
