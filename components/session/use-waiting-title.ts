'use client';

import { useEffect } from 'react';
import { useUnreviewed } from '@/components/review/use-open-suggestions.ts';
import { useSession } from './session-context.tsx';
import { useKnocks, useTranscript } from './use-feed.ts';

/** The browser's tab says what waits for someone here: `(2) Fix rounding · ledger`. */
export function useWaitingTitle(): void {
  const { session } = useSession();
  const { total } = useUnreviewed();
  const { runs } = useTranscript();
  const questions = Object.values(runs).reduce((sum, run) => sum + run.openPermissions.length, 0);
  const knocks = useKnocks().length;
  const waiting = total + questions + knocks;
  const place = `${session.title} · ${session.projectName}`;
  useEffect(() => {
    document.title = waiting > 0 ? `(${waiting}) ${place}` : place;
  }, [waiting, place]);
}
