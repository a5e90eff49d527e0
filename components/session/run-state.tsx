'use client';

import { Badge } from '@mantine/core';
import { Elapsed } from '@/components/ui/elapsed.tsx';
import { isActiveRun } from '@/server/core/run-state.ts';
import type { TranscriptRun } from '@/server/core/transcript-item.ts';
import classes from './run-state.module.css';
import { useAgents } from './use-agents.ts';
import { useTranscript } from './use-feed.ts';

/** The agent at work, and for how long. */
export function RunState() {
  const transcript = useTranscript();
  const active = Object.values(transcript.runs).find((run) => isActiveRun(run.state));
  return active ? <Active run={active} /> : null;
}

function Active({ run }: { run: TranscriptRun }) {
  const { titleOf } = useAgents();
  const agent = <span className={classes.agent}>{titleOf(run.agent)} </span>;
  return run.state === 'waiting' ? (
    <Badge color="yellow" variant="light" className={classes.state ?? ''} role="status">
      {agent}asks
    </Badge>
  ) : (
    <Badge color="violet" variant="light" className={`${classes.state} ens-tabular`} role="status">
      {agent}running {run.startedAt && <Elapsed since={run.startedAt} />}
    </Badge>
  );
}
