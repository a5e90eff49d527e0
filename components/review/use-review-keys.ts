'use client';

import type { KeyboardEvent } from 'react';
import type { SuggestionHunk } from './use-open-suggestions.ts';

type Options = {
  hunks: readonly SuggestionHunk[];
  current: number;
  go: (index: number) => void;
  decide: (index: number, decision: 'accept' | 'reject' | 'undo') => void;
  edit: (hunkId: string) => void;
  canDecide: boolean;
};

/** `n` `p` move, `y` `x` decide and go on, `e` changes the lines first, `z` takes the decision back (SCREENS, Suggestion). */
export function useReviewKeys({ hunks, current, go, decide, edit, canDecide }: Options) {
  return (event: KeyboardEvent) => {
    const target = event.target as HTMLElement;
    if (event.ctrlKey || event.metaKey || event.altKey || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName)) return;
    const hunk = hunks[current];
    const isOpen = canDecide && hunk?.state === 'unreviewed';
    const isDecided = canDecide && hunk !== undefined && hunk.state !== 'unreviewed' && hunk.state !== 'applying';
    const keys: Record<string, () => void> = {
      n: () => go(Math.min(current + 1, hunks.length - 1)),
      p: () => go(Math.max(current - 1, 0)),
      y: () => isOpen && decide(current, 'accept'),
      x: () => isOpen && decide(current, 'reject'),
      e: () => isOpen && hunk.kind === 'text' && edit(hunk.id),
      z: () => isDecided && decide(current, 'undo'),
    };
    const run = keys[event.key];
    if (!run) return;
    event.preventDefault();
    run();
  };
}
