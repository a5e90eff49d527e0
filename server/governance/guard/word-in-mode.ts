import { isRuled, type GuardedAction } from '../../core/guard/guarded-action.ts';
import type { HouseEffect } from '../../core/guard/house-rule.ts';
import { isFreeInMode, isLeftToReview } from '../../core/mode-freedom.ts';
import type { RunMode } from '../../core/session-event.ts';
import type { GuardReading } from './guard-word.ts';

/** What comes of an action in a run of a mode, as the guard and the house read it, beside policies and models. */
export function wordInMode({ word }: GuardReading, action: GuardedAction, mode: RunMode): HouseEffect {
  if (action.kind === 'edit' && mode === 'plan') return 'deny';
  if (word.verdict !== 'allow' && !isLeftToReview(action, word, mode)) return word.verdict;
  if (word.by === 'house' && mode !== 'plan') return 'allow';
  const isLetThrough = action.kind === 'command' && mode === 'auto';
  return isLetThrough || isFreeInMode(action, mode) ? 'allow' : 'ask';
}

/** What was decided of an action that was kept. */
export type Kept = { action: GuardedAction; mode: RunMode; verdict: HouseEffect; decidedBy: string };

const strictness: Record<HouseEffect, number> = { allow: 0, ask: 1, deny: 2 };

/** What would come of it with the house's rules as they were read: what policies, models and modes said then stays said. */
export function wordAgain(reading: GuardReading, { action, mode, verdict, decidedBy }: Kept): HouseEffect {
  const { by, verdict: said } = reading.word;
  if (decidedBy === 'policy') return by === 'house' && strictness[said] > strictness[verdict] ? said : verdict;
  const isKept = decidedBy === 'opinion' || (decidedBy === 'mode' && !isRuled(action));
  return by !== 'house' && isKept ? verdict : wordInMode(reading, action, mode);
}
