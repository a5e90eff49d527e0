'use client';

import { Button, Group, Text, TextInput } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { IconAlertTriangle } from '@tabler/icons-react';
import { useMutation } from '@tanstack/react-query';
import { useState, type KeyboardEvent, type MouseEvent } from 'react';
import { namesText } from '@/components/guard/approval-words.ts';
import { useTRPC } from '@/components/trpc.tsx';
import type { PermissionItem } from '@/server/core/transcript-item.ts';
import { visibleText } from '@/server/core/visible-text.ts';
import { ActionView } from './action-view.tsx';
import { Undo } from './kept-action.tsx';
import { JudgedWords } from './judged-words.tsx';
import classes from './conversation.module.css';
import { NeedsWords } from './needs-words.tsx';
import { RetryDenied } from './retry-denied.tsx';
import { may, useSession } from './session-context.tsx';
import { useMayAllow } from './use-may-allow.ts';
import { useSeen } from './use-seen.ts';

/** A question may appear where somebody is just clicking. */
const lookFirstMs = 500;
/** Who is about to answer does not notice at once that it is too late. */
const lateMs = 2_000;

/** A question an agent asked before acting: `a` allow once, `r` allow for this run, `d` deny. */
export function Approval({ item }: { item: PermissionItem }) {
  const { session } = useSession();
  const open = !item.decided && !item.isVoid;
  const [wasOpen] = useState(open);
  const isSeen = useSeen(item.permissionId, lookFirstMs);
  const { answer, isPending } = useAnswer(item.permissionId);
  const [reason, setReason] = useState('');
  const canAnswer = open && may(session, 'approve');
  const allowing = useMayAllow(item);
  const onKeyDown = (event: KeyboardEvent) => {
    const isTyping = event.target instanceof HTMLInputElement || event.metaKey || event.ctrlKey || event.altKey;
    if (!canAnswer || isTyping || isPending) return;
    if (event.key === 'a' && allowing.ok) answer('allow', { reason });
    else if (event.key === 'r' && allowing.ok) answer('allow', { scope: 'run', reason });
    else if (event.key === 'd') answer('deny', { reason });
    else return;
    event.preventDefault();
  };
  return (
    <div
      className={classes.card}
      data-tone={open ? 'ask' : undefined}
      data-question={canAnswer ? '' : undefined}
      // Who answered with a key stays where they are.
      tabIndex={canAnswer ? 0 : wasOpen ? -1 : undefined}
      role="group"
      aria-label={`Permission: ${item.title}`}
      onKeyDown={onKeyDown}
    >
      <div className={classes.cardHead}>
        <IconAlertTriangle size={14} className={open ? (classes.ask ?? '') : ''} aria-hidden />
        <Text fw={600} className={classes.cardTitle} title={item.title}>
          {item.action ? askedFor[item.action.kind] : visibleText(item.title)}
        </Text>
      </div>
      <div className={classes.cardBody}>
        {item.action && <ActionView action={item.action} />}
        <JudgedWords item={item} />
        <NeedsWords item={item} isOpen={open} />
        <Outcome item={item} retryAfterMs={wasOpen ? lateMs : 0} />
        {item.kept && (
          <Group gap={6} mt={4}>
            <Undo kept={item.kept} />
          </Group>
        )}
        {open && !canAnswer && (
          <Text c="dimmed" size="xs" mt={4}>
            A lead or admin of the team can answer.
          </Text>
        )}
        {canAnswer && allowing.why !== undefined && (
          <Text c="dimmed" size="xs" mt={4}>
            {allowing.why}
          </Text>
        )}
        {canAnswer && (
          <>
            <TextInput
              size="xs"
              aria-label="Reason"
              placeholder="Reason, told to the agent"
              value={reason}
              maxLength={500}
              onChange={(event) => setReason(event.currentTarget.value)}
              my={8}
            />
            <Group gap={4} className={classes.answers}>
              {allowing.ok && (
                <>
                  <Button
                    size="compact-sm"
                    loading={isPending}
                    disabled={!isSeen}
                    onClick={once(() => answer('allow', { reason }))}
                  >
                    Allow once
                    <KeyOf name="a" />
                  </Button>
                  <Button
                    size="compact-sm"
                    variant="default"
                    disabled={isPending || !isSeen}
                    onClick={once(() => answer('allow', { scope: 'run', reason }))}
                  >
                    Allow for this run
                    <KeyOf name="r" />
                  </Button>
                </>
              )}
              <Button
                size="compact-sm"
                variant="outline"
                color="red"
                disabled={isPending || !isSeen}
                onClick={once(() => answer('deny', { reason }))}
              >
                Deny
                <KeyOf name="d" />
              </Button>
            </Group>
          </>
        )}
      </div>
    </div>
  );
}

/** The key of a button, shown while keys go to the card. */
function KeyOf({ name }: { name: string }) {
  return (
    <span className={classes.key} aria-hidden>
      {name}
    </span>
  );
}

/** The second click of a double click would answer the question that has moved to where the first one was. */
const once = (act: () => void) => (event: MouseEvent) => {
  if (event.detail < 2) act();
};

const askedFor = {
  command: 'Run this command',
  edit: 'Make this change',
  read: 'Read',
  fetch: 'Fetch from outside',
  mcp: 'Use a tool of an MCP server',
  quiet: 'Go on',
  other: 'Use this tool',
};

function useAnswer(permissionId: string) {
  const trpc = useTRPC();
  const decide = useMutation(
    trpc.runs.decidePermission.mutationOptions({
      onError: (error) => notifications.show({ color: 'red', title: 'Not decided', message: error.message }),
    }),
  );
  const answer = (decision: 'allow' | 'deny', given: { scope?: 'once' | 'run'; reason: string }) => {
    const reason = given.reason.trim();
    decide.mutate({ permissionId, decision, scope: given.scope ?? 'once', ...(reason === '' ? {} : { reason }) });
  };
  return { answer, isPending: decide.isPending };
}

/** What became of the question. */
function Outcome({ item, retryAfterMs }: { item: PermissionItem; retryAfterMs: number }) {
  const { decided, isVoid } = item;
  if (!decided) return isVoid ? <Text c="dimmed">Nobody answered before the run ended.</Text> : null;
  // What nobody answered is written down as the run's own no.
  const people = [...item.allowedBy, decided.by].filter(({ kind }) => kind !== 'run');
  const by = people.length === 0 ? '' : ` by ${namesText(people)}`;
  return (
    <>
      <Text size="sm" mt={4} className={decided.decision === 'allow' ? classes.good : classes.bad}>
        {decided.decision === 'allow' ? 'Allowed' : 'Denied'}
        {by}
        {decided.scope === 'run' && ' for this run'}
        {decided.reason && `: ${decided.reason}`}
      </Text>
      {decided.decision === 'deny' && <RetryDenied item={item} afterMs={retryAfterMs} />}
    </>
  );
}
