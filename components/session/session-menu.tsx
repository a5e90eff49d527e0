'use client';

import { ActionIcon, CopyButton, Menu, Text } from '@mantine/core';
import { modals } from '@mantine/modals';
import { notifications } from '@mantine/notifications';
import {
  IconArchive,
  IconBan,
  IconDots,
  IconDownload,
  IconJson,
  IconLink,
  IconMarkdown,
  IconPencil,
  IconTrash,
  IconUpload,
} from '@tabler/icons-react';
import { useMutation } from '@tanstack/react-query';
import { useRouter } from 'next/navigation';
import { useState } from 'react';
import { useTRPC } from '@/components/trpc.tsx';
import { DeniedList } from './denied-list.tsx';
import { NameDialog } from './name-dialog.tsx';
import { may, useSession } from './session-context.tsx';
import { useUpstream } from './use-upstream.tsx';

/** The whole log as a file. Masked values stay masked. */
function ExportItems() {
  const { session } = useSession();
  const address = (format: string) => `/api/exports/sessions/${session.id}?format=${format}`;
  return (
    <>
      <Menu.Item component="a" href={address('markdown')} download leftSection={<IconMarkdown size={16} />}>
        Export as Markdown
      </Menu.Item>
      <Menu.Item component="a" href={address('json')} download leftSection={<IconJson size={16} />}>
        Export as JSON
      </Menu.Item>
    </>
  );
}

/** What can be done with the session as a whole. */
export function SessionMenu() {
  const { session } = useSession();
  const trpc = useTRPC();
  const router = useRouter();
  const upstream = useUpstream();
  const [renaming, setRenaming] = useState(false);
  const [looking, setLooking] = useState(false);
  const home = () => router.push(`/${session.teamSlug}` as never);
  const refused = (error: { message: string }) =>
    notifications.show({ color: 'red', title: 'The session stays as it is', message: error.message });
  const rename = useMutation(trpc.sessions.rename.mutationOptions({ onSuccess: () => router.refresh() }));
  const archive = useMutation(trpc.sessions.archive.mutationOptions({ onSuccess: home, onError: refused }));
  const remove = useMutation(trpc.sessions.delete.mutationOptions({ onSuccess: home, onError: refused }));
  return (
    <>
      <Menu position="bottom-end" width={220}>
        <Menu.Target>
          <ActionIcon aria-label="More for this session">
            <IconDots size={16} />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          <CopyButton value={typeof window === 'undefined' ? '' : (window.location.href.split(/[?#]/)[0] ?? '')}>
            {({ copied, copy }) => (
              <Menu.Item leftSection={<IconLink size={16} />} closeMenuOnClick={false} onClick={copy}>
                {copied ? 'Copied' : 'Copy the link'}
              </Menu.Item>
            )}
          </CopyButton>
          <Menu.Item leftSection={<IconBan size={16} />} onClick={() => setLooking(true)}>
            Denied actions
          </Menu.Item>
          {session.hasUpstream && may(session, 'edit') && (
            <>
              <Menu.Item
                leftSection={<IconDownload size={16} />}
                disabled={upstream.isBusy}
                onClick={upstream.fetchAndMerge}
              >
                Fetch from the upstream
              </Menu.Item>
              <Menu.Item leftSection={<IconUpload size={16} />} disabled={upstream.isBusy} onClick={upstream.push}>
                Push to the upstream
              </Menu.Item>
            </>
          )}
          {!session.isGuest && <ExportItems />}
          {session.canArchive && !session.isArchived && (
            <>
              <Menu.Item leftSection={<IconPencil size={16} />} onClick={() => setRenaming(true)}>
                Rename
              </Menu.Item>
              <Menu.Item
                leftSection={<IconArchive size={16} />}
                onClick={() => archive.mutate({ sessionId: session.id, archived: true })}
              >
                Archive
              </Menu.Item>
            </>
          )}
          {session.canDelete && (
            <Menu.Item
              color="red"
              leftSection={<IconTrash size={16} />}
              onClick={() =>
                modals.openConfirmModal({
                  title: `Delete “${session.title}”?`,
                  children: (
                    <Text>
                      It disappears for everyone now and can be brought back for 14 days. Commits on {session.branch}{' '}
                      stay.
                    </Text>
                  ),
                  labels: { confirm: 'Delete', cancel: 'Keep' },
                  confirmProps: { color: 'red' },
                  onConfirm: () => remove.mutate({ sessionId: session.id }),
                })
              }
            >
              Delete
            </Menu.Item>
          )}
        </Menu.Dropdown>
      </Menu>
      {looking && <DeniedList onClose={() => setLooking(false)} />}
      {renaming && (
        <NameDialog
          title="Rename the session"
          label="Title"
          description="What the people here work on"
          initial={session.title}
          action="Rename"
          onClose={() => setRenaming(false)}
          onSubmit={async (title) => {
            await rename.mutateAsync({ sessionId: session.id, title });
          }}
        />
      )}
    </>
  );
}
