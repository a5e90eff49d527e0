'use client';

import { Checkbox, Text } from '@mantine/core';
import { skipToken, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTRPC } from '@/components/trpc.tsx';
import type { AgentDescription } from '@/server/core/agent-description.ts';
import classes from './composer.module.css';
import { useSession } from './session-context.tsx';

export type NewerEdits = 'merge' | 'leave';

const lookMs = 15_000;

/** What people wrote since the conversation's last turn, looked at while a prompt to it is being written. */
export function useNewerEdits(agent: AgentDescription | undefined, isWriting: boolean) {
  const { session } = useSession();
  const trpc = useTRPC();
  const isAsked = isWriting && agent?.remembers === true;
  const threads = useQuery(trpc.threads.list.queryOptions(isAsked ? { sessionId: session.id } : skipToken));
  const mine = threads.data?.find((thread) => thread.agent === agent?.name && thread.isMine);
  const input = isAsked && mine ? { agentThreadId: mine.id } : skipToken;
  const query = useQuery(
    trpc.threads.newerEdits.queryOptions(input, { staleTime: lookMs, refetchInterval: isAsked ? lookMs : false }),
  );
  const [chosen, setChosen] = useState<{ threadId: string; way: NewerEdits }>();
  const found = isAsked && query.data && query.data.files.length > 0 ? query.data : undefined;
  const way = found && (chosen?.threadId === mine?.id ? chosen?.way : found.unasked);
  return {
    found,
    way,
    choose: (next: NewerEdits) => mine && setChosen({ threadId: mine.id, way: next }),
    /** The next prompt is asked anew. */
    forget: () => setChosen(undefined),
  };
}

const named = 3;

/** Whether people's newer edits go into the agent's files, and where they met its own. */
export function NewerEditsLine({ edits }: { edits: ReturnType<typeof useNewerEdits> }) {
  const { found, way, choose } = edits;
  if (!found) return null;
  const { files, conflicts } = found;
  return (
    <div className={classes.newer} role="group" aria-label="Newer edits by people">
      <Checkbox
        size="xs"
        checked={way === 'merge'}
        onChange={(event) => choose(event.currentTarget.checked ? 'merge' : 'leave')}
        label={`Bring in newer edits by people: ${listed(files)}`}
      />
      {way === 'merge' && conflicts.length > 0 && (
        <Text size="xs" className={classes.warn} role="status">
          Changed in the same lines by people and the agent: {listed(conflicts)}. People’s text stands there, and the
          agent is told.
        </Text>
      )}
    </div>
  );
}

function listed(paths: readonly string[]): string {
  const more = paths.length - named;
  return paths.slice(0, named).join(', ') + (more > 0 ? ` and ${more} more` : '');
}
