import type { LlmError, LlmPart, LlmStop, LlmStreamEvent, LlmUsage } from '../../core/llm-message.ts';
import type { SseEvent } from '../../platform/sse.ts';
import { isObject, parseObject } from './members.ts';
import { chatHead, decodeChatStop, encodeAnswerCall, encodeChatStop, refuseShown } from './openai-chat-answer.ts';
import { chatProof } from './openai-chat-decode-request.ts';
import { openAiErrorMembers, readOpenAiError } from './openai-errors.ts';
import { wrapInput } from './openai-parts.ts';
import { objectsOf } from './openai-texts.ts';
import { decodeChatUsage, encodeChatUsage } from './openai-usage.ts';
import type { JsonObject, ReplyForm } from './wire.ts';

type Kind = 'text' | 'thinking' | 'refusal';

type OpenCall = { place: number | undefined; id: string; index: number; isCustom: boolean; input: string };

type Decoding = {
  isStarted: boolean;
  parts: number;
  /** The text that goes on, and its part. */
  open: { kind: Kind; index: number } | undefined;
  /** Calls in order; they end with the answer, since a server may mix their deltas. */
  calls: OpenCall[];
  stop: LlmStop;
  usage: LlmUsage | undefined;
};

/** A reader of one stream of chat/completions. Of several choices it reads the first. */
export function chatStreamDecoder(): (event: SseEvent) => LlmStreamEvent[] {
  const decoding: Decoding = {
    isStarted: false,
    parts: 0,
    open: undefined,
    calls: [],
    stop: 'end',
    usage: undefined,
  };
  return ({ data }) => {
    if (data.trim() === '[DONE]') return decodeEnd(decoding);
    const chunk = parseObject(data);
    if (chunk === undefined) return [];
    const error = readOpenAiError(chunk['error']);
    return error === undefined ? decodeChunk(decoding, chunk) : [{ type: 'error', error }];
  };
}

function decodeChunk(decoding: Decoding, chunk: JsonObject): LlmStreamEvent[] {
  const events: LlmStreamEvent[] = [];
  const { id, model } = chunk;
  if (!decoding.isStarted && typeof id === 'string' && typeof model === 'string' && model !== '') {
    decoding.isStarted = true;
    events.push({ type: 'start', id, model });
  }
  for (const choice of objectsOf(chunk['choices'])) {
    if (typeof choice['index'] === 'number' && choice['index'] !== 0) continue;
    if (isObject(choice['delta'])) events.push(...decodeDelta(decoding, choice['delta']));
    if (typeof choice['finish_reason'] === 'string') decoding.stop = decodeChatStop(choice['finish_reason']);
  }
  const usage = decodeChatUsage(chunk['usage']);
  if (usage !== undefined) {
    decoding.usage = usage;
    events.push({ type: 'usage', usage });
  }
  return events;
}

const texts: readonly (readonly [string, Kind])[] = [
  ['reasoning_content', 'thinking'],
  ['reasoning', 'thinking'],
  ['content', 'text'],
  ['refusal', 'refusal'],
];

function decodeDelta(decoding: Decoding, delta: JsonObject): LlmStreamEvent[] {
  const events: LlmStreamEvent[] = [];
  for (const [member, kind] of texts) {
    const text = delta[member];
    if (typeof text !== 'string' || text === '') continue;
    // Servers that have both names for a thought say it twice.
    if (member === 'reasoning' && typeof delta['reasoning_content'] === 'string') continue;
    const index = openText(decoding, kind, events);
    events.push({ type: kind, index, text });
  }
  for (const call of objectsOf(delta['tool_calls'])) decodeCall(decoding, call, events);
  return events;
}

function openText(decoding: Decoding, kind: Kind, events: LlmStreamEvent[]): number {
  if (decoding.open?.kind === kind) return decoding.open.index;
  closeText(decoding, events);
  const index = decoding.parts++;
  decoding.open = { kind, index };
  events.push({ type: 'part_start', index, part: emptyPart(kind) });
  return index;
}

function emptyPart(kind: Kind): LlmPart {
  return kind === 'thinking' ? { type: kind, text: '', proof: chatProof } : { type: kind, text: '' };
}

function closeText(decoding: Decoding, events: LlmStreamEvent[]): void {
  const { open } = decoding;
  if (open === undefined) return;
  decoding.open = undefined;
  if (open.kind === 'thinking') events.push({ type: 'thinking_proof', index: open.index, proof: chatProof });
  events.push({ type: 'part_end', index: open.index });
}

/**
 * The call that a delta goes on with: by its place in the answer, and where a server leaves the places out or gives them all
 * the same, by its id.
 */
function knownCall({ calls }: Decoding, delta: JsonObject): OpenCall | undefined {
  const { index: place, id } = delta;
  const known = typeof place === 'number' ? calls.findLast((call) => call.place === place) : calls.at(-1);
  const isAnother = typeof id === 'string' && id !== '' && id !== known?.id && nameOf(delta) !== '';
  return isAnother ? undefined : known;
}

const calledIn = (delta: JsonObject) => [delta['function'], delta['custom']].find(isObject);

function nameOf(delta: JsonObject): string {
  const name = calledIn(delta)?.['name'];
  return typeof name === 'string' ? name : '';
}

function openCall(decoding: Decoding, delta: JsonObject, events: LlmStreamEvent[]): OpenCall {
  closeText(decoding, events);
  const { index: place, id } = delta;
  const index = decoding.parts++;
  const call = {
    place: typeof place === 'number' ? place : undefined,
    id: typeof id === 'string' && id !== '' ? id : `call_${index}`,
    index,
    isCustom: isObject(delta['custom']),
    input: '',
  };
  decoding.calls.push(call);
  events.push({
    type: 'part_start',
    index,
    part: { type: 'tool_call', id: call.id, name: nameOf(delta), arguments: '' },
  });
  return call;
}

function decodeCall(decoding: Decoding, delta: JsonObject, events: LlmStreamEvent[]): void {
  const call = knownCall(decoding, delta) ?? openCall(decoding, delta, events);
  const called = calledIn(delta);
  const { arguments: json, input } = called ?? {};
  // A text tool's input is text until it is whole and can be written as JSON.
  if (typeof input === 'string') call.input += input;
  else if (typeof json === 'string' && json !== '') events.push({ type: 'arguments', index: call.index, json });
}

function decodeEnd(decoding: Decoding): LlmStreamEvent[] {
  const events: LlmStreamEvent[] = [];
  const isRefused = decoding.open?.kind === 'refusal';
  closeText(decoding, events);
  for (const { index, isCustom, input } of decoding.calls) {
    if (isCustom) events.push({ type: 'arguments', index, json: wrapInput(input) });
    events.push({ type: 'part_end', index });
  }
  const { stop, usage, calls } = decoding;
  const end = stop !== 'end' ? stop : calls.length > 0 ? 'tool_calls' : isRefused ? 'refusal' : stop;
  events.push({ type: 'end', stop: end, ...(usage === undefined ? {} : { usage }) });
  return events;
}

type Encoding = {
  head: JsonObject;
  reply: ReplyForm;
  usage: LlmUsage | undefined;
  calls: number;
  /** The call that is being told; the input of a text tool is told whole. */
  call: { place: number; part: Extract<LlmPart, { type: 'tool_call' }>; isText: boolean } | undefined;
};

/** A writer of one stream of chat/completions, for parts that come one after the other. */
export function chatStreamEncoder(reply: ReplyForm): (event: LlmStreamEvent) => SseEvent[] {
  const encoding: Encoding = {
    head: chatHead({ id: '', model: '' }),
    reply,
    usage: undefined,
    calls: 0,
    call: undefined,
  };
  return (event) => {
    switch (event.type) {
      case 'start':
        encoding.head = chatHead(event);
        encoding.usage = event.usage;
        return [chunk(encoding, { role: 'assistant', content: '', refusal: null })];
      case 'part_start':
        return encodePartStart(encoding, event.part);
      case 'text':
        return [chunk(encoding, { content: event.text })];
      case 'thinking':
        return [chunk(encoding, { reasoning_content: event.text })];
      case 'refusal':
        return [chunk(encoding, { refusal: event.text })];
      case 'arguments':
        return encodeArguments(encoding, event.json);
      case 'part_end':
        return encodePartEnd(encoding);
      case 'thinking_proof':
        return [];
      case 'usage':
        encoding.usage = event.usage;
        return [];
      case 'end':
        return encodeEnd(encoding, event);
      case 'error':
        return chatStreamError(event.error);
    }
  };
}

const sse = (body: JsonObject): SseEvent => ({ data: JSON.stringify(body) });

function chunk({ head, reply }: Encoding, delta: JsonObject, reason: string | null = null): SseEvent {
  return sse({
    ...head,
    object: 'chat.completion.chunk',
    choices: [{ index: 0, delta, logprobs: null, finish_reason: reason }],
    ...(reply.showsUsage ? { usage: null } : {}),
  });
}

function encodePartStart(encoding: Encoding, part: LlmPart): SseEvent[] {
  refuseShown(part.type);
  if (part.type !== 'tool_call') return [];
  const place = encoding.calls++;
  const isText = encoding.reply.textTools.includes(part.name);
  encoding.call = { place, part: { ...part }, isText };
  if (isText) return [];
  const { id, name, arguments: json } = part;
  return [
    chunk(encoding, { tool_calls: [{ index: place, id, type: 'function', function: { name, arguments: json } }] }),
  ];
}

function encodeArguments(encoding: Encoding, json: string): SseEvent[] {
  const { call } = encoding;
  if (call === undefined) return [];
  if (!call.isText) return [chunk(encoding, { tool_calls: [{ index: call.place, function: { arguments: json } }] })];
  call.part.arguments += json;
  return [];
}

function encodePartEnd(encoding: Encoding): SseEvent[] {
  const { call, reply } = encoding;
  encoding.call = undefined;
  if (call === undefined || !call.isText) return [];
  return [chunk(encoding, { tool_calls: [{ index: call.place, ...encodeAnswerCall(call.part, reply) }] })];
}

function encodeEnd(encoding: Encoding, event: Extract<LlmStreamEvent, { type: 'end' }>): SseEvent[] {
  const usage = encodeChatUsage(event.usage ?? encoding.usage);
  return [
    chunk(encoding, {}, encodeChatStop(event.stop)),
    ...(encoding.reply.showsUsage
      ? [sse({ ...encoding.head, object: 'chat.completion.chunk', choices: [], usage })]
      : []),
    { data: '[DONE]' },
  ];
}

/** The clients throw what stands in `error`; nothing follows it. */
export function chatStreamError(error: LlmError): SseEvent[] {
  return [sse({ error: openAiErrorMembers(error) })];
}
