import { estimateTokens } from '../core/token-estimate.ts';
import type { LlmUsage } from '../core/llm-message.ts';
import type { StreamFilter } from './wire/wire.ts';

/** Counts what a call uses: by the provider's own figures, and by the texts that passed for an answer that was cut off. */
export type Meter = {
  /** What the provider said; its last word counts. */
  told(usage: LlmUsage): void;
  /** A text of the answer passed by. */
  saw(text: string): void;
  /** Whether anything of an answer was there. */
  hasSeen(): boolean;
  /** The figures, and whether the output was counted here since the provider did not come to say. */
  usage(isWhole: boolean): { usage: LlmUsage; isEstimate: boolean };
};

export function createMeter(inputEstimate: number): Meter {
  let told: LlmUsage | undefined;
  const seen: string[] = [];
  return {
    told: (usage) => void (told = { ...told, ...usage }),
    saw: (text) => void seen.push(text),
    hasSeen: () => told !== undefined || seen.length > 0,
    usage(isWhole) {
      if (told && isWhole) return { usage: told, isEstimate: false };
      // Figures at the start of a stream tell of the input alone.
      const output = Math.max(told?.output ?? 0, estimateTokens(seen.join('')));
      return { usage: { input: inputEstimate, ...told, output }, isEstimate: true };
    },
  };
}

/** Lets every text pass, and the meter see it. */
export function metered(meter: Meter, filter: StreamFilter): StreamFilter {
  return {
    push(piece) {
      meter.saw(piece.text);
      return filter.push(piece);
    },
    end: (channel) => filter.end(channel),
  };
}
