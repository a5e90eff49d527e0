import type { LlmPart, LlmStreamEvent, LlmUsage } from '../../core/llm-message.ts';
import type { SseEvent } from '../../platform/sse.ts';
import { candidate, encodeGeminiPart, encodeGeminiStop, geminiHead, usageMetadata } from './gemini-answer.ts';
import { geminiStreamError } from './gemini-errors.ts';
import type { JsonObject } from './wire.ts';

type Encoding = {
  head: JsonObject;
  usage: LlmUsage | undefined;
  /** The call that is being told: Google's protocol gives calls whole. */
  call: Extract<LlmPart, { type: 'tool_call' }> | undefined;
};

/** A writer of one stream in Google's protocol: each piece is an answer of its own, which the client puts together. */
export function geminiStreamEncoder(): (event: LlmStreamEvent) => SseEvent[] {
  const encoding: Encoding = { head: {}, usage: undefined, call: undefined };
  return (event) => {
    if ('usage' in event && event.usage !== undefined) encoding.usage = event.usage;
    switch (event.type) {
      case 'start':
        encoding.head = geminiHead(event);
        return [];
      case 'part_start':
        return encodePartStart(encoding, event.part);
      case 'arguments':
        if (encoding.call) encoding.call = { ...encoding.call, arguments: encoding.call.arguments + event.json };
        return [];
      case 'part_end':
        return encodePartEnd(encoding);
      case 'end':
        return [
          piece(encoding, {
            ...candidate([{ text: '' }], encodeGeminiStop(event.stop)),
            ...usageMetadata(encoding.usage),
          }),
        ];
      case 'error':
        return geminiStreamError(event.error);
      case 'usage':
        return [];
      default:
        return [piece(encoding, candidate([encodeDelta(event)]))];
    }
  };
}

type Delta = Extract<LlmStreamEvent, { type: 'text' | 'refusal' | 'thinking' | 'thinking_proof' }>;

function encodeDelta(event: Delta): JsonObject {
  if (event.type === 'thinking') return { text: event.text, thought: true };
  if (event.type !== 'thinking_proof') return { text: event.text };
  const [part] = encodeGeminiPart({ type: 'thinking', text: '', proof: event.proof });
  return part ?? { text: '', thought: true };
}

/** Parts begin empty; only a thought that cannot be read is whole at once. */
function encodePartStart(encoding: Encoding, part: LlmPart): SseEvent[] {
  if (part.type === 'tool_call') encoding.call = part;
  const isWhole = part.type !== 'tool_call' && !(part.type === 'thinking' && part.redacted !== true);
  return isWhole ? encodeGeminiPart(part).map((one) => piece(encoding, candidate([one]))) : [];
}

function encodePartEnd(encoding: Encoding): SseEvent[] {
  const { call } = encoding;
  encoding.call = undefined;
  return call === undefined ? [] : [piece(encoding, candidate(encodeGeminiPart(call)))];
}

function piece({ head }: Encoding, body: JsonObject): SseEvent {
  return { data: JSON.stringify({ ...body, ...head }) };
}
