'use client';

import { Alert, Button, Group, Modal, Stack, Text } from '@mantine/core';
import { useClipboard } from '@mantine/hooks';
import { modals } from '@mantine/modals';
import { notifications } from '@mantine/notifications';
import { IconArchive } from '@tabler/icons-react';
import { useState } from 'react';
import type { Aside, AsideReason } from '@/components/editor/local-copy.ts';
import { useRoomState } from '@/components/editor/use-room.ts';
import { FileDiff } from '@/components/review/diff-view.tsx';
import { countedEdits } from './saving-state.ts';
import { may, useSession } from './session-context.tsx';

const because: Record<AsideReason, string> = {
  rights: 'you may not edit this session any more',
  closed: 'this session was closed to you before they were sent',
  deleted: 'someone deleted the file meanwhile',
  set_back: 'the server was set back to an earlier state of this session',
  refused: 'the server did not take them, for they are more than it can hold',
};

/** Edits of one's own that could not go into the room: to look at, to copy, to put in again. */
export function KeptEdits() {
  const { room } = useSession();
  const asides = useRoomState(room, (state) => state.asides);
  const [shown, setShown] = useState<string>();
  const opened = asides.find(({ id }) => id === shown);
  return (
    <>
      {asides.map((aside) => (
        <Alert key={aside.id} color="yellow" radius={0} p="xs" icon={<IconArchive size={18} />}>
          <Group justify="space-between" gap="sm">
            <span>
              {countedEdits(aside.edits)} of yours in {named(aside)} did not go into the session, because{' '}
              {because[aside.reason]}. They are kept here, for you alone.
            </span>
            <Button variant="default" onClick={() => setShown(aside.id)}>
              Show my edits
            </Button>
          </Group>
        </Alert>
      ))}
      <Modal
        opened={opened !== undefined}
        onClose={() => setShown(undefined)}
        title="Edits that did not go into the session"
        size="xl"
      >
        {opened && <AsideView aside={opened} />}
      </Modal>
    </>
  );
}

function named({ files }: Aside): string {
  const [first] = files;
  return files.length === 1 && first ? (first.path.split('/').at(-1) ?? first.path) : `${files.length} files`;
}

function AsideView({ aside }: { aside: Aside }) {
  const { room, session } = useSession();
  const rights = useRoomState(room, (state) => state.rights);
  const canPutIn = aside.update !== undefined && may(session, 'edit') && rights.includes('edit');
  const putIn = () => {
    if (room.edits.putIn(aside)) return;
    notifications.show({
      color: 'yellow',
      title: 'The edits do not fit in any more',
      message: 'What they were made on is gone. Copy what you need.',
    });
  };
  const discard = () =>
    modals.openConfirmModal({
      title: 'Discard these edits?',
      children: <Text>They are in this browser only, and cannot be brought back.</Text>,
      labels: { confirm: 'Discard', cancel: 'Keep' },
      confirmProps: { color: 'red' },
      onConfirm: () => room.edits.discard(aside),
    });
  return (
    <Stack gap="md">
      {aside.files.map((file) => (
        <FileAside key={file.fileId} file={file} />
      ))}
      <Group justify="flex-end" gap="xs">
        <Button variant="default" onClick={discard}>
          Discard
        </Button>
        {canPutIn && <Button onClick={putIn}>Put them in</Button>}
      </Group>
    </Stack>
  );
}

function FileAside({ file }: { file: Aside['files'][number] }) {
  const { room } = useSession();
  const clipboard = useClipboard();
  const inRoom = room.getSnapshot().files.get(file.fileId)?.text.toJSON() ?? '';
  return (
    <section aria-label={file.path}>
      <Group justify="space-between" mb={4} wrap="nowrap">
        <Text className="ens-mono" truncate title={file.path}>
          {file.path}
        </Text>
        <Button size="compact-sm" variant="default" onClick={() => clipboard.copy(file.text)}>
          {clipboard.copied ? 'Copied' : 'Copy my text'}
        </Button>
      </Group>
      <FileDiff path={file.path} oldText={inRoom} newText={file.text} split={false} />
    </section>
  );
}
