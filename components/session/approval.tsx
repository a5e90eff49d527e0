'use client';

import { Button, Group, Text, TextInput } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { IconAlertTriangle } from '@tabler/icons-react';
import { useMutation } from '@tanstack/react-query';
import { useState, type KeyboardEvent } from 'react';
import { useTRPC } from '@/components/trpc.tsx';
import type { PermissionItem } from '@/server/core/transcript-item.ts';
import classes from './conversation.module.css';
import { may, useSession } from './session-context.tsx';

/** A question an agent asked before acting: `a` allow once, `r` allow for this run, `d` deny. */
export function Approval({ item }: { item: PermissionItem }) {
  const { session } = useSession();
  const trpc = useTRPC();
  const [reason, setReason] = useState('');
  const decide = useMutation(
    trpc.runs.decidePermission.mutationOptions({
      onError: (error) => notifications.show({ color: 'red', title: 'Not decided', message: error.message }),
    }),
  );
  const answer = (decision: 'allow' | 'deny', scope: 'once' | 'run') =>
    decide.mutate({
      permissionId: item.permissionId,
      decision,
      scope,
      ...(reason.trim() === '' ? {} : { reason: reason.trim() }),
    });
  const open = !item.decided && !item.isVoid;
  const canAnswer = open && may(session, 'approve');
  const onKeyDown = (event: KeyboardEvent) => {
    if (!canAnswer || event.target instanceof HTMLInputElement) return;
    if (event.key === 'a') answer('allow', 'once');
    else if (event.key === 'r') answer('allow', 'run');
    else if (event.key === 'd') answer('deny', 'once');
  };
  return (
    <div
      className={classes.card}
      data-tone={open ? 'ask' : undefined}
      tabIndex={canAnswer ? 0 : undefined}
      role="group"
      aria-label={`Permission: ${item.title}`}
      onKeyDown={onKeyDown}
    >
      <div className={classes.cardHead}>
        <IconAlertTriangle size={14} className={open ? (classes.ask ?? '') : ''} aria-hidden />
        <Text fw={600} className={classes.cardTitle} title={item.title}>
          {item.title}
        </Text>
      </div>
      <div className={classes.cardBody}>
        <Text mb="xs">{item.reason}</Text>
        {item.decided && (
          <Text className={item.decided.decision === 'allow' ? classes.good : classes.bad}>
            {item.decided.decision === 'allow' ? 'Allowed' : 'Denied'} by {item.decided.by.name}
            {item.decided.scope === 'run' && ' for this run'}
            {item.decided.reason && `: ${item.decided.reason}`}
          </Text>
        )}
        {item.isVoid && <Text c="dimmed">Nobody answered before the run ended.</Text>}
        {open && !canAnswer && <Text c="dimmed">A lead or admin of the team can answer.</Text>}
        {canAnswer && (
          <>
            <TextInput
              size="xs"
              aria-label="Reason"
              placeholder="Reason, told to the agent"
              value={reason}
              maxLength={500}
              onChange={(event) => setReason(event.currentTarget.value)}
              mb="xs"
            />
            <Group gap="xs">
              <Button size="compact-xs" loading={decide.isPending} onClick={() => answer('allow', 'once')}>
                Allow once
              </Button>
              <Button
                size="compact-xs"
                variant="default"
                disabled={decide.isPending}
                onClick={() => answer('allow', 'run')}
              >
                Allow for this run
              </Button>
              <Button
                size="compact-xs"
                variant="outline"
                color="red"
                disabled={decide.isPending}
                onClick={() => answer('deny', 'once')}
              >
                Deny
              </Button>
            </Group>
          </>
        )}
      </div>
    </div>
  );
}
