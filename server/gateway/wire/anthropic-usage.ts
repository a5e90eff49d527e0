import type { LlmStop, LlmUsage } from '../../core/llm-message.ts';
import { countOf, isObject } from './members.ts';
import { present } from './present.ts';
import type { Json, JsonObject } from './wire.ts';

/**
 * Tokens as Messages counts them. `input_tokens` leaves out what was read from or written to the cache; the neutral word
 * means all of the input. In a stream figures come in pieces, each cumulative, so a smaller one
 * says nothing: `known` is what was told before.
 */
export function decodeAnthropicUsage(usage: Json | undefined, known?: LlmUsage): LlmUsage | undefined {
  if (!isObject(usage)) return known;
  const told = (member: string, before: number | undefined) => {
    const count = countOf(usage[member]);
    return count === undefined ? before : Math.max(count, before ?? 0);
  };
  const cacheRead = told('cache_read_input_tokens', known?.cacheRead);
  const cacheWrite = told('cache_creation_input_tokens', known?.cacheWrite);
  const uncached = told('input_tokens', uncachedOf(known)) ?? 0;
  const thinking = thinkingOf(usage) ?? known?.thinking;
  return {
    input: uncached + (cacheRead ?? 0) + (cacheWrite ?? 0),
    output: told('output_tokens', known?.output) ?? 0,
    ...present({ cacheRead, cacheWrite, thinking }),
  };
}

function thinkingOf({ output_tokens_details: details }: JsonObject): number | undefined {
  return isObject(details) ? countOf(details['thinking_tokens']) : undefined;
}

function uncachedOf(usage: LlmUsage | undefined): number {
  if (usage === undefined) return 0;
  return Math.max(0, usage.input - (usage.cacheRead ?? 0) - (usage.cacheWrite ?? 0));
}

export function encodeAnthropicUsage(usage: LlmUsage | undefined): JsonObject {
  return {
    input_tokens: uncachedOf(usage),
    output_tokens: usage?.output ?? 0,
    cache_creation_input_tokens: usage?.cacheWrite ?? 0,
    cache_read_input_tokens: usage?.cacheRead ?? 0,
    ...(usage?.thinking === undefined ? {} : { output_tokens_details: { thinking_tokens: usage.thinking } }),
  };
}

const stops: Readonly<Record<string, LlmStop>> = {
  end_turn: 'end',
  max_tokens: 'length',
  model_context_window_exceeded: 'length',
  tool_use: 'tool_calls',
  stop_sequence: 'stop_sequence',
  refusal: 'refusal',
  pause_turn: 'paused',
  compaction: 'paused',
};

/** A reason that this version does not know is an end: the answer is whole. */
export function decodeAnthropicStop(reason: Json | undefined): LlmStop {
  return (typeof reason === 'string' ? stops[reason] : undefined) ?? 'end';
}

const reasons: Readonly<Record<LlmStop, string>> = {
  end: 'end_turn',
  length: 'max_tokens',
  tool_calls: 'tool_use',
  stop_sequence: 'stop_sequence',
  refusal: 'refusal',
  filtered: 'refusal',
  paused: 'pause_turn',
};

export function encodeAnthropicStop(stop: LlmStop): string {
  return reasons[stop];
}
