import type { LlmPart, LlmResponse } from '../../core/llm-message.ts';
import { AppError } from '../../core/errors.ts';
import { decodeContent } from './anthropic-blocks.ts';
import {
  decodeAnthropicStop,
  decodeAnthropicUsage,
  encodeAnthropicStop,
  encodeAnthropicUsage,
} from './anthropic-usage.ts';
import { asString, parseObject } from './members.ts';
import { writeProof } from './proof-envelope.ts';
import type { JsonObject } from './wire.ts';

/** A whole answer of Messages in the neutral vocabulary. */
export function decodeAnthropicResponse(body: JsonObject): LlmResponse {
  const usage = decodeAnthropicUsage(body['usage']);
  const sequence = body['stop_sequence'];
  return {
    id: asString(body['id'], 'id'),
    model: asString(body['model'], 'model'),
    parts: decodeContent(body['content'], 'content'),
    stop: decodeAnthropicStop(body['stop_reason']),
    ...(typeof sequence === 'string' ? { stopSequence: sequence } : {}),
    ...(usage === undefined ? {} : { usage }),
  };
}

/** An answer as Messages would give it. */
export function encodeAnthropicResponse(response: LlmResponse): JsonObject {
  return {
    id: response.id,
    type: 'message',
    role: 'assistant',
    model: response.model,
    content: response.parts.map(encodeAnswerPart),
    stop_reason: encodeAnthropicStop(response.stop),
    stop_sequence: response.stopSequence ?? null,
    usage: encodeAnthropicUsage(response.usage),
  };
}

/** A part of an answer as a block. Thoughts of other protocols carry their proof in an envelope. */
export function encodeAnswerPart(part: LlmPart): JsonObject {
  switch (part.type) {
    case 'text':
    case 'refusal':
      return { type: 'text', text: part.text };
    case 'thinking': {
      const proof = writeProof('anthropic_messages', part);
      if (part.redacted === true) return { type: 'redacted_thinking', data: proof ?? '' };
      return { type: 'thinking', thinking: part.text, signature: proof ?? '' };
    }
    case 'tool_call':
      return { type: 'tool_use', id: part.id, name: part.name, input: inputOf(part) };
    case 'image':
    case 'document':
    case 'tool_result':
      throw new AppError(
        'unsupported',
        `The model answered with a part of type "${part.type}", which Anthropic Messages cannot show. Ask it for text.`,
      );
  }
}

function inputOf({ name, arguments: json }: Extract<LlmPart, { type: 'tool_call' }>): JsonObject {
  if (json.trim() === '') return {};
  const input = parseObject(json);
  if (input !== undefined) return input;
  throw new AppError('unavailable', `The model called "${name}" with arguments that are not a JSON object. Ask again.`);
}
