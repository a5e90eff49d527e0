'use client';

import { Button, Text, Tooltip } from '@mantine/core';
import {
  IconAlertTriangle,
  IconCloudCheck,
  IconCloudUp,
  IconGitBranch,
  IconLayoutBottombar,
  IconLock,
  IconLockOpen,
  IconPlugConnectedX,
  IconShieldCheck,
  IconShieldX,
} from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useRoomState } from '@/components/editor/use-room.ts';
import { useTRPC } from '@/components/trpc.tsx';
import { useEditorPlace } from './editor-place.ts';
import { savingState } from './saving-state.ts';
import { useSession, useWorkbench } from './session-context.tsx';
import classes from './status-bar.module.css';

/** Tells the truth about saving, and where one is. */
export function StatusBar() {
  const { session, room, workbench } = useSession();
  const people = useRoomState(room, (state) => state.participants.length);
  const place = useEditorPlace();
  const bottomOpen = useWorkbench((state) => state.bottomOpen);
  return (
    <footer className={classes.bar} aria-label="Status">
      <span className={classes.item}>
        <IconGitBranch size={13} aria-hidden />
        <span className={classes.branch}>{session.branch}</span>
      </span>
      {session.isArchived ? <span className={classes.item}>Archived</span> : <Saving />}
      {!session.isArchived && <span className={classes.item}>{people === 1 ? 'Only you here' : `${people} here`}</span>}
      {place && (
        <span className={`${classes.item} ${classes.wide} ens-tabular`}>
          Ln {place.line} Col {place.column} · {place.language}
        </span>
      )}
      <span className={classes.spring} />
      {!session.isGuest && <Sensitivity />}
      {!session.isGuest && <Sandbox />}
      {!session.isGuest && (
        <Button
          size="compact-xs"
          variant={bottomOpen ? 'light' : 'subtle'}
          color="gray"
          className={classes.wide ?? ''}
          leftSection={<IconLayoutBottombar size={13} />}
          aria-pressed={bottomOpen}
          onClick={() => workbench.set({ bottomOpen: !bottomOpen })}
        >
          Run
        </Button>
      )}
    </footer>
  );
}

function Saving() {
  const { room } = useSession();
  const snapshot = useRoomState(room, (state) => state);
  const saved = savingState(snapshot);
  const Icon = saved.kind === 'good' ? IconCloudCheck : saved.kind === 'busy' ? IconCloudUp : IconPlugConnectedX;
  return (
    <Tooltip label={saved.title} disabled={!saved.title} multiline maw={320}>
      <span className={classes.item} data-kind={saved.kind} data-testid="saving" role="status">
        <Icon size={13} aria-hidden />
        {saved.text}
      </span>
    </Tooltip>
  );
}

/** How sensitive the project is, where that is not what is usual: it decides which models may be asked. */
function Sensitivity() {
  const { sensitivity } = useSession().session;
  if (sensitivity === 'internal') return null;
  const isRestricted = sensitivity === 'restricted';
  return (
    <Tooltip
      label={
        isRestricted
          ? 'The project is restricted: only models that policies allow for it are called'
          : 'The project is open: anyone may know what is in it'
      }
    >
      <span className={`${classes.item} ${classes.wide}`}>
        {isRestricted ? <IconLock size={13} aria-hidden /> : <IconLockOpen size={13} aria-hidden />}
        {sensitivity}
      </span>
    </Tooltip>
  );
}

function Sandbox() {
  const trpc = useTRPC();
  const { data } = useQuery(trpc.system.sandbox.queryOptions(undefined, { staleTime: 60_000 }));
  if (!data) return null;
  if (data.ok) {
    return (
      <Tooltip label="Agents and commands run in a sandbox without network">
        <span className={`${classes.item} ${classes.wide}`}>
          <IconShieldCheck size={13} aria-hidden />
          sandbox
        </span>
      </Tooltip>
    );
  }
  return (
    <Tooltip label={`${data.reason} ${data.fix}`} multiline maw={360}>
      <Text component="span" className={classes.item} data-kind="bad" tabIndex={0}>
        <IconShieldX size={13} aria-hidden />
        agents are off <IconAlertTriangle size={12} aria-hidden />
      </Text>
    </Tooltip>
  );
}
