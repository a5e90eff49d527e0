'use client';

import { Button, Group, Text } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useMutation } from '@tanstack/react-query';
import { useTRPC } from '@/components/trpc.tsx';
import { TimeAgo } from '@/components/ui/time-ago.tsx';
import type { Knock } from '@/server/core/knocks.ts';
import { mayWords } from './guest-words.ts';
import classes from './knock-cards.module.css';
import { useSession } from './session-context.tsx';
import { useKnocks } from './use-feed.ts';

/** Who asks to be let in; beside the work, never in its way. */
export function KnockCards() {
  const knocks = useKnocks();
  return (
    <section
      className={classes.cards}
      aria-label="Waiting to be let in"
      aria-live="polite"
      hidden={knocks.length === 0}
    >
      {knocks.slice(0, 3).map((knock) => (
        <KnockCard key={`${knock.guestId} ${knock.at}`} knock={knock} />
      ))}
      {knocks.length > 3 && <More count={knocks.length - 3} />}
    </section>
  );
}

function More({ count }: { count: number }) {
  const { workbench } = useSession();
  return (
    <Button variant="default" onClick={() => workbench.set({ sharing: true })}>
      {count} more
    </Button>
  );
}

function KnockCard({ knock }: { knock: Knock }) {
  return (
    <div className={classes.card} role="group" aria-label={`${knock.name} asks to be let in`}>
      <Text fw={600}>{knock.name} asks to be let in</Text>
      <Text size="xs" c="dimmed" mb="sm">
        {mayWords[knock.level]} · <TimeAgo at={knock.at} />
      </Text>
      <KnockAnswer guestId={knock.guestId} name={knock.name} />
    </div>
  );
}

/** Lets somebody in, or declines. */
export function KnockAnswer({ guestId, name }: { guestId: string; name: string }) {
  const { session } = useSession();
  const trpc = useTRPC();
  const answer = useMutation(
    trpc.sharing.answerKnock.mutationOptions({
      onError: (error) => notifications.show({ color: 'red', title: 'Nobody was let in', message: error.message }),
    }),
  );
  const say = (admit: boolean) => answer.mutate({ sessionId: session.id, guestId, admit });
  return (
    <Group gap="sm" wrap="nowrap">
      <Button size="compact-sm" loading={answer.isPending} onClick={() => say(true)} aria-label={`Let in ${name}`}>
        Let in
      </Button>
      <Button
        size="compact-sm"
        variant="default"
        disabled={answer.isPending}
        onClick={() => say(false)}
        aria-label={`Decline ${name}`}
      >
        Decline
      </Button>
    </Group>
  );
}
