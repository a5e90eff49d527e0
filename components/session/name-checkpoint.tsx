'use client';

import { notifications } from '@mantine/notifications';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useTRPC, useTRPCClient } from '@/components/trpc.tsx';
import { NameDialog } from './name-dialog.tsx';
import { useSession, useWorkbench } from './session-context.tsx';

const staysWords = 'A checkpoint with a name stays; the others are thinned as they age.';

function useLookAgain(): () => Promise<void> {
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  return () => queryClient.invalidateQueries({ queryKey: trpc.checkpoints.pathKey() });
}

/** Asks for the name of a new checkpoint while the workbench says so. */
export function SaveCheckpoint() {
  const { session, workbench } = useSession();
  const isOpen = useWorkbench((state) => state.savingCheckpoint);
  const client = useTRPCClient();
  const lookAgain = useLookAgain();
  if (!isOpen) return null;
  return (
    <NameDialog
      title="Save a checkpoint"
      label="Name"
      description={`The session as it is now, open files included. ${staysWords}`}
      initial=""
      action="Save"
      onSubmit={async (name) => {
        const saved = await client.checkpoints.save.mutate({ sessionId: session.id, name });
        notifications.show({ color: 'green', title: 'Saved the checkpoint', message: saved.name });
        await lookAgain();
      }}
      onClose={() => workbench.set({ savingCheckpoint: false })}
    />
  );
}

export function NameCheckpoint({
  checkpointId,
  name,
  onClose,
}: {
  checkpointId: string;
  name: string | null;
  onClose: () => void;
}) {
  const client = useTRPCClient();
  const lookAgain = useLookAgain();
  return (
    <NameDialog
      title={name === null ? 'Name the checkpoint' : 'Rename the checkpoint'}
      label="Name"
      description={staysWords}
      initial={name ?? ''}
      action={name === null ? 'Name' : 'Rename'}
      onSubmit={async (next) => {
        await client.checkpoints.rename.mutate({ checkpointId, name: next });
        await lookAgain();
      }}
      onClose={onClose}
    />
  );
}

export function useTakeName(): (checkpointId: string) => void {
  const trpc = useTRPC();
  const lookAgain = useLookAgain();
  const take = useMutation(
    trpc.checkpoints.rename.mutationOptions({
      networkMode: 'always',
      onError: (error) =>
        notifications.show({ color: 'red', title: 'The checkpoint keeps its name', message: error.message }),
      onSuccess: lookAgain,
    }),
  );
  return (checkpointId) => take.mutate({ checkpointId, name: null });
}
