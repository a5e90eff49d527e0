import type { LlmPart, LlmStreamEvent } from '../../core/llm-message.ts';
import type { SseEvent } from '../../platform/sse.ts';
import { asObject, asString, isObject, parseObject } from './members.ts';
import { readOpenAiError } from './openai-errors.ts';
import { wrapInput } from './openai-parts.ts';
import { decodeResponsesStop } from './openai-responses-answer.ts';
import { decodeOutputItem, decodeReasoningProof, thoughtBreak } from './openai-responses-items.ts';
import { decodeResponsesUsage } from './openai-usage.ts';
import type { Proof, ThinkingPart } from './proof-envelope.ts';
import type { JsonObject } from './wire.ts';

type Open = { index: number; hasText: boolean };

type Decoding = {
  isStarted: boolean;
  parts: number;
  types: Set<LlmPart['type']>;
  /** Parts that are being told, by item and, in a message, by the place of the content. */
  open: Map<string, Open>;
  events: LlmStreamEvent[];
};

/** A reader of one stream of Responses. */
export function responsesStreamDecoder(): (event: SseEvent) => LlmStreamEvent[] {
  const decoding: Decoding = { isStarted: false, parts: 0, types: new Set(), open: new Map(), events: [] };
  return ({ data }) => {
    const body = parseObject(data);
    const type = body?.['type'];
    if (body === undefined || typeof type !== 'string') return [];
    decoding.events = [];
    (readers[type] ?? ignore)(decoding, body);
    return decoding.events;
  };
}

/** Events that say nothing that the others do not: progress, parts that begin, texts repeated at their end. */
function ignore(): void {}

const readers: Readonly<Record<string, (decoding: Decoding, body: JsonObject) => void>> = {
  'response.created': start,
  'response.in_progress': start,
  'response.output_item.added': itemAdded,
  'response.output_text.delta': (decoding, body) => tell(decoding, body, 'text'),
  'response.refusal.delta': (decoding, body) => tell(decoding, body, 'refusal'),
  'response.reasoning_summary_part.added': summaryPartAdded,
  'response.reasoning_summary_text.delta': (decoding, body) => tell(decoding, body, 'thinking'),
  'response.reasoning_text.delta': (decoding, body) => tell(decoding, body, 'thinking'),
  'response.function_call_arguments.delta': argumentsDelta,
  'response.output_item.done': itemDone,
  'response.completed': end,
  'response.incomplete': end,
  'response.failed': (decoding, body) => fail(decoding, asObject(body['response'], 'response')['error'] ?? body),
  error: (decoding, body) => fail(decoding, isObject(body['error']) ? body['error'] : body),
};

function start(decoding: Decoding, body: JsonObject): void {
  if (decoding.isStarted) return;
  decoding.isStarted = true;
  const { id, model } = asObject(body['response'], 'response');
  decoding.events.push({ type: 'start', id: asString(id, 'response.id'), model: asString(model, 'response.model') });
}

type Place = { output_index?: unknown; content_index?: unknown };

const itemKey = ({ output_index: at }: Place) => String(typeof at === 'number' ? at : 0);
const contentKey = (body: Place) =>
  `${itemKey(body)}.${typeof body.content_index === 'number' ? body.content_index : 0}`;

function openPart(decoding: Decoding, key: string, part: LlmPart): Open {
  const open = { index: decoding.parts++, hasText: false };
  decoding.open.set(key, open);
  decoding.types.add(part.type);
  decoding.events.push({ type: 'part_start', index: open.index, part });
  return open;
}

function tell(decoding: Decoding, body: JsonObject, type: 'text' | 'refusal' | 'thinking'): void {
  const key = type === 'thinking' ? itemKey(body) : contentKey(body);
  const open = decoding.open.get(key) ?? openPart(decoding, key, { type, text: '' });
  const text = asString(body['delta'], 'delta');
  if (text === '') return;
  open.hasText = true;
  decoding.events.push({ type, index: open.index, text });
}

/** What was thought comes in parts, which make one text. */
function summaryPartAdded(decoding: Decoding, body: JsonObject): void {
  const open = decoding.open.get(itemKey(body));
  if (open?.hasText === true) decoding.events.push({ type: 'thinking', index: open.index, text: thoughtBreak });
}

function itemAdded(decoding: Decoding, body: JsonObject): void {
  const item = asObject(body['item'], 'item');
  if (item['type'] === 'message' || item['type'] === 'reasoning') return;
  const empty = { arguments: '', input: '', ...item };
  const [part] = decodeOutputItem(empty, 'item');
  if (part?.type === 'tool_call') openPart(decoding, itemKey(body), { ...part, arguments: '' });
}

function argumentsDelta(decoding: Decoding, body: JsonObject): void {
  const open = decoding.open.get(itemKey(body));
  const json = asString(body['delta'], 'delta');
  if (open === undefined || json === '') return;
  open.hasText = true;
  decoding.events.push({ type: 'arguments', index: open.index, json });
}

/** An item is whole: what no delta told of it is told now. */
function itemDone(decoding: Decoding, body: JsonObject): void {
  const item = asObject(body['item'], 'item');
  const key = itemKey(body);
  if (item['type'] === 'message') messageDone(decoding, item, key);
  else if (item['type'] === 'reasoning') reasoningDone(decoding, item, key);
  else callDone(decoding, item, key);
}

function messageDone(decoding: Decoding, item: JsonObject, key: string): void {
  for (const [at, part] of decodeOutputItem(item, 'item').entries()) {
    if (part.type !== 'text' && part.type !== 'refusal') continue;
    const place = `${key}.${at}`;
    const open = decoding.open.get(place) ?? openPart(decoding, place, { type: part.type, text: '' });
    if (!open.hasText && part.text !== '')
      decoding.events.push({ type: part.type, index: open.index, text: part.text });
    close(decoding, place);
  }
}

function reasoningDone(decoding: Decoding, item: JsonObject, key: string): void {
  const [part] = decodeOutputItem(item, 'item');
  if (part?.type === 'thinking') thoughtDone(decoding, { part, ...decodeReasoningProof(item) }, key);
}

type Thought = { part: ThinkingPart; proof?: Proof; redacted?: boolean };

/** A thought that is neither shown nor to be given back is none. */
function thoughtDone(decoding: Decoding, { part, proof, redacted }: Thought, key: string): void {
  if (part.text === '' && proof === undefined && !decoding.open.has(key)) return;
  const begun: LlmPart = { type: 'thinking', text: '', ...(redacted === true && proof ? { redacted, proof } : {}) };
  const open = decoding.open.get(key) ?? openPart(decoding, key, begun);
  if (!open.hasText && part.text !== '') decoding.events.push({ type: 'thinking', index: open.index, text: part.text });
  if (proof !== undefined && begun.redacted !== true) {
    decoding.events.push({ type: 'thinking_proof', index: open.index, proof });
  }
  close(decoding, key);
}

function callDone(decoding: Decoding, item: JsonObject, key: string): void {
  const [part] = decodeOutputItem(item, 'item');
  if (part?.type !== 'tool_call') return;
  const open = decoding.open.get(key) ?? openPart(decoding, key, { ...part, arguments: '' });
  const json = item['type'] === 'custom_tool_call' ? wrapInput(asString(item['input'], 'item.input')) : part.arguments;
  if (!open.hasText) decoding.events.push({ type: 'arguments', index: open.index, json });
  close(decoding, key);
}

function close(decoding: Decoding, key: string): void {
  const open = decoding.open.get(key);
  if (open === undefined) return;
  decoding.open.delete(key);
  decoding.events.push({ type: 'part_end', index: open.index });
}

function end(decoding: Decoding, body: JsonObject): void {
  const response = asObject(body['response'], 'response');
  for (const key of decoding.open.keys()) close(decoding, key);
  const usage = decodeResponsesUsage(response['usage']);
  if (usage !== undefined) decoding.events.push({ type: 'usage', usage });
  const stop = decodeResponsesStop(response, decoding.types);
  decoding.events.push({ type: 'end', stop, ...(usage === undefined ? {} : { usage }) });
}

function fail(decoding: Decoding, error: JsonObject[string]): void {
  const known = readOpenAiError(error) ?? { kind: 'upstream', message: JSON.stringify(error) };
  decoding.events.push({ type: 'error', error: known });
}
