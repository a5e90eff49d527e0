import type { SseEvent } from '../../platform/sse.ts';
import { isObject, parseObject } from './members.ts';
import { readOpenAiError } from './openai-errors.ts';
import { objectsOf } from './openai-texts.ts';
import { decodeChatUsage } from './openai-usage.ts';
import type { Json, JsonObject, ReplyForm, StreamFilter, StreamListener, StreamPiece, TextRole } from './wire.ts';

/** A text of one choice that passes the filter. `wrap` makes a delta of what was held of it. */
type Channel = {
  channel: string;
  piece: Omit<StreamPiece, 'text'>;
  choice: number;
  wrap(text: string): JsonObject;
  /** Where its last piece stands. */
  last?: { delta: JsonObject; holder: JsonObject; member: string };
};

type Passing = {
  filter: StreamFilter;
  tell: StreamListener;
  showsUsage: boolean;
  channels: Map<string, Channel>;
  /** How often a text began anew, since a channel that has ended stays so. */
  begun: number;
  /** The call that goes on at a place of a choice. Servers that leave the places out, or give them all the same, tell calls by their id. */
  calls: Map<string, { id: string; name: string; count: number }>;
  /** Of the last chunk: what a chunk of our own repeats. */
  head: JsonObject;
  isEnded: boolean;
};

/**
 * Passes one stream of chat/completions: texts, thoughts, refusals and arguments of calls go through the filter. An event in
 * which nothing changes goes on byte for byte. What the filter held of a text comes before another kind of text begins, that of a
 * call before the answer ends. The usage that the gateway asked for is not shown to a client that did not.
 */
export function chatStreamPass(
  filter: StreamFilter,
  tell: StreamListener,
  { showsUsage }: ReplyForm,
): (event: SseEvent) => SseEvent[] {
  const passing: Passing = {
    filter,
    tell,
    showsUsage,
    channels: new Map(),
    begun: 0,
    calls: new Map(),
    head: {},
    isEnded: false,
  };
  return (event) => {
    if (event.data.trim() === '[DONE]') return passDone(passing, event);
    const chunk = parseObject(event.data);
    if (chunk === undefined) return [event];
    const error = readOpenAiError(chunk['error']);
    if (error === undefined) return passChunk(passing, event, chunk);
    const held = releaseAll(passing);
    end(passing, () => tell.onError(error));
    return [...held, event];
  };
}

function end(passing: Passing, tell: () => void): void {
  if (!passing.isEnded) tell();
  passing.isEnded = true;
}

function passDone(passing: Passing, event: SseEvent): SseEvent[] {
  const held = releaseAll(passing);
  end(passing, () => passing.tell.onEnd());
  return [...held, event];
}

function passChunk(passing: Passing, event: SseEvent, chunk: JsonObject): SseEvent[] {
  const usage = decodeChatUsage(chunk['usage']);
  if (usage !== undefined) passing.tell.onUsage(usage);
  const choices = objectsOf(chunk['choices']);
  const { choices: _, usage: told, ...head } = chunk;
  passing.head = head;
  let isChanged = false;
  if (!passing.showsUsage && told !== undefined) {
    if (choices.length === 0 && usage !== undefined) return [];
    delete chunk['usage'];
    isChanged = true;
  }
  const before: SseEvent[] = [];
  for (const choice of choices) isChanged = passChoice(passing, choice, before) || isChanged;
  return [...before, isChanged ? { ...event, data: JSON.stringify(chunk) } : event];
}

/** @returns whether the choice changed; what was held goes to `before` */
function passChoice(passing: Passing, choice: JsonObject, before: SseEvent[]): boolean {
  const number = typeof choice['index'] === 'number' ? choice['index'] : 0;
  const delta = isObject(choice['delta']) ? choice['delta'] : {};
  const place = { delta, number, before };
  let isChanged = passTexts(passing, place);
  for (const call of callsOf(delta)) isChanged = passCall(passing, call, place) || isChanged;
  if (typeof choice['finish_reason'] === 'string') {
    isChanged = release(passing, place, (open) => open.choice === number) || isChanged;
  }
  // They spell the text as the model wrote it.
  if (isChanged && isObject(choice['logprobs'])) choice['logprobs'] = null;
  return isChanged;
}

type Place = { delta: JsonObject; number: number; before: SseEvent[] };

const texts: readonly (readonly [member: string, role: TextRole])[] = [
  ['reasoning_content', 'thinking'],
  ['reasoning', 'thinking'],
  ['content', 'assistant'],
  ['refusal', 'assistant'],
];

function passTexts(passing: Passing, place: Place): boolean {
  const { delta, number } = place;
  let isChanged = false;
  for (const [member, role] of texts) {
    const text = delta[member];
    if (typeof text !== 'string' || text === '') continue;
    const key = `${number}.${member}`;
    if (!passing.channels.has(key)) {
      const endsHere = (open: Channel) =>
        open.choice === number && !open.channel.includes('.call.') && !isTwin(open.channel, member);
      isChanged = release(passing, place, endsHere) || isChanged;
      const channel = `${key}.${passing.begun++}`;
      const wrap = (held: string) => ({ [member]: held });
      passing.channels.set(key, { channel, piece: { channel, role, isJson: false }, choice: number, wrap });
    }
    isChanged = push(passing, key, { delta, holder: delta, member }) || isChanged;
  }
  return isChanged;
}

/** Servers that have two names for a thought say it twice, side by side. */
const isTwin = (key: string, member: string) => member.startsWith('reasoning') && key.includes('.reasoning');

type Called = { call: JsonObject; called: JsonObject; isLegacy: boolean };

function callsOf(delta: JsonObject): Called[] {
  const legacy = delta['function_call'];
  return [
    ...objectsOf(delta['tool_calls']).flatMap((call) =>
      [call['function'], call['custom']].filter(isObject).map((called) => ({ call, called, isLegacy: false })),
    ),
    ...(isObject(legacy) ? [{ call: {}, called: legacy, isLegacy: true }] : []),
  ];
}

function passCall(passing: Passing, one: Called, at: Place): boolean {
  const place = placeOf(one.call);
  const { base, name, isEnded } = callAt(passing, one, at);
  const { called, isLegacy } = one;
  const member = typeof called['input'] === 'string' ? 'input' : 'arguments';
  if (typeof called[member] !== 'string' || called[member] === '') return isEnded;
  const key = `${base}.${member}`;
  if (!passing.channels.has(key)) {
    const inner = member === 'input' ? 'custom' : 'function';
    const tool = name === '' ? {} : { toolName: name };
    passing.channels.set(key, {
      channel: key,
      piece: { channel: key, role: 'tool_arguments', isJson: member === 'arguments', ...tool },
      choice: at.number,
      wrap: (held) =>
        isLegacy
          ? { function_call: { arguments: held } }
          : { tool_calls: [{ index: place, [inner]: { [member]: held } }] },
    });
  }
  return push(passing, key, { delta: at.delta, holder: called, member }) || isEnded;
}

const textOf = (value: Json | undefined): string => (typeof value === 'string' ? value : '');
const unknownCall = { id: '', name: '', count: 0 };

/** The call that a delta is of. A new one at the same place ends the one before; `isEnded`: that changed the delta. */
function callAt(passing: Passing, { call, called, isLegacy }: Called, at: Place) {
  const slot = `${at.number}.call.${isLegacy ? 'legacy' : placeOf(call)}`;
  const name = textOf(called['name']);
  const id = textOf(call['id']);
  const known = passing.calls.get(slot) ?? unknownCall;
  const isAnother = ![name, id, known.id].includes('') && id !== known.id;
  const isEnded = isAnother && release(passing, at, (open) => open.channel.startsWith(`${slot}#${known.count}.`));
  const count = known.count + (isAnother ? 1 : 0);
  const next = { id: id || known.id, name: name || known.name, count };
  passing.calls.set(slot, next);
  return { base: `${slot}#${count}`, name: next.name, isEnded };
}

const placeOf = ({ index }: JsonObject) => (typeof index === 'number' ? index : 0);

/** @returns whether the text changed */
function push(passing: Passing, key: string, at: NonNullable<Channel['last']>): boolean {
  const open = passing.channels.get(key);
  const text = at.holder[at.member];
  if (open === undefined || typeof text !== 'string') return false;
  open.last = at;
  const passed = passing.filter.push({ ...open.piece, text });
  at.holder[at.member] = passed;
  return passed !== text;
}

/** A chunk of our own with what was held of a text. */
function heldChunk({ head }: Passing, open: Channel, held: string): SseEvent {
  const choice = { index: open.choice, delta: open.wrap(held), finish_reason: null };
  return { data: JSON.stringify({ ...head, choices: [choice] }) };
}

/**
 * Ends texts: what was held of one goes on in the delta at hand when that has a piece of it, else before it.
 * @returns whether the delta changed
 */
function release(
  passing: Passing,
  { delta, before }: Omit<Place, 'number'>,
  ends: (open: Channel) => boolean,
): boolean {
  let isChanged = false;
  for (const [key, open] of passing.channels) {
    if (!ends(open)) continue;
    passing.channels.delete(key);
    const held = passing.filter.end(open.channel);
    if (held === '') continue;
    const { last } = open;
    const text = last?.holder[last.member];
    if (last?.delta === delta && typeof text === 'string') {
      last.holder[last.member] = text + held;
      isChanged = true;
    } else before.push(heldChunk(passing, open, held));
  }
  return isChanged;
}

function releaseAll(passing: Passing): SseEvent[] {
  const before: SseEvent[] = [];
  release(passing, { delta: {}, before }, () => true);
  return before;
}
