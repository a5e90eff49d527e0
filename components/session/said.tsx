'use client';

import { Text } from '@mantine/core';
import { IconArrowBearRight } from '@tabler/icons-react';
import { Face } from '@/components/people/face.tsx';
import { TimeAgo } from '@/components/ui/time-ago.tsx';
import type { PromptItem, SteerItem } from '@/server/core/transcript-item.ts';
import { Attached } from './attached.tsx';
import classes from './conversation.module.css';
import { MaskedText } from './masked-text.tsx';
import { useAgents } from './use-agents.ts';

const steerWords = {
  waiting: 'steers, not heard yet',
  taken: 'steered',
  next: 'steered; the turn took nothing more, so it is a prompt of its own',
};

/** A prompt: whose turn it is, whose words they are, and what goes with it. */
export function Prompt({ item, place }: { item: PromptItem; place: number | undefined }) {
  const { titleOf } = useAgents();
  return (
    <div className={classes.prompt} role="group" aria-label={`Prompt by ${item.author.name}`}>
      <div className={classes.head}>
        <Face kind="person" id={item.author.id} name={item.author.name} size={20} />
        <Text fw={600}>{item.author.name}</Text>
        <Text size="xs" c="dimmed" component="div">
          {howAsked(item, titleOf(item.agent))} · <TimeAgo at={item.at} />
          {item.editedBy && ` · edited by ${item.editedBy.name}`}
          {place !== undefined && ` · queued ${place}`}
        </Text>
      </div>
      {item.wordsOf && (
        <Text size="xs" c="dimmed" mb={4}>
          Sent in the words of {item.wordsOf.name}
        </Text>
      )}
      <div className={classes.promptText}>
        <MaskedText text={item.text} />
      </div>
      <Attached views={item.attachments} />
    </div>
  );
}

function howAsked({ model, effort, mode, interrupts, steerId }: PromptItem, agent: string): string {
  const to = [agent, model, effort, mode].filter((part) => part !== undefined).join(' · ');
  if (interrupts !== undefined) return `interrupted, to ${to}`;
  return steerId === undefined ? `to ${to}` : `steered, to ${to}`;
}

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
      {item.state !== 'next' && (
        <div className={classes.promptText}>
          <MaskedText text={item.text} />
        </div>
      )}
    </div>
  );
}
