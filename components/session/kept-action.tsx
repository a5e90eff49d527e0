'use client';

import { Button, Group, Text } from '@mantine/core';
import { modals } from '@mantine/modals';
import { notifications } from '@mantine/notifications';
import { IconArrowBackUp, IconHistory } from '@tabler/icons-react';
import { useMutation } from '@tanstack/react-query';
import { useTRPC } from '@/components/trpc.tsx';
import type { KeptItem, KeptMark } from '@/server/core/transcript-item.ts';
import { visibleText } from '@/server/core/visible-text.ts';
import classes from './conversation.module.css';
import { may, useSession } from './session-context.tsx';

/** An action that has no other card, with the way back from it. */
export function KeptAction({ item }: { item: KeptItem }) {
  const { title } = item.kept;
  return (
    <div className={classes.card} role="group" aria-label={`Files kept before: ${title}`}>
      <Group className={classes.cardHead} wrap="nowrap">
        <IconHistory size={14} stroke={1.6} aria-hidden />
        <span className={classes.cardTitle} title={title}>
          {visibleText(title)}
        </span>
        <Undo kept={item.kept} />
      </Group>
    </div>
  );
}

/** Puts the run's files back to before an action; asks first when the agent went on since. */
export function Undo({ kept: { keptId, title, putBack } }: { kept: KeptMark }) {
  const { session } = useSession();
  const trpc = useTRPC();
  const undo = useMutation(
    trpc.runs.undoAction.mutationOptions({
      onSuccess: () => notifications.show({ message: 'The run has the files from before this action again.' }),
      onError: (error, asked) => {
        if (error.data?.details?.['later'] !== undefined) confirm(error.message, asked.keptId);
        else notifications.show({ color: 'red', title: 'Not undone', message: error.message });
      },
    }),
  );
  const confirm = (message: string, of: string) =>
    modals.openConfirmModal({
      title: 'Undo what came later too?',
      children: <Text size="sm">{message} The files as they are now are kept, so this can be undone in its turn.</Text>,
      labels: { confirm: 'Undo all of it', cancel: 'Leave it' },
      onConfirm: () => undo.mutate({ keptId: of, withLater: true }),
    });
  if (!may(session, 'prompt')) return null;
  const redoId = putBack?.undoId;
  return (
    <>
      {putBack && (
        <Text size="xs" c="dimmed">
          Undone by {putBack.by.name}
        </Text>
      )}
      <Button
        size="compact-sm"
        variant="subtle"
        leftSection={<IconArrowBackUp size={14} aria-hidden />}
        loading={undo.isPending}
        aria-label={redoId === undefined ? `Undo ${title}` : `Redo ${title}`}
        onClick={() =>
          redoId === undefined ? undo.mutate({ keptId }) : undo.mutate({ keptId: redoId, withLater: true })
        }
      >
        {redoId === undefined ? 'Undo' : 'Redo'}
      </Button>
    </>
  );
}
