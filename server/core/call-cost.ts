import type { LlmUsage } from './llm-message.ts';
import type { ModelPrice, ModelTarget } from './model-call.ts';

/** What model calls cost, in whole micro-USD, and what they may cost at most. */

/** Output that is expected of a model of which no bound is known. */
const usualMaxOutput = 32_000;

/**
 * The price of a call, rounded up. Cached input without a price of its own costs what other input costs.
 * @returns null for a model without a price: its cost is not known, which is not 0
 */
export function costOf(usage: LlmUsage, price: ModelPrice | undefined): number | null {
  if (!price) return null;
  const cacheRead = Math.min(usage.cacheRead ?? 0, usage.input);
  const cacheWrite = Math.min(usage.cacheWrite ?? 0, usage.input - cacheRead);
  const plain = usage.input - cacheRead - cacheWrite;
  const input =
    plain * price.input + cacheRead * (price.cacheRead ?? price.input) + cacheWrite * (price.cacheWrite ?? price.input);
  const output = usage.output * price.output;
  const long = price.long && usage.input > price.long.aboveTokens ? price.long : undefined;
  if (!long) return Math.ceil((input + output) / 1_000_000);
  return Math.ceil((input * long.inputPercent + output * long.outputPercent) / 100_000_000);
}

/** What a request is known to be at most, before it is sent. The limit of its output is that of each of its answers. */
export type CallBound = { inputTokens: number; maxOutputTokens?: number; answers?: number };

/** The tokens that a call may use at most at a target. */
export function mostTokens({ inputTokens, maxOutputTokens, answers = 1 }: CallBound, target: ModelTarget): LlmUsage {
  const output = limitOf(maxOutputTokens) ?? target.maxOutputTokens ?? usualMaxOutput;
  return { input: inputTokens, output: Math.min(output * countOfAnswers(answers), mostOutput) };
}

/** More than any model writes, and little enough to be counted exactly. */
const mostOutput = 1_000_000_000;

/** A limit below nothing is none: some servers take it for one without end. */
function limitOf(asked: number | undefined): number | undefined {
  if (asked === undefined || !Number.isFinite(asked) || asked < 0) return undefined;
  return Math.min(Math.ceil(asked), mostOutput);
}

const countOfAnswers = (asked: number) => Math.max(1, Math.ceil(asked));

/**
 * What a call may cost at most at the costliest of the targets it may go to; null when none of them has a price.
 * Input is priced at the dearer of plain and written to a cache: which of both it will be is the upstream's choice.
 */
export function mostCost(bound: CallBound, targets: readonly ModelTarget[]): number | null {
  const costs = targets.flatMap((target) => {
    if (!target.price) return [];
    const { price } = target;
    const input = Math.max(price.input, price.cacheWrite ?? 0);
    const { cacheRead: _read, cacheWrite: _write, ...plain } = price;
    return costOf(mostTokens(bound, target), { ...plain, input }) ?? [];
  });
  return costs.length === 0 ? null : Math.max(...costs);
}
