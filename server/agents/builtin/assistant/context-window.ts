import { estimateTokens } from '../../../core/token-estimate.ts';
import {
  foldOldest,
  historyTokens,
  keptFrom,
  plainSummary,
  shortenResults,
  summaryMaterial,
  withSummary,
} from './fit-history.ts';
import type { HistoryItem } from './history.ts';
import { ModelError } from './model-error.ts';

/** How much a model takes at once, as far as it is known. */
export type ContextWindow = {
  sizeTokens: number;
  /**
   * The history, made to fit. `summarise` turns a text into a shorter one by the model.
   * @throws ModelError `final` when not even what people said fits
   */
  fit(items: readonly HistoryItem[], means: FitMeans): Promise<readonly HistoryItem[]>;
  /** What was asked did not fit: from now on less is asked. @returns false when it cannot become less */
  shrink(): boolean;
};

export type FitMeans = {
  system: string;
  /** Tokens of what is told beside the history: the definitions of tools. */
  besideTokens: number;
  summarise(material: string): Promise<string>;
  onSummary(): Promise<void>;
};

/** When nothing is known of a model. */
const usualTokens = 64_000;
const leastTokens = 3_000;
/** Kept free for the answer. */
const mostForAnswer = 16_000;
const charsPerToken = 3;

export function createContextWindow(knownTokens: number | undefined): ContextWindow {
  const sizeTokens = knownTokens ?? usualTokens;
  let limit = sizeTokens - Math.min(mostForAnswer, Math.floor(sizeTokens / 4));
  return {
    sizeTokens,
    shrink() {
      if (limit * 0.7 < leastTokens) return false;
      limit = Math.floor(limit * 0.7);
      return true;
    },
    async fit(items, means) {
      const room = Math.max(leastTokens / 2, limit - means.besideTokens);
      const size = (each: readonly HistoryItem[]) => historyTokens(means.system, each);
      const over = size(items) - room;
      if (over <= 0) return items;
      // More than need be, so that the beginning of what the model is told stays the same for some steps.
      const folded = foldOldest(items, over + room * 0.3);
      if (size(folded) <= room) return folded;
      const from = keptFrom(folded);
      const summed = await summedUp(folded, from, { room, means });
      if (size(summed) <= room) return summed;
      for (const mostChars of [8_000, 2_000, 500]) {
        const short = shortenResults(summed, mostChars);
        if (size(short) <= room) return short;
      }
      throw new ModelError(
        'final',
        `What was said takes more than the model's ${sizeTokens.toLocaleString('en')} tokens. Choose a model with a larger context, or begin a new conversation.`,
      );
    },
  };
}

async function summedUp(
  items: readonly HistoryItem[],
  from: number,
  { room, means }: { room: number; means: FitMeans },
): Promise<readonly HistoryItem[]> {
  const old = items.slice(0, from);
  if (!old.some(({ kind }) => kind === 'answer' || kind === 'summary')) return items;
  const mostChars = Math.floor(room * charsPerToken * 0.5);
  const summary = await means.summarise(summaryMaterial(old, mostChars)).catch((error: unknown) => {
    if (error instanceof ModelError) return '';
    throw error;
  });
  await means.onSummary();
  return withSummary(items, from, summary.trim() === '' ? plainSummary(old) : summary.trim());
}

/** The tokens that the definitions of tools take. */
export function definitionTokens(definitions: readonly unknown[]): number {
  return estimateTokens(JSON.stringify(definitions));
}
