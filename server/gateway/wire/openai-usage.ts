import type { LlmUsage } from '../../core/llm-message.ts';
import { countOf, isObject } from './members.ts';
import { present } from './present.ts';
import type { Json, JsonObject } from './wire.ts';

/** How a protocol names what it counts. */
type Names = { input: string; output: string };

const chat: Names = { input: 'prompt_tokens', output: 'completion_tokens' };
const responses: Names = { input: 'input_tokens', output: 'output_tokens' };

function decode(usage: Json | undefined, names: Names): LlmUsage | undefined {
  if (!isObject(usage)) return undefined;
  const input = countOf(usage[names.input]);
  const output = countOf(usage[names.output]);
  if (input === undefined && output === undefined) return undefined;
  const inputDetails = usage[`${names.input}_details`];
  const outputDetails = usage[`${names.output}_details`];
  const cacheRead = isObject(inputDetails) ? countOf(inputDetails['cached_tokens']) : undefined;
  const cacheWrite = isObject(inputDetails) ? countOf(inputDetails['cache_write_tokens']) : undefined;
  const thinking = isObject(outputDetails) ? countOf(outputDetails['reasoning_tokens']) : undefined;
  return { input: input ?? 0, output: output ?? 0, ...present({ cacheRead, cacheWrite, thinking }) };
}

function encode(usage: LlmUsage | undefined, names: Names): JsonObject {
  const { input = 0, output = 0, cacheRead = 0, cacheWrite, thinking = 0 } = usage ?? {};
  return {
    [names.input]: input,
    [`${names.input}_details`]: {
      cached_tokens: cacheRead,
      ...(cacheWrite === undefined ? {} : { cache_write_tokens: cacheWrite }),
    },
    [names.output]: output,
    [`${names.output}_details`]: { reasoning_tokens: thinking },
    total_tokens: input + output,
  };
}

export const decodeChatUsage = (usage: Json | undefined): LlmUsage | undefined => decode(usage, chat);
export const encodeChatUsage = (usage: LlmUsage | undefined): JsonObject => encode(usage, chat);
export const decodeResponsesUsage = (usage: Json | undefined): LlmUsage | undefined => decode(usage, responses);
export const encodeResponsesUsage = (usage: LlmUsage | undefined): JsonObject => encode(usage, responses);
