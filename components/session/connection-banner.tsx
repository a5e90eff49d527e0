'use client';

import { Alert, Button, Group } from '@mantine/core';
import { IconCloudOff, IconDatabaseOff, IconLogin2, IconPlugConnectedX } from '@tabler/icons-react';
import type { RoomSnapshot } from '@/components/editor/room-connection.ts';
import { useRoomState } from '@/components/editor/use-room.ts';
import classes from './connection-banner.module.css';
import { countedEdits } from './saving-state.ts';
import { useSession } from './session-context.tsx';

/** Says what is wrong with the connection, what becomes of the edits, and what to do. Nothing is ever in the way of typing. */
export function ConnectionBanner() {
  const { room } = useSession();
  const snapshot = useRoomState(room, (state) => state);
  const { status } = snapshot;
  if (status.kind === 'ended')
    return status.why === 'signed_out' ? <SignedOut {...snapshot} /> : <Ended {...snapshot} />;
  if (status.kind === 'connected')
    return snapshot.storeError === undefined ? null : (
      <Slim icon={<IconDatabaseOff size={16} />}>{snapshot.storeError}</Slim>
    );
  return <Offline {...snapshot} />;
}

/** Where edits are that the server does not have. */
function kept({ unsaved, keeping }: RoomSnapshot): string {
  if (unsaved === 0) return '';
  const are = unsaved === 1 ? 'is' : 'are';
  return keeping === 'browser'
    ? `${countedEdits(unsaved)} of yours ${are} kept in this browser`
    : `${countedEdits(unsaved)} of yours ${are} only in this tab, because the browser stores nothing: keep it open`;
}

const neverConnected =
  'The session does not open yet. If this stays, something between this browser and the server blocks WebSockets: ask whoever runs your network to let them through.';

function Offline(snapshot: RoomSnapshot) {
  const { room } = useSession();
  const { status, loaded, files, unsaved, storeError } = snapshot;
  const reason = ('reason' in status ? status.reason : undefined) ?? storeError;
  const hasText = loaded || files.size > 0;
  const isOld = hasText && !loaded;
  const edits = unsaved > 0 ? `${kept(snapshot)}.` : isOld ? 'You see the text as this browser kept it.' : '';
  const typing = hasText ? 'You can go on typing.' : '';
  const go = unsaved > 0 ? 'They are sent when the connection is back.' : typing;
  return (
    <Slim
      isFirst={!hasText && reason === undefined}
      icon={<IconCloudOff size={16} />}
      action={
        <Button size="compact-xs" variant="default" onClick={() => room.hurry()}>
          Try now
        </Button>
      }
    >
      {reason ?? (hasText ? 'There is no connection to the server.' : neverConnected)} {edits} {go}
    </Slim>
  );
}

/** A line that comes only when the trouble lasts. */
function Slim({
  isFirst = false,
  icon,
  action,
  children,
}: {
  isFirst?: boolean;
  icon: React.ReactNode;
  action?: React.ReactNode;
  children: React.ReactNode;
}) {
  return (
    <div className={classes.slim} role="status" data-first={isFirst || undefined}>
      <span className={classes.icon} aria-hidden>
        {icon}
      </span>
      <span className={classes.words}>{children}</span>
      {action}
    </div>
  );
}

function SignedOut(snapshot: RoomSnapshot) {
  const { session } = useSession();
  const edits = kept(snapshot);
  if (session.isGuest)
    return (
      <Alert color="yellow" radius={0} icon={<IconLogin2 size={18} />} title="This browser is not known any more">
        Open the link you were sent again to come back. {edits !== '' && `${edits}.`}
      </Alert>
    );
  const signIn = () => {
    const here = `${window.location.pathname}${window.location.search}`;
    window.location.assign(`/sign-in?${new URLSearchParams({ callbackUrl: here })}`);
  };
  return (
    <Alert color="yellow" radius={0} icon={<IconLogin2 size={18} />} title="Your sign-in ended">
      <Group justify="space-between" gap="sm">
        <span>
          {edits === ''
            ? 'Sign in again to go on.'
            : `${edits}. They are sent when you have signed in again as ${session.me.name}.`}
        </span>
        <Button onClick={signIn}>Sign in</Button>
      </Group>
    </Alert>
  );
}

/** The room is closed for this person for good: why, and what they can do. */
function Ended(snapshot: RoomSnapshot) {
  const { room } = useSession();
  const { status } = snapshot;
  const edits = kept(snapshot);
  return (
    <Alert
      color="red"
      radius={0}
      icon={<IconPlugConnectedX size={18} />}
      title="You are no longer connected to this session"
    >
      <Group justify="space-between" gap="sm">
        <span>
          {status.kind === 'ended' && status.reason} {edits !== '' && `${edits}.`}
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
