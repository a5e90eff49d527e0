'use client';

import { Button, Tooltip } from '@mantine/core';
import {
  IconArrowBearRight,
  IconPlayerStop,
  IconPlayerTrackNext,
  IconPlaylistAdd,
  IconSend,
} from '@tabler/icons-react';
import { useMutation } from '@tanstack/react-query';
import { useTRPC } from '@/components/trpc.tsx';
import type { TranscriptRun } from '@/server/core/transcript-item.ts';
import classes from './composer.module.css';
import type { Way } from './draft-store.ts';

type ActionsProps = {
  /** The turn at work. */
  active: TranscriptRun | undefined;
  /** Its agent takes what is said into the turn. */
  hears: boolean;
  canSay: boolean;
  /** Something goes beside the words, which only a prompt of its own can take. */
  hasAttachments: boolean;
  onSay: (way: Way) => void;
};

/** Sending, and beside a turn at work three buttons that never change their meaning. */
export function ComposerActions({ active, hears, canSay, hasAttachments, onSay }: ActionsProps) {
  if (!active)
    return (
      <Tooltip label="Ctrl Enter">
        <Button leftSection={<IconSend size={14} />} disabled={!canSay} onClick={() => onSay('queue')}>
          Send
        </Button>
      </Tooltip>
    );
  return (
    <div className={classes.ways}>
      <Stop run={active} />
      <Tooltip label="Stops the turn and goes on with this at once. Ctrl Alt Enter">
        <Button
          variant="default"
          leftSection={<IconPlayerTrackNext size={14} />}
          disabled={!canSay}
          onClick={() => onSay('interrupt')}
        >
          Interrupt
        </Button>
      </Tooltip>
      <Tooltip label={steerWords(active.agent, { hears, hasAttachments })}>
        <Button
          variant="default"
          leftSection={<IconArrowBearRight size={14} />}
          disabled={!canSay || hasAttachments}
          onClick={() => onSay('steer')}
        >
          Steer
        </Button>
      </Tooltip>
      <Tooltip label="Waits its turn. Ctrl Enter">
        <Button leftSection={<IconPlaylistAdd size={14} />} disabled={!canSay} onClick={() => onSay('queue')}>
          Queue
        </Button>
      </Tooltip>
    </div>
  );
}

function steerWords(agent: string, { hears, hasAttachments }: { hears: boolean; hasAttachments: boolean }): string {
  if (hasAttachments) return 'Only words can be said into a turn. Queue this, or interrupt';
  return hears
    ? `Told to ${agent} in the turn at work. Ctrl Shift Enter`
    : `${agent} takes nothing into a turn, so this comes next. Ctrl Shift Enter`;
}

function Stop({ run }: { run: TranscriptRun }) {
  const trpc = useTRPC();
  const cancel = useMutation(trpc.runs.cancel.mutationOptions());
  return (
    <Button
      variant="default"
      color="red"
      leftSection={<IconPlayerStop size={14} />}
      loading={cancel.isPending}
      disabled={run.cancelRequested}
      onClick={() => cancel.mutate({ runId: run.runId })}
    >
      {run.cancelRequested ? 'Stopping' : 'Stop'}
    </Button>
  );
}
