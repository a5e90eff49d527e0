import { z } from 'zod';
import type { AskedCall } from './history.ts';
import { errorOfEvent, ModelError } from './model-error.ts';

/** How an answer ended. */
export type AnswerStop = 'end' | 'calls' | 'length' | 'refusal';

export type AnswerUsage = { inputTokens: number; outputTokens: number; cachedReadTokens: number };

export type Answer = { text: string; thought: string; calls: AskedCall[]; stop: AnswerStop; usage?: AnswerUsage };

/** Told of an answer while it comes. */
export type AnswerListener = {
  onText(text: string): Promise<void>;
  onThought(text: string): Promise<void>;
};

const missing = '';
/** Servers leave members out, or say null. */
const textMember = z
  .string()
  .nullish()
  .catch(missing)
  .transform((text) => text ?? missing);
const count = z.number().int().min(0).catch(0);
const place = z.number().int().nullish().catch(undefined);
const callDelta = z.object({
  index: place,
  id: textMember,
  function: z.object({ name: textMember, arguments: textMember }).catch({ name: missing, arguments: missing }),
});
const delta = z.object({
  content: textMember,
  reasoning_content: textMember,
  reasoning: textMember,
  refusal: textMember,
  tool_calls: z.array(callDelta).catch([]),
});
const choice = z.object({
  index: place,
  delta: delta.nullish().catch(undefined),
  finish_reason: textMember,
});
const usageMember = z.object({
  prompt_tokens: count,
  completion_tokens: count,
  prompt_tokens_details: z.object({ cached_tokens: count }).catch({ cached_tokens: 0 }),
});
const chunk = z.object({
  choices: z.array(choice).catch([]),
  usage: usageMember.nullish().catch(undefined),
});

type Chunk = z.infer<typeof chunk>;
type OpenCall = AskedCall & { place: number | undefined };
type Reading = {
  text: string;
  thought: string;
  refusal: string;
  calls: OpenCall[];
  reason: string;
  usage: AnswerUsage | undefined;
};

/**
 * Reads one streamed answer of chat/completions to its end, from servers that keep to it loosely as well.
 * @throws ModelError when the stream says that it failed, or ends before the answer does
 */
export async function readAnswer(events: AsyncIterable<string>, listener: AnswerListener): Promise<Answer> {
  const reading: Reading = { text: '', thought: '', refusal: '', calls: [], reason: '', usage: undefined };
  let isDone = false;
  for await (const data of events) {
    if (data === '[DONE]') isDone = true;
    else await readEvent(reading, data, listener);
  }
  if (!isDone && reading.reason === '')
    throw new ModelError('again', 'The connection to the model broke before its answer was whole.');
  return answerOf(reading);
}

async function readEvent(reading: Reading, data: string, listener: AnswerListener): Promise<void> {
  const event = parseEvent(data);
  const failure = errorOfEvent(event);
  if (failure !== undefined) throw failure;
  const parsed = chunk.safeParse(event);
  if (parsed.success) await readChunk(reading, parsed.data, listener);
}

function parseEvent(data: string): unknown {
  try {
    return JSON.parse(data);
  } catch {
    return undefined;
  }
}

async function readChunk(reading: Reading, { choices, usage }: Chunk, listener: AnswerListener): Promise<void> {
  if (usage) reading.usage = usageOf(usage);
  const own = choices.find(({ index }) => (index ?? 0) === 0);
  if (own === undefined) return;
  reading.reason = own.finish_reason || reading.reason;
  if (own.delta) await readDelta(reading, own.delta, listener);
}

async function readDelta(reading: Reading, given: z.infer<typeof delta>, listener: AnswerListener): Promise<void> {
  // Servers that have both names for a thought say it twice.
  const thought = given.reasoning_content || given.reasoning;
  if (thought !== '') {
    reading.thought += thought;
    await listener.onThought(thought);
  }
  const text = given.content + given.refusal;
  reading.refusal += given.refusal;
  if (text !== '') {
    reading.text += text;
    await listener.onText(text);
  }
  for (const call of given.tool_calls) readCall(reading, call);
}

/** Goes on with a call by its place; where a server leaves places out, or gives all the same, a new id begins a new call. */
function readCall({ calls }: Reading, { index, id, function: called }: z.infer<typeof callDelta>): void {
  const known = index == null ? calls.at(-1) : calls.findLast((call) => call.place === index);
  const isAnother = known === undefined || (called.name !== '' && id !== '' && id !== known.id);
  const call = isAnother ? { place: index ?? undefined, id, name: '', arguments: '' } : known;
  if (isAnother) calls.push(call);
  call.id ||= id;
  // Some servers say the name again with each piece.
  if (call.name !== called.name) call.name += called.name;
  call.arguments += called.arguments;
}

function answerOf({ text, thought, refusal, calls, reason, usage }: Reading): Answer {
  const named = calls
    .filter(({ name }) => name !== '')
    .map(({ id, name, arguments: json }) => ({ id, name, arguments: json }));
  const stop = stopOf(reason, { hasCalls: named.length > 0, isRefused: refusal !== '' });
  return { text, thought, calls: named, stop, ...(usage === undefined ? {} : { usage }) };
}

function stopOf(reason: string, { hasCalls, isRefused }: { hasCalls: boolean; isRefused: boolean }): AnswerStop {
  if (reason === 'length') return 'length';
  if (reason === 'content_filter' || isRefused) return 'refusal';
  return hasCalls ? 'calls' : 'end';
}

function usageOf(given: z.infer<typeof usageMember>): AnswerUsage {
  return {
    inputTokens: given.prompt_tokens,
    outputTokens: given.completion_tokens,
    cachedReadTokens: given.prompt_tokens_details.cached_tokens,
  };
}
