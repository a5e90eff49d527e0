'use client';

import { Modal, Stack, Text } from '@mantine/core';
import type { DeniedItem, PermissionItem, TranscriptItem } from '@/server/core/transcript-item.ts';
import { Approval } from './approval.tsx';
import { DeniedAction } from './denied-action.tsx';
import { useTranscript } from './use-feed.ts';

const isDenied = (item: TranscriptItem): item is DeniedItem | PermissionItem =>
  item.kind === 'denied' || (item.kind === 'permission' && item.decided?.decision === 'deny');

/** What agents were denied in this session, newest first, to be tried again where somebody may allow it. */
export function DeniedList({ onClose }: { onClose: () => void }) {
  const denied = useTranscript().items.filter(isDenied).toReversed();
  return (
    <Modal opened onClose={onClose} title="Denied actions" size="lg">
      <Stack gap="sm">
        {denied.length === 0 && <Text c="dimmed">No agent was denied anything in this session.</Text>}
        {denied.map((item) =>
          item.kind === 'denied' ? (
            <DeniedAction key={item.key} item={item} />
          ) : (
            <Approval key={item.key} item={item} />
          ),
        )}
      </Stack>
    </Modal>
  );
}
