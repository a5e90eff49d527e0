'use client';

import { Elapsed } from '@/components/ui/elapsed.tsx';
import { isActiveRun } from '@/server/core/run-state.ts';
import type { Transcript } from '@/server/core/transcript.ts';
import type { TranscriptRun } from '@/server/core/transcript-item.ts';
import classes from './composer.module.css';
import { useAgents } from './use-agents.ts';
import { useDraft } from './use-draft.ts';

const wayWords = { queue: 'Sending', steer: 'Steering', interrupt: 'Interrupting', propose: 'Proposing' };

/** What is waited for, from the moment somebody sent something to an agent's first word, and since when. */
export function GoingOn({ transcript }: { transcript: Transcript }) {
  const { draft } = useDraft();
  const titleOf = useAgents().titleOf;
  const waiting = waitsFor(transcript, titleOf);
  if (draft.outgoing.length === 0 && !waiting) return null;
  return (
    <div className={classes.going} role="status" aria-label="What is waited for">
      {draft.outgoing.map((sent) => (
        <div key={sent.id} className={classes.goingText}>
          {wayWords[sent.way]}: {sent.text}
        </div>
      ))}
      {waiting && (
        <div>
          {waiting.words} · <Elapsed since={waiting.since} />
        </div>
      )}
    </div>
  );
}

function waitsFor(transcript: Transcript, titleOf: (name: string) => string) {
  const runs = Object.values(transcript.runs);
  const active = runs.find((run) => isActiveRun(run.state));
  if (active) return ofActive(active, titleOf(active.agent));
  const next = transcript.runs[transcript.queue[0] ?? ''];
  if (!next) return undefined;
  return { words: `Waiting for a worker to take it to ${titleOf(next.agent)}`, since: next.queuedAt };
}

function ofActive({ phase, phaseAt, cancelRequested }: TranscriptRun, title: string) {
  if (phase === undefined || phaseAt === undefined) return undefined;
  if (cancelRequested) return { words: `Stopping ${title}`, since: phaseAt };
  return {
    words: phase === 'starting' ? `Starting ${title}` : `${title} has the prompt; waiting for its first word`,
    since: phaseAt,
  };
}
