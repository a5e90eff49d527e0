import type { AnswerUsage } from './read-answer.ts';

/** What the model calls of a turn took, in all. */
export type TurnUsage = {
  add(usage: AnswerUsage | undefined): void;
  total(): { inputTokens: number; outputTokens: number; totalTokens: number; cachedReadTokens: number };
};

export function createTurnUsage(): TurnUsage {
  const sum = { inputTokens: 0, outputTokens: 0, cachedReadTokens: 0 };
  return {
    add(usage) {
      sum.inputTokens += usage?.inputTokens ?? 0;
      sum.outputTokens += usage?.outputTokens ?? 0;
      sum.cachedReadTokens += usage?.cachedReadTokens ?? 0;
    },
    total: () => ({ ...sum, totalTokens: sum.inputTokens + sum.outputTokens }),
  };
}
