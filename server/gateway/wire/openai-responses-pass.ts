import type { SseEvent } from '../../platform/sse.ts';
import { isObject, parseObject } from './members.ts';
import { readOpenAiError } from './openai-errors.ts';
import {
  itemRepeats,
  numberOf,
  partRepeats,
  streamedTexts,
  type RepeatedText,
  type StreamedText,
} from './openai-responses-repeats.ts';
import { calledTool } from './openai-responses-tools.ts';
import { objectsOf } from './openai-texts.ts';
import { decodeResponsesUsage } from './openai-usage.ts';
import type { JsonObject, StreamFilter, StreamListener, StreamPiece } from './wire.ts';

/** A text as the upstream wrote it and as the client sees it. `last` is the event of its last piece while it goes on. */
type Known = { raw: string; shown: string; channel: string; last?: { type: string; body: JsonObject } };

type Passing = {
  filter: StreamFilter;
  tell: StreamListener;
  known: Map<string, Known>;
  /** Tools by the place of their call in the output. */
  toolNames: Map<number, string>;
  channels: number;
  /** Events of our own so far, by which the numbers of the others are higher. */
  added: number;
  isEnded: boolean;
};

/**
 * Passes one stream of Responses: texts, thoughts, refusals, arguments and inputs of calls go through the filter, and every
 * event that repeats one of them whole says what its pieces said. An event in which nothing changes goes on byte for byte.
 */
export function responsesStreamPass(filter: StreamFilter, tell: StreamListener): (event: SseEvent) => SseEvent[] {
  const passing: Passing = {
    filter,
    tell,
    known: new Map(),
    toolNames: new Map(),
    channels: 0,
    added: 0,
    isEnded: false,
  };
  return (event) => {
    const body = parseObject(event.data);
    const type = body?.['type'];
    if (body === undefined || typeof type !== 'string') return [event];
    const at = type.lastIndexOf('.');
    const streamed = streamedTexts[type.slice(0, at)];
    const ending = type.slice(at + 1);
    if (streamed !== undefined && ending === 'delta') return passDelta(passing, event, { body, streamed });
    const before: SseEvent[] = [];
    const isChanged =
      streamed !== undefined && ending === 'done'
        ? passDone(passing, { body, streamed }, before)
        : passRepeats(passing, { type, body }, before);
    return [...before, numbered(passing, event, { body, isChanged })];
  };
}

type Streamed = { body: JsonObject; streamed: StreamedText };

const keyOf = ({ body, streamed }: Streamed) => `${numberOf(body['output_index'])}.${streamed.key(body)}`;

/** The event as it goes on, with its number in the order. */
function numbered(
  { added }: Passing,
  event: SseEvent,
  { body, isChanged }: { body: JsonObject; isChanged: boolean },
): SseEvent {
  const number = body['sequence_number'];
  const isMoved = added > 0 && typeof number === 'number';
  if (isMoved) body['sequence_number'] = number + added;
  return isChanged || isMoved ? { ...event, data: JSON.stringify(body) } : event;
}

function passDelta(passing: Passing, event: SseEvent, { body, streamed }: Streamed): SseEvent[] {
  const text = body['delta'];
  if (typeof text !== 'string') return [numbered(passing, event, { body, isChanged: false })];
  const key = keyOf({ body, streamed });
  let known = passing.known.get(key);
  if (known?.last === undefined) {
    known = { raw: '', shown: '', channel: newChannel(passing, key) };
    passing.known.set(key, known);
  }
  known.last = { type: event.event ?? '', body };
  const toolName = passing.toolNames.get(numberOf(body['output_index']));
  const { role, isJson } = streamed;
  const passed = push(passing, { channel: known.channel, role, isJson, ...named(toolName), text });
  known.raw += text;
  known.shown += passed;
  const isChanged = passed !== text;
  if (isChanged) {
    body['delta'] = passed;
    if (Array.isArray(body['logprobs'])) body['logprobs'] = [];
  }
  return [numbered(passing, event, { body, isChanged })];
}

const named = (toolName: string | undefined) => (toolName === undefined ? {} : { toolName });
const newChannel = (passing: Passing, key: string) => `${key}#${passing.channels++}`;
const push = ({ filter }: Passing, piece: StreamPiece) => filter.push(piece);

/** A text's end: what was held of it comes before, as one more delta, and the event repeats what was shown. */
function passDone(passing: Passing, { body, streamed }: Streamed, before: SseEvent[]): boolean {
  const key = keyOf({ body, streamed });
  release(passing, (open) => open === key, { body, before });
  const { member, role, isJson } = streamed;
  const text = body[member];
  if (typeof text !== 'string') return false;
  const toolName = passing.toolNames.get(numberOf(body['output_index']));
  const isChanged = showAgain(passing, {
    key,
    role,
    isJson,
    text,
    ...named(toolName),
    replace: (shown) => {
      body[member] = shown;
    },
  });
  if (isChanged && Array.isArray(body['logprobs'])) body['logprobs'] = [];
  return isChanged;
}

/** Puts what was shown of a text in the place where it is repeated. @returns whether that is another text */
function showAgain(passing: Passing, { key, text, replace, ...piece }: RepeatedText): boolean {
  const known = passing.known.get(key);
  const shown = known !== undefined && known.raw === text ? known.shown : showWhole(passing, key, { ...piece, text });
  if (shown === text) return false;
  replace(shown);
  return true;
}

/** A text that no delta brought. */
function showWhole(passing: Passing, key: string, piece: Omit<StreamPiece, 'channel'>): string {
  const channel = newChannel(passing, key);
  const shown = push(passing, { ...piece, channel }) + passing.filter.end(channel);
  passing.known.set(key, { raw: piece.text, shown, channel });
  return shown;
}

/** Ends texts that go on. What was held of them are events of our own before the one at hand. */
function release(
  passing: Passing,
  ends: (key: string) => boolean,
  { body, before }: { body: JsonObject; before: SseEvent[] },
): void {
  for (const [key, known] of passing.known) {
    const { last } = known;
    if (last === undefined || !ends(key)) continue;
    delete known.last;
    const held = passing.filter.end(known.channel);
    if (held === '') continue;
    known.shown += held;
    const number = body['sequence_number'];
    const own: JsonObject = { ...last.body, delta: held };
    if (typeof number === 'number') own['sequence_number'] = number + passing.added;
    if (Array.isArray(own['logprobs'])) own['logprobs'] = [];
    passing.added += 1;
    before.push({ ...(last.type === '' ? {} : { event: last.type }), data: JSON.stringify(own) });
  }
}

type Repeating = { type: string; body: JsonObject };

/** Events that have texts in them whole, and the end. @returns whether one of the texts is another */
function passRepeats(passing: Passing, { type, body }: Repeating, before: SseEvent[]): boolean {
  const at = numberOf(body['output_index']);
  switch (type) {
    case 'response.output_item.added':
      return beginItem(passing, body, at);
    case 'response.content_part.done':
      return showAll(
        passing,
        partRepeats(body['part'], `${at}.content.${numberOf(body['content_index'])}`, 'assistant'),
      );
    case 'response.reasoning_summary_part.done':
      return showAll(
        passing,
        partRepeats(body['part'], `${at}.summary.${numberOf(body['summary_index'])}`, 'thinking'),
      );
    case 'response.output_item.done': {
      release(passing, (key) => key.startsWith(`${at}.`), { body, before });
      return isObject(body['item']) && showAll(passing, itemRepeats(body['item'], at));
    }
    case 'error':
      release(passing, () => true, { body, before });
      fail(passing, isObject(body['error']) ? body['error'] : body);
      return false;
    default:
      return (
        isObject(body['response']) && passResponse(passing, { type, body }, { response: body['response'], before })
      );
  }
}

function showAll(passing: Passing, texts: readonly RepeatedText[]): boolean {
  return texts.reduce((isChanged, text) => showAgain(passing, text) || isChanged, false);
}

/** An item begins, as a rule without texts; those that it has may come again in pieces, and are remembered by none. */
function beginItem(passing: Passing, { item }: JsonObject, at: number): boolean {
  if (!isObject(item)) return false;
  const toolName = calledTool(item);
  if (toolName !== undefined) passing.toolNames.set(at, toolName);
  const texts = itemRepeats(item, at).filter(({ text }) => text !== '');
  const isChanged = showAll(passing, texts);
  for (const { key } of texts) passing.known.delete(key);
  return isChanged;
}

const endings: ReadonlySet<string> = new Set(['response.completed', 'response.incomplete', 'response.failed']);

/** The response itself, which repeats the instructions and at its end all of the output. */
function passResponse(
  passing: Passing,
  { type, body }: Repeating,
  { response, before }: { response: JsonObject; before: SseEvent[] },
): boolean {
  if (endings.has(type)) release(passing, () => true, { body, before });
  const output = objectsOf(response['output']).flatMap((item, at) => itemRepeats(item, at));
  const isChanged = showAll(passing, [...instructionsOf(response), ...output]);
  const usage = decodeResponsesUsage(response['usage']);
  if (usage !== undefined) passing.tell.onUsage(usage);
  if (type === 'response.failed') fail(passing, response['error']);
  else if (endings.has(type) && !passing.isEnded) {
    passing.isEnded = true;
    passing.tell.onEnd();
  }
  return isChanged;
}

function instructionsOf(response: JsonObject): RepeatedText[] {
  const text = response['instructions'];
  if (typeof text !== 'string' || text === '') return [];
  return [
    {
      key: 'instructions',
      role: 'system',
      isJson: false,
      text,
      replace: (shown) => {
        response['instructions'] = shown;
      },
    },
  ];
}

function fail(passing: Passing, error: JsonObject[string] | undefined): void {
  if (passing.isEnded) return;
  passing.isEnded = true;
  passing.tell.onError(readOpenAiError(error) ?? { kind: 'upstream', message: JSON.stringify(error ?? null) });
}
