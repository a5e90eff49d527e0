'use client';

import { notifications } from '@mantine/notifications';
import { useMutation } from '@tanstack/react-query';
import { useTRPC } from '@/components/trpc.tsx';
import { isEndedRun } from '@/server/core/run-state.ts';
import { mayAsMember, useSession } from './session-context.tsx';
import { useAgents } from './use-agents.ts';
import { useTranscript } from './use-feed.ts';

/** How a conversation goes on from one of its turns: in a new conversation, or in the same one with the files of then. */
export type GoingOn = { fork: () => void; restore: () => void };

/** Undefined where this person cannot, or the agent remembers nothing. */
export function useGoingOn(runId: string | undefined): GoingOn | undefined {
  const { session } = useSession();
  const { agents, titleOf } = useAgents();
  const transcript = useTranscript();
  const trpc = useTRPC();
  const done = (message: string) => {
    notifications.show({ message, autoClose: 6_000 });
    document.querySelector<HTMLElement>('[data-composer]')?.focus();
  };
  const fork = useMutation(
    trpc.threads.fork.mutationOptions({
      onSuccess: ({ agent }) => done(`Your next prompts to ${titleOf(agent)} go on from there.`),
      onError: (error) => notifications.show({ color: 'red', title: 'Not forked', message: error.message }),
    }),
  );
  const restore = useMutation(
    trpc.threads.restore.mutationOptions({
      onSuccess: ({ agent }) => done(`The next turn of ${titleOf(agent)} begins with these files.`),
      onError: (error) => notifications.show({ color: 'red', title: 'Not put back', message: error.message }),
    }),
  );
  const run = runId === undefined ? undefined : transcript.runs[runId];
  const remembers = agents.find(({ name }) => name === run?.agent)?.remembers === true;
  if (!run || !remembers || !isEndedRun(run.state) || !mayAsMember(session, 'prompt')) return undefined;
  const from = { runId: run.runId };
  return { fork: () => fork.mutate(from), restore: () => restore.mutate(from) };
}
