'use client';

import { useCallback, type KeyboardEvent } from 'react';
import type { Decisions } from './use-decisions.ts';

type Hunk = { id: string; state: string };
type Options = {
  hunks: readonly Hunk[];
  current: number;
  go: (index: number) => void;
  decisions: Decisions;
  canDecide: boolean;
};

/** `n` `p` move, `y` `x` decide and go on, `z` takes the decision back (SCREENS, Suggestion). */
export function useReviewKeys({ hunks, current, go, decisions, canDecide }: Options) {
  return useCallback(
    (event: KeyboardEvent) => {
      const target = event.target as HTMLElement;
      if (event.ctrlKey || event.metaKey || event.altKey || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName)) return;
      const hunk = hunks[current];
      const next = () => go(Math.min(current + 1, hunks.length - 1));
      const decide = (decision: 'accept' | 'reject' | 'undo') => {
        if (!hunk || !canDecide) return;
        decisions.decide({ hunkId: hunk.id, decision });
        if (decision !== 'undo') next();
      };
      const keys: Record<string, () => void> = {
        n: next,
        p: () => go(Math.max(current - 1, 0)),
        y: () => hunk?.state === 'unreviewed' && decide('accept'),
        x: () => hunk?.state === 'unreviewed' && decide('reject'),
        z: () => (hunk?.state === 'accepted' || hunk?.state === 'rejected') && decide('undo'),
      };
      const run = keys[event.key];
      if (!run) return;
      event.preventDefault();
      run();
    },
    [hunks, current, go, decisions, canDecide],
  );
}
