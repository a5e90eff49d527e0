'use client';

import { Button, Text } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useMutation } from '@tanstack/react-query';
import { useTRPC } from '@/components/trpc.tsx';
import type { DeniedItem, PermissionItem } from '@/server/core/transcript-item.ts';
import classes from './conversation.module.css';
import { NeedsWords } from './needs-words.tsx';
import { may, useSession } from './session-context.tsx';
import { useMayAllow } from './use-may-allow.ts';
import { useSeen } from './use-seen.ts';

type RetryProps = {
  item: PermissionItem | DeniedItem;
  /** How long it is to be seen before it can be pressed. */
  afterMs?: number;
};

/** Lets those who may approve allow a denied action once after all. The agent is prompted to try it again. */
export function RetryDenied({ item, afterMs = 0 }: RetryProps) {
  const { session } = useSession();
  const isSeen = useSeen(`${item.permissionId}:denied`, afterMs);
  const allowing = useMayAllow(item);
  const trpc = useTRPC();
  const retry = useMutation(
    trpc.runs.retryDenied.mutationOptions({
      onError: (error) => notifications.show({ color: 'red', title: 'Not allowed', message: error.message }),
    }),
  );
  if (item.liftedBy)
    return (
      <Text size="sm" mt={4} className={classes.good}>
        Allowed once by {item.liftedBy.name}, to be tried again
      </Text>
    );
  const isFinal = item.kind === 'denied' && item.deniedBy !== 'guard' && item.deniedBy !== 'opinion';
  if (isFinal || !may(session, 'approve') || !may(session, 'prompt')) return null;
  const { permissionId } = item;
  if (!allowing.ok)
    return (
      <>
        <NeedsWords item={item} isOpen />
        <Text c="dimmed" size="xs" mt={4}>
          {allowing.why}
        </Text>
      </>
    );
  return (
    <>
      <NeedsWords item={item} isOpen />
      <Button
        size="compact-sm"
        variant="default"
        mt={8}
        loading={retry.isPending}
        disabled={!isSeen}
        onClick={() => retry.mutate({ permissionId })}
      >
        Allow once and try again
      </Button>
    </>
  );
}
