import type { Asked } from '../../e2e/fakes/model-server-asked.ts';
import { chat } from '../../e2e/fakes/model-server-chat.ts';
import { messages } from '../../e2e/fakes/model-server-messages.ts';
import { frameText, type Frame, type Protocol } from '../../e2e/fakes/model-server-protocol.ts';
import { responses } from '../../e2e/fakes/model-server-responses.ts';
import type { Said, Spoken } from '../../e2e/fakes/model-server-script.ts';
import { LiteralIndex } from '../core/dlp/literal-index.ts';
import { createRestorer, type Masked } from '../core/dlp/restore.ts';
import type { LlmProtocol, LlmStreamEvent, LlmUsage } from '../core/llm-message.ts';
import { sseReader, writeSseEvents, type SseEvent } from '../platform/sse.ts';
import { geminiStreamReader } from './testing-gemini.ts';
import type { ClientWire, StreamFilter } from './wire/wire.ts';
import { wireOf } from './wires.ts';

/** What stands in a stream in the place of what was masked, and what it stands for. */
export const masks: readonly [placeholder: string, value: string][] = [
  ['sk-ant-api03-maskedabcdefgh23', 'sk-ant-api03-9x"\\/\n\u0001Zürich'],
  ['maskedqrstuvwx45@masked.example', 'ana.müller@firma.example'],
  ['facade0123456789ab', '🙂🏽日本'],
];

const placeholders = new LiteralIndex<Masked>();
for (const [placeholder, value] of masks) placeholders.add(placeholder, { value });

export const restoringFilter = (): StreamFilter => createRestorer({ placeholders, mayRestore: () => true });

const restored = (text: string, write = (value: string) => value) =>
  masks.reduce((all, [placeholder, value]) => all.replaceAll(placeholder, () => write(value)), text);

const [key, mail, short] = masks.map(([placeholder]) => placeholder);

/** An answer with everything that the three protocols can say, masked at the beginning, in the middle, at the end. */
export const richAnswer: readonly Said[] = [
  { type: 'thinking', text: `${mail} asks; «${key}» is a key ‮ 🙂 facade0123`, proof: 'c2lnbmF0dXJl/+==' },
  { type: 'text', text: `Für ${key}${short}: maskedqrst, sk-ant-api03-mask, 日本🙂🏽 and ${mail}, maskedqrst` },
  {
    type: 'tool',
    id: 'call_1',
    name: 'write',
    arguments: JSON.stringify({ path: 'ä "b"\\c.txt', text: `a=${key}\n\t${short}` }),
  },
  {
    type: 'tool',
    id: 'call_2',
    name: 'write',
    arguments: JSON.stringify({ deep: [{ to: mail, n: [1.5, null, true] }], '': '\u2028' }),
  },
  { type: 'tool', id: 'call_3', name: 'list', arguments: '{}' },
];

/** As much as is cut at every single byte. */
export const briefAnswer: readonly Said[] = [
  { type: 'thinking', text: `${short}ü`, proof: 'c2ln' },
  { type: 'text', text: `日🙂 ${short} facade` },
  { type: 'tool', id: 'call_1', name: 'f', arguments: JSON.stringify({ ä: `"${key}` }) },
  { type: 'tool', id: 'call_2', name: 'g', arguments: '{}' },
];

/** What a client must have heard of an answer. */
export type Heard = {
  text: string;
  thinking: string;
  refusal: string;
  calls: { name: string; arguments: string }[];
  end: string;
  usage?: LlmUsage;
};

export function heardOf(said: readonly Said[]): Heard {
  const all = (type: 'text' | 'thinking' | 'refusal') =>
    said.flatMap((one) => (one.type === type ? [restored(one.text)] : [])).join('');
  const escape = (value: string) => JSON.stringify(value).slice(1, -1);
  const calls = said.flatMap((one) =>
    one.type === 'tool' ? [{ name: one.name, arguments: restored(one.arguments, escape) }] : [],
  );
  return {
    text: all('text'),
    thinking: all('thinking'),
    refusal: all('refusal'),
    calls,
    end: calls.length > 0 ? 'tool_calls' : 'end',
  };
}

const writers: Readonly<Record<LlmProtocol, Protocol>> = {
  anthropic_messages: messages,
  openai_responses: responses,
  openai_chat: chat,
};

const asked: Asked = {
  protocol: 'anthropic_messages',
  model: 'scripted',
  stream: true,
  wantsUsage: true,
  lastUserText: '',
  lastToolResult: '',
  system: '',
  tools: [],
  toolCalls: 0,
  body: {},
};

function spoken(says: readonly Said[]): Spoken {
  const usage = { input: 120, output: 40, cacheRead: 20, cacheWrite: 0, thinking: 0 };
  const calls = says.some(({ type }) => type === 'tool');
  return { id: '1', model: 'scripted', says, stop: calls ? 'tool_calls' : 'end', usage, pieceLength: 100_000 };
}

/** A stream of a protocol as frames, each text in one delta. */
export function framesOf(protocol: LlmProtocol, says: readonly Said[]): Frame[] {
  return writers[protocol].frames(spoken(says), asked);
}

/** The stream that fails in the middle: its first frames, then the protocol's own error. */
export function brokenFrames(protocol: LlmProtocol, says: readonly Said[], frames: number): Frame[] {
  return [...framesOf(protocol, says).slice(0, frames), ...writers[protocol].streamError('It broke', frames)];
}

export const bytesOf = (frames: readonly Frame[]) => new TextEncoder().encode(frames.map(frameText).join(''));

/** The bytes of a stream whose deltas are cut into smaller ones, at the places that `cuts` names of each text (modulo its length). */
export function recutBytes(frames: readonly Frame[], cuts: readonly number[]): Uint8Array {
  return new TextEncoder().encode(frames.map((frame) => recut(frame, cuts)).join(''));
}

function recut(frame: Frame, cuts: readonly number[]): string {
  const found = deltaOf(frame);
  if (found === undefined || cuts.length === 0) return frameText(frame);
  const [holder, member] = found;
  const text = String(holder[member]);
  const places = [...new Set(cuts.map((cut) => cut % text.length))].toSorted((a, b) => a - b).filter((at) => at > 0);
  const written = [0, ...places].map((from, i) => {
    holder[member] = text.slice(from, places[i] ?? text.length);
    return frameText(frame);
  });
  holder[member] = text;
  return written.join('');
}

type Members = Record<string, unknown>;

/** Where the text of a delta stands in a frame. */
function deltaOf({ data }: Frame): [holder: Members, member: string] | undefined {
  const holders: unknown[] = [
    data,
    path(data, 'delta'),
    path(data, 'choices', 0, 'delta'),
    path(data, 'choices', 0, 'delta', 'tool_calls', 0, 'function'),
  ];
  const members = ['text', 'thinking', 'partial_json', 'content', 'reasoning_content', 'refusal', 'arguments', 'delta'];
  if (path(data, 'type') !== undefined && !String(path(data, 'type')).endsWith('delta')) return undefined;
  for (const holder of holders) {
    if (!isMembers(holder)) continue;
    for (const member of members)
      if (typeof holder[member] === 'string' && holder[member] !== '') return [holder, member];
  }
  return undefined;
}

const isMembers = (value: unknown): value is Members => typeof value === 'object' && value !== null;

function path(value: unknown, ...steps: (string | number)[]): unknown {
  return steps.reduce<unknown>((at, step) => (isMembers(at) ? at[step] : undefined), value);
}

/** Bytes in pieces, as a network may bring them. */
export function cutBytes(bytes: Uint8Array, cuts: readonly number[]): Uint8Array[] {
  const places = [...new Set(cuts.map((cut) => cut % bytes.length))].toSorted((a, b) => a - b);
  return [0, ...places].map((from, i) => bytes.subarray(from, places[i] ?? bytes.length));
}

/** What goes to the client of what came from the upstream in these pieces. */
export function through(next: (event: SseEvent) => SseEvent[], pieces: readonly Uint8Array[]): string {
  const read = sseReader();
  return pieces.map((piece) => writeSseEvents(read(piece).flatMap((event) => next(event)))).join('');
}

/** What a client of a protocol hears in a stream. */
export function hear({ protocol }: ClientWire, text: string): Heard {
  const decode = protocol === 'gemini' ? geminiStreamReader() : wireOf(protocol).streamDecoder();
  const heard: Heard = { text: '', thinking: '', refusal: '', calls: [], end: '' };
  const calls = new Map<number, { name: string; arguments: string }>();
  for (const event of sseReader()(new TextEncoder().encode(text)).flatMap((one) => decode(one)))
    listen(heard, calls, event);
  heard.calls = [...calls.values()];
  return heard;
}

function listen(heard: Heard, calls: Map<number, Heard['calls'][number]>, event: LlmStreamEvent): void {
  if ('usage' in event && event.usage !== undefined) heard.usage = event.usage;
  switch (event.type) {
    case 'part_start':
      if (event.part.type === 'tool_call') calls.set(event.index, { name: event.part.name, arguments: '' });
      break;
    case 'arguments': {
      const call = calls.get(event.index);
      if (call !== undefined) call.arguments += event.json;
      break;
    }
    case 'text':
    case 'thinking':
    case 'refusal':
      heard[event.type] += event.text;
      break;
    case 'end':
      heard.end = event.stop;
      break;
    case 'error':
      heard.end = `error: ${event.error.message}`;
      break;
    default:
  }
}
