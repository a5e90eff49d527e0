'use client';

import { Badge } from '@mantine/core';
import { useEffect, useState } from 'react';
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
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 1_000);
    return () => clearInterval(timer);
  }, []);
  const seconds = run.startedAt ? Math.max(0, Math.round((now - new Date(run.startedAt).getTime()) / 1000)) : 0;
  const clock = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
  return run.state === 'waiting' ? (
    <Badge color="yellow" variant="light" role="status">
      {run.agent} asks
    </Badge>
  ) : (
    <Badge color="violet" variant="light" className="ens-tabular" role="status">
      {run.agent} running {clock}
    </Badge>
  );
}
