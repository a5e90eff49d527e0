'use client';

import { Button, Group, Text, TextInput } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { IconMessageQuestion } from '@tabler/icons-react';
import { useMutation } from '@tanstack/react-query';
import { useState, type KeyboardEvent } from 'react';
import { useTRPC } from '@/components/trpc.tsx';
import { TimeAgo } from '@/components/ui/time-ago.tsx';
import type { ProposalItem } from '@/server/core/transcript-item.ts';
import classes from './conversation.module.css';
import { mayAsMember, useSession } from './session-context.tsx';

const words = { open: 'proposes a prompt', sent: 'proposed a prompt', declined: 'proposed', withdrawn: 'withdrew' };

/** A prompt that waits for a member: `s` sends it under their name, `d` declines it. */
export function Proposal({ item }: { item: ProposalItem }) {
  const { session } = useSession();
  const isOpen = item.state === 'open';
  return (
    <div
      className={classes.card}
      data-tone={isOpen ? 'ask' : undefined}
      role="group"
      aria-label={`Proposal by ${item.author.name}`}
    >
      <div className={classes.cardHead}>
        <IconMessageQuestion size={14} className={isOpen ? (classes.ask ?? '') : ''} aria-hidden />
        <Text fw={600} className={classes.cardText}>
          {item.author.name} {words[item.state]}
        </Text>
        <Text size="xs" c="dimmed" component="div">
          to {item.agent} · <TimeAgo at={item.at} />
        </Text>
      </div>
      {item.state !== 'sent' && (
        <div className={classes.cardBody}>
          <div className={classes.promptText}>{item.text}</div>
          {isOpen && mayAsMember(session, 'prompt') && <Decide item={item} />}
          {isOpen && item.author.id === session.me.id && <Withdraw item={item} />}
          {isOpen && session.isGuest && item.author.id === session.me.id && (
            <Text size="xs" c="dimmed" mt={6}>
              Waits for someone of the team to send it
            </Text>
          )}
        </div>
      )}
      {item.decidedBy && item.state === 'sent' && (
        <Text className={classes.notice} px={8} pb={6}>
          Sent by {item.decidedBy.name}
        </Text>
      )}
      {item.decidedBy && item.state === 'declined' && (
        <Text className={classes.notice} px={8} pb={6}>
          Declined by {item.decidedBy.name}
          {item.reason && `: ${item.reason}`}
        </Text>
      )}
    </div>
  );
}

const onError = (error: { message: string }) =>
  notifications.show({ color: 'red', title: 'The proposal stays as it is', message: error.message });

function Decide({ item: { proposalId, author } }: { item: ProposalItem }) {
  const trpc = useTRPC();
  const { session } = useSession();
  const [reason, setReason] = useState('');
  const send = useMutation(trpc.conversation.sendProposal.mutationOptions({ onError }));
  const decline = useMutation(trpc.conversation.declineProposal.mutationOptions({ onError }));
  const isBusy = send.isPending || decline.isPending;
  const sendIt = () => send.mutate({ proposalId });
  const declineIt = () => decline.mutate({ proposalId, ...(reason.trim() === '' ? {} : { reason: reason.trim() }) });
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.target instanceof HTMLInputElement || isBusy) return;
    if (event.key === 's') sendIt();
    else if (event.key === 'd') declineIt();
  };
  return (
    // The keys work wherever the focus is inside the card.
    <div tabIndex={0} role="group" aria-label={`Decide on the proposal of ${author.name}`} onKeyDown={onKeyDown}>
      <Text size="xs" c="dimmed" mt={6} mb={6}>
        Sent as your prompt, {session.me.name}: your rights, key and budget, saying that the words are {author.name}’s
      </Text>
      <TextInput
        size="xs"
        aria-label="Reason"
        placeholder="Reason, shown when you decline"
        value={reason}
        maxLength={500}
        onChange={(event) => setReason(event.currentTarget.value)}
        mb="xs"
      />
      <Group gap="xs">
        <Button size="compact-xs" loading={send.isPending} disabled={isBusy} onClick={sendIt}>
          Send as mine
        </Button>
        <Button size="compact-xs" variant="default" loading={decline.isPending} disabled={isBusy} onClick={declineIt}>
          Decline
        </Button>
      </Group>
    </div>
  );
}

function Withdraw({ item: { proposalId } }: { item: ProposalItem }) {
  const trpc = useTRPC();
  const withdraw = useMutation(trpc.conversation.withdrawProposal.mutationOptions({ onError }));
  return (
    <Button
      size="compact-xs"
      variant="default"
      mt={6}
      loading={withdraw.isPending}
      onClick={() => withdraw.mutate({ proposalId })}
    >
      Withdraw
    </Button>
  );
}
