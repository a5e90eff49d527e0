'use client';

import { Badge } from '@mantine/core';
import { Elapsed } from '@/components/ui/elapsed.tsx';
import { isActiveRun } from '@/server/core/run-state.ts';
import type { TranscriptRun } from '@/server/core/transcript-item.ts';
import { useTranscript } from './use-feed.ts';

/** The agent at work, and for how long. */
export function RunState() {
  const transcript = useTranscript();
  const active = Object.values(transcript.runs).find((run) => isActiveRun(run.state));
  return active ? <Active run={active} /> : null;
}

function Active({ run }: { run: TranscriptRun }) {
  return run.state === 'waiting' ? (
    <Badge color="yellow" variant="light" role="status">
      {run.agent} asks
    </Badge>
  ) : (
    <Badge color="violet" variant="light" className="ens-tabular" role="status">
      {run.agent} running {run.startedAt && <Elapsed since={run.startedAt} />}
    </Badge>
  );
}
