import { isRuled, type GuardedAction } from '../../core/guard/guarded-action.ts';
import type { HouseEffect } from '../../core/guard/house-rule.ts';
import { onlyReads } from '../../core/plain-reads.ts';
import type { RunMode } from '../../core/session-event.ts';
import type { GuardReading } from './guard-word.ts';

/** What comes of an action in a run of a mode, as the guard and the house read it, beside policies and models. */
export function wordInMode({ word }: GuardReading, action: GuardedAction, mode: RunMode): HouseEffect {
  const isEdit = action.kind === 'edit';
  if (isEdit && mode === 'plan') return 'deny';
  const isLeftToReview = isEdit && mode === 'edit' && word.verdict === 'ask' && word.by === 'guard';
  if (word.verdict !== 'allow' && !isLeftToReview) return word.verdict;
  if (word.by === 'house' && mode !== 'plan') return 'allow';
  return isFree(action, mode) ? 'allow' : 'ask';
}

function isFree(action: GuardedAction, mode: RunMode): boolean {
  if (action.kind === 'edit') return mode !== 'ask';
  if (action.kind === 'command') return mode === 'auto' || onlyReads(action.command);
  return action.kind === 'read';
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
