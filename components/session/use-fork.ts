'use client';

import { notifications } from '@mantine/notifications';
import { useMutation } from '@tanstack/react-query';
import { useTRPC } from '@/components/trpc.tsx';
import { isEndedRun } from '@/server/core/run-state.ts';
import { mayAsMember, useSession } from './session-context.tsx';
import { useAgents } from './use-agents.ts';
import { useTranscript } from './use-feed.ts';

/** Forks the conversation after a turn; undefined where this person cannot, or the agent remembers nothing. */
export function useFork(runId: string | undefined): (() => void) | undefined {
  const { session } = useSession();
  const { agents, titleOf } = useAgents();
  const transcript = useTranscript();
  const trpc = useTRPC();
  const fork = useMutation(
    trpc.threads.fork.mutationOptions({
      onSuccess: ({ agent }) => {
        notifications.show({ message: `Your next prompts to ${titleOf(agent)} go on from there.`, autoClose: 6_000 });
        document.querySelector<HTMLElement>('[data-composer]')?.focus();
      },
      onError: (error) => notifications.show({ color: 'red', title: 'Not forked', message: error.message }),
    }),
  );
  const run = runId === undefined ? undefined : transcript.runs[runId];
  const remembers = agents.find(({ name }) => name === run?.agent)?.remembers === true;
  if (!run || !remembers || !isEndedRun(run.state) || !mayAsMember(session, 'prompt')) return undefined;
  return () => fork.mutate({ runId: run.runId });
}
