'use client';

import { Alert, Button, Group } from '@mantine/core';
import { IconPlugConnectedX } from '@tabler/icons-react';
import { useRoomState } from '@/components/editor/use-room.ts';
import { useSession } from './session-context.tsx';

/** The room is closed for this person for good: why, and what they can do. What they typed stays on the screen. */
export function EndedBanner() {
  const { room } = useSession();
  const status = useRoomState(room, (state) => state.status);
  const unsaved = useRoomState(room, (state) => state.unsaved);
  if (status.kind !== 'ended') return null;
  const kept = unsaved === 1 ? '1 edit of yours is' : `${unsaved} edits of yours are`;
  return (
    <Alert
      color="red"
      radius={0}
      icon={<IconPlugConnectedX size={18} />}
      title="You are no longer connected to this session"
    >
      <Group justify="space-between" gap="sm">
        <span>
          {status.reason} {unsaved > 0 && `${kept} only in this tab: copy what matters before you leave it.`}
        </span>
        <Group gap="xs">
          <Button variant="default" onClick={() => room.retry()}>
            Try again
          </Button>
          <Button variant="default" onClick={() => window.location.reload()}>
            Reload
          </Button>
        </Group>
      </Group>
    </Alert>
  );
}
