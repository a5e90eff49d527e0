'use client';

import { AppShell, Button, Text } from '@mantine/core';
import { IconDoorExit } from '@tabler/icons-react';
import { useMutation } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { forgetTexts } from '@/components/editor/local-copy.ts';
import frame from '@/components/frame/app-frame.module.css';
import { KeyboardHelp } from '@/components/frame/keyboard-help.tsx';
import { useTRPC } from '@/components/trpc.tsx';
import { Moment } from '@/components/ui/time-ago.tsx';
import classes from './guest.module.css';

async function goAway(): Promise<void> {
  await forgetTexts();
  window.location.reload();
}

/** Around a guest's session: who they are here, until when, and the way out. No team, no navigation. */
export function GuestFrame(props: { sessionId: string; name: string; expiresAt: Date; children: ReactNode }) {
  const { sessionId, name, expiresAt, children } = props;
  const trpc = useTRPC();
  const leave = useMutation(trpc.sharing.leave.mutationOptions({ onSuccess: () => void goAway() }));
  return (
    <AppShell header={{ height: 44 }} padding={0} transitionDuration={0}>
      <a className="ens-skip-link" href="#main">
        Skip to the page
      </a>
      <AppShell.Header className={frame.header}>
        <Text fw={700}>Ensemble</Text>
        <Text className={classes.who} truncate title={name}>
          {name}
        </Text>
        <Text c="dimmed" className={classes.until} visibleFrom="sm">
          until <Moment at={expiresAt} />
        </Text>
        <Button
          variant="default"
          leftSection={<IconDoorExit size={14} />}
          loading={leave.isPending}
          onClick={() => leave.mutate({ sessionId })}
        >
          Leave
        </Button>
      </AppShell.Header>
      <AppShell.Main id="main" tabIndex={-1} className={frame.room}>
        {children}
      </AppShell.Main>
      <KeyboardHelp />
    </AppShell>
  );
}
