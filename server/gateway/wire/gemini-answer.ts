import { AppError } from '../../core/errors.ts';
import type { LlmPart, LlmResponse, LlmStop, LlmUsage } from '../../core/llm-message.ts';
import { parseObject } from './members.ts';
import { writeProof } from './proof-envelope.ts';
import type { JsonObject } from './wire.ts';

/** An answer as Google's protocol would give it. */
export function encodeGeminiResponse(response: LlmResponse): JsonObject {
  return {
    ...candidate(response.parts.flatMap(encodeGeminiPart), encodeGeminiStop(response.stop)),
    ...usageMetadata(response.usage),
    ...geminiHead(response),
  };
}

/** What every piece of an answer repeats. */
export function geminiHead({ id, model }: { id: string; model: string }): JsonObject {
  return { modelVersion: model, responseId: id };
}

export function candidate(parts: JsonObject[], finishReason?: string): JsonObject {
  const content = { role: 'model', parts };
  return { candidates: [{ content, ...(finishReason === undefined ? {} : { finishReason }), index: 0 }] };
}

/** A part of an answer. What a thought carries for its maker stands in the signature. */
export function encodeGeminiPart(part: LlmPart): JsonObject[] {
  switch (part.type) {
    case 'text':
    case 'refusal':
      return part.text === '' ? [] : [{ text: part.text }];
    case 'thinking': {
      const proof = writeProof('gemini', part);
      if (part.text === '' && proof === undefined) return [];
      return [{ text: part.text, thought: true, ...(proof === undefined ? {} : { thoughtSignature: proof }) }];
    }
    case 'tool_call':
      return [{ functionCall: { id: part.id, name: part.name, args: argumentsOf(part) } }];
    case 'image':
    case 'document':
    case 'tool_result':
      throw new AppError(
        'unsupported',
        `The model answered with a part of type "${part.type}", which the gateway does not show in Google’s protocol. Ask it for text.`,
      );
  }
}

function argumentsOf({ name, arguments: json }: Extract<LlmPart, { type: 'tool_call' }>): JsonObject {
  if (json.trim() === '') return {};
  const args = parseObject(json);
  if (args !== undefined) return args;
  throw new AppError('unavailable', `The model called "${name}" with arguments that are not a JSON object. Ask again.`);
}

const reasons: Readonly<Record<LlmStop, string>> = {
  end: 'STOP',
  length: 'MAX_TOKENS',
  tool_calls: 'STOP',
  stop_sequence: 'STOP',
  refusal: 'SAFETY',
  filtered: 'SAFETY',
  paused: 'OTHER',
};

export function encodeGeminiStop(stop: LlmStop): string {
  return reasons[stop];
}

/** Google counts thoughts beside what is said, and cached tokens within the prompt. */
export function usageMetadata(usage: LlmUsage | undefined): JsonObject {
  if (usage === undefined) return {};
  const { input, output, thinking, cacheRead } = usage;
  return {
    usageMetadata: {
      promptTokenCount: input,
      candidatesTokenCount: Math.max(0, output - (thinking ?? 0)),
      totalTokenCount: input + output,
      ...(thinking ? { thoughtsTokenCount: thinking } : {}),
      ...(cacheRead ? { cachedContentTokenCount: cacheRead } : {}),
    },
  };
}
