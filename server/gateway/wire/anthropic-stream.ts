import type { LlmStreamEvent, LlmUsage } from '../../core/llm-message.ts';
import type { SseEvent } from '../../platform/sse.ts';
import { encodeAnswerPart } from './anthropic-answer.ts';
import { decodeContent } from './anthropic-blocks.ts';
import { anthropicStreamError, readAnthropicStreamError } from './anthropic-errors.ts';
import {
  decodeAnthropicStop,
  decodeAnthropicUsage,
  encodeAnthropicStop,
  encodeAnthropicUsage,
} from './anthropic-usage.ts';
import { asObject, asString, isObject, parseObject } from './members.ts';
import { readProof, writeProof } from './proof-envelope.ts';
import type { JsonObject } from './wire.ts';

type Decoding = {
  usage: LlmUsage | undefined;
  end: Pick<Extract<LlmStreamEvent, { type: 'end' }>, 'stop' | 'stopSequence'>;
  /** Calls whose arguments have not begun. */
  silentCalls: Set<number>;
};

/** A reader of one stream of Messages. Event types that it does not know say nothing that others could repeat. */
export function anthropicStreamDecoder(): (event: SseEvent) => LlmStreamEvent[] {
  const decoding: Decoding = { usage: undefined, end: { stop: 'end' }, silentCalls: new Set() };
  return ({ data }) => {
    const body = parseObject(data);
    if (body === undefined) return [];
    switch (body['type']) {
      case 'message_start':
        return decodeStart(decoding, asObject(body['message'], 'message'));
      case 'content_block_start':
        return decodeBlockStart(decoding, body);
      case 'content_block_delta':
        return decodeDelta(decoding, body);
      case 'content_block_stop':
        return decodeBlockStop(decoding, indexOf(body));
      default:
        return decodeRest(decoding, body);
    }
  };
}

function decodeRest(decoding: Decoding, body: JsonObject): LlmStreamEvent[] {
  switch (body['type']) {
    case 'message_delta': {
      const { delta } = body;
      if (isObject(delta)) {
        const sequence = delta['stop_sequence'];
        decoding.end = {
          stop: decodeAnthropicStop(delta['stop_reason']),
          ...(typeof sequence === 'string' ? { stopSequence: sequence } : {}),
        };
      }
      decoding.usage = decodeAnthropicUsage(body['usage'], decoding.usage);
      return decoding.usage === undefined ? [] : [{ type: 'usage', usage: decoding.usage }];
    }
    case 'message_stop':
      return [{ type: 'end', ...decoding.end, ...usageOf(decoding) }];
    case 'error':
      return [{ type: 'error', error: readAnthropicStreamError(body) }];
    default:
      return [];
  }
}

function decodeStart(decoding: Decoding, message: JsonObject): LlmStreamEvent[] {
  decoding.usage = decodeAnthropicUsage(message['usage']);
  return [
    {
      type: 'start',
      id: asString(message['id'], 'id'),
      model: asString(message['model'], 'model'),
      ...usageOf(decoding),
    },
  ];
}

function usageOf({ usage }: Decoding): { usage?: LlmUsage } {
  return usage === undefined ? {} : { usage };
}

function indexOf(body: JsonObject): number {
  return typeof body['index'] === 'number' ? body['index'] : 0;
}

/** A block that begins with text already, or with arguments, gives them as a delta. */
function decodeBlockStart(decoding: Decoding, body: JsonObject): LlmStreamEvent[] {
  const index = indexOf(body);
  const [part] = decodeContent([asObject(body['content_block'], 'content_block')], 'content');
  switch (part?.type) {
    case 'text':
      return [{ type: 'part_start', index, part: { type: 'text', text: '' } }, ...textDelta(index, part.text)];
    case 'tool_call': {
      const isEmpty = part.arguments === '{}';
      if (isEmpty) decoding.silentCalls.add(index);
      const start: LlmStreamEvent = { type: 'part_start', index, part: { ...part, arguments: '' } };
      return isEmpty ? [start] : [start, { type: 'arguments', index, json: part.arguments }];
    }
    case 'thinking': {
      const start: LlmStreamEvent = { type: 'part_start', index, part: { ...part, text: '' } };
      return part.text === '' ? [start] : [start, { type: 'thinking', index, text: part.text }];
    }
    default:
      return part === undefined ? [] : [{ type: 'part_start', index, part }];
  }
}

function textDelta(index: number, text: string): LlmStreamEvent[] {
  return text === '' ? [] : [{ type: 'text', index, text }];
}

function decodeDelta(decoding: Decoding, body: JsonObject): LlmStreamEvent[] {
  const index = indexOf(body);
  const delta = asObject(body['delta'], 'delta');
  switch (delta['type']) {
    case 'text_delta':
      return textDelta(index, asString(delta['text'], 'delta.text'));
    case 'thinking_delta':
      return [{ type: 'thinking', index, text: asString(delta['thinking'], 'delta.thinking') }];
    case 'input_json_delta': {
      const json = asString(delta['partial_json'], 'delta.partial_json');
      if (json === '') return [];
      decoding.silentCalls.delete(index);
      return [{ type: 'arguments', index, json }];
    }
    case 'signature_delta': {
      const { proof } = readProof('anthropic_messages', asString(delta['signature'], 'delta.signature'));
      return proof === undefined ? [] : [{ type: 'thinking_proof', index, proof }];
    }
    default:
      return [];
  }
}

function decodeBlockStop({ silentCalls }: Decoding, index: number): LlmStreamEvent[] {
  const isSilent = silentCalls.delete(index);
  return [...(isSilent ? [{ type: 'arguments', index, json: '{}' } as const] : []), { type: 'part_end', index }];
}

type Encoding = { usage: LlmUsage | undefined };

/** A writer of one stream of Messages, for parts that come one after the other, numbered from 0. */
export function anthropicStreamEncoder(): (event: LlmStreamEvent) => SseEvent[] {
  const encoding: Encoding = { usage: undefined };
  return (event) => {
    switch (event.type) {
      case 'start':
        return encodeStart(encoding, event);
      case 'part_start':
        return encodePartStart(event);
      case 'part_end':
        return [sse({ type: 'content_block_stop', index: event.index })];
      case 'usage':
        encoding.usage = event.usage;
        return [];
      case 'end':
        return encodeEnd(encoding, event);
      case 'error':
        return anthropicStreamError(event.error);
      default:
        return [delta(event.index, encodeDelta(event))];
    }
  };
}

type Delta = Extract<LlmStreamEvent, { type: 'text' | 'refusal' | 'thinking' | 'arguments' | 'thinking_proof' }>;

function encodeDelta(event: Delta): JsonObject {
  switch (event.type) {
    case 'text':
    case 'refusal':
      return { type: 'text_delta', text: event.text };
    case 'thinking':
      return { type: 'thinking_delta', thinking: event.text };
    case 'arguments':
      return { type: 'input_json_delta', partial_json: event.json };
    case 'thinking_proof': {
      const signature = writeProof('anthropic_messages', { type: 'thinking', text: '', proof: event.proof }) ?? '';
      return { type: 'signature_delta', signature };
    }
  }
}

function sse(body: JsonObject & { type: string }): SseEvent {
  return { event: body.type, data: JSON.stringify(body) };
}

function delta(index: number, body: JsonObject): SseEvent {
  return sse({ type: 'content_block_delta', index, delta: body });
}

function encodeStart(encoding: Encoding, { id, model, usage }: Extract<LlmStreamEvent, { type: 'start' }>): SseEvent[] {
  encoding.usage = usage;
  const message = {
    id,
    type: 'message',
    role: 'assistant',
    model,
    content: [],
    stop_reason: null,
    stop_sequence: null,
    usage: encodeAnthropicUsage(usage),
  };
  return [sse({ type: 'message_start', message })];
}

/** Blocks begin empty; only a thought that cannot be read is whole at once. */
function encodePartStart({ index, part }: Extract<LlmStreamEvent, { type: 'part_start' }>): SseEvent[] {
  const block = encodeAnswerPart(part.type === 'tool_call' ? { ...part, arguments: '' } : part);
  const start = sse({ type: 'content_block_start', index, content_block: block });
  if (part.type !== 'tool_call' || part.arguments === '') return [start];
  return [start, delta(index, { type: 'input_json_delta', partial_json: part.arguments })];
}

function encodeEnd(encoding: Encoding, event: Extract<LlmStreamEvent, { type: 'end' }>): SseEvent[] {
  const ending = { stop_reason: encodeAnthropicStop(event.stop), stop_sequence: event.stopSequence ?? null };
  const usage = encodeAnthropicUsage(event.usage ?? encoding.usage);
  return [sse({ type: 'message_delta', delta: ending, usage }), sse({ type: 'message_stop' })];
}
