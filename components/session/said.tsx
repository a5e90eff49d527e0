'use client';

import { Text } from '@mantine/core';
import { IconArrowBearRight, IconMessageQuestion } from '@tabler/icons-react';
import { Face } from '@/components/people/face.tsx';
import { TimeAgo } from '@/components/ui/time-ago.tsx';
import type { ProposalItem, SteerItem } from '@/server/core/transcript-item.ts';
import classes from './conversation.module.css';

const steerWords = {
  waiting: 'steers, not heard yet',
  taken: 'steered',
  next: 'steered; the turn took nothing more, so it is a prompt of its own',
};

/** What somebody said into a turn. */
export function Steer({ item }: { item: SteerItem }) {
  return (
    <div className={classes.prompt} role="group" aria-label={`Steer by ${item.author.name}`}>
      <div className={classes.head}>
        <Face kind="person" id={item.author.id} name={item.author.name} size={20} />
        <Text fw={600}>{item.author.name}</Text>
        <Text size="xs" c="dimmed">
          <IconArrowBearRight size={12} aria-hidden /> {steerWords[item.state]} · <TimeAgo at={item.at} />
        </Text>
      </div>
      {item.state !== 'next' && <div className={classes.promptText}>{item.text}</div>}
    </div>
  );
}

const proposalWords = { open: 'proposes a prompt', sent: 'proposed', declined: 'proposed', withdrawn: 'withdrew' };

/** A prompt that waits for a member to send it. */
export function Proposal({ item }: { item: ProposalItem }) {
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
          {item.author.name} {proposalWords[item.state]}
        </Text>
        <Text size="xs" c="dimmed">
          to {item.agent} · <TimeAgo at={item.at} />
        </Text>
      </div>
      {item.state !== 'sent' && (
        <div className={classes.cardBody}>
          <div className={classes.promptText}>{item.text}</div>
        </div>
      )}
    </div>
  );
}
