import { z } from 'zod';
import type { GenerateOptions, HistoryCall, HistoryItem } from './library.ts';

/** A chat/completions request in the words of the library. What a model file cannot do is refused by name. */

const text = z.union(
  [
    z.string(),
    z
      .array(z.object({ type: z.literal('text'), text: z.string() }))
      .transform((parts) => parts.map((part) => part.text).join('')),
  ],
  'A model file takes text alone, no images and no files.',
);

const toolCall = z.object({ id: z.string(), function: z.object({ name: z.string(), arguments: z.string() }) });

const message = z.discriminatedUnion('role', [
  z.object({ role: z.enum(['system', 'developer']), content: text }),
  z.object({ role: z.literal('user'), content: text }),
  z.object({
    role: z.literal('assistant'),
    content: text.nullish(),
    tool_calls: z.array(toolCall).nullish(),
  }),
  z.object({ role: z.literal('tool'), tool_call_id: z.string(), content: text }),
]);

const tool = z.object({
  type: z.literal('function'),
  function: z.object({
    name: z.string(),
    description: z.string().optional(),
    parameters: z.record(z.string(), z.unknown()).optional(),
  }),
});

const stop = z.union([z.string().transform((one) => [one]), z.array(z.string())]);

export const chatBody = z.object({
  model: z.string().default('local'),
  messages: z.array(message).min(1),
  stream: z.boolean().nullish(),
  stream_options: z.object({ include_usage: z.boolean().optional() }).nullish(),
  max_tokens: z.number().int().positive().nullish(),
  max_completion_tokens: z.number().int().positive().nullish(),
  temperature: z.number().min(0).max(2).nullish(),
  top_p: z.number().min(0).max(1).nullish(),
  seed: z.number().int().nullish(),
  stop: stop.nullish(),
  tools: z.array(tool).nullish(),
  tool_choice: z
    .enum(['auto', 'none'], 'A model file cannot be made to call a tool. Leave tool_choice at auto or none.')
    .nullish(),
  n: z.literal(1, 'A model file gives one answer.').nullish(),
  response_format: z.object({ type: z.literal('text', 'A model file answers text; ask for JSON in words.') }).nullish(),
});

export type ChatBody = z.output<typeof chatBody>;
type Message = ChatBody['messages'][number];

/** The conversation as the library takes it, ending with the answer to be written. */
export function historyOf(messages: readonly Message[]): HistoryItem[] {
  const results = new Map(
    messages.flatMap((each) => (each.role === 'tool' ? [[each.tool_call_id, each.content] as const] : [])),
  );
  const history: HistoryItem[] = [];
  for (const each of messages) {
    if (each.role === 'tool') continue;
    if (each.role === 'assistant') addAnswer(history, answerParts(each, results));
    else if (each.role === 'user') history.push({ type: 'user', text: each.content });
    else history.push({ type: 'system', text: each.content });
  }
  addAnswer(history, []);
  return history;
}

/** Answers that follow each other, as after a tool, are one answer that goes on. */
function addAnswer(history: HistoryItem[], parts: (string | HistoryCall)[]): void {
  const last = history.at(-1);
  if (last?.type === 'model') last.response.push(...parts);
  else history.push({ type: 'model', response: parts });
}

function answerParts(
  { content, tool_calls: calls }: Extract<Message, { role: 'assistant' }>,
  results: ReadonlyMap<string, string>,
): (string | HistoryCall)[] {
  const made = (calls ?? []).map((call): HistoryCall => {
    const { name, arguments: given } = call.function;
    return { type: 'functionCall', name, params: parsed(given), result: results.get(call.id) ?? null };
  });
  return [...(content ? [content] : []), ...made];
}

function parsed(given: string): unknown {
  try {
    return JSON.parse(given);
  } catch {
    return given;
  }
}

/** How the answer is to be made. */
export function optionsOf(body: ChatBody): Omit<GenerateOptions, 'onResponseChunk' | 'signal'> {
  const maxTokens = body.max_completion_tokens ?? body.max_tokens;
  const tools = body.tool_choice === 'none' ? [] : (body.tools ?? []);
  return {
    ...(maxTokens ? { maxTokens } : {}),
    ...(typeof body.temperature === 'number' ? { temperature: body.temperature } : {}),
    ...(typeof body.top_p === 'number' ? { topP: body.top_p } : {}),
    ...(typeof body.seed === 'number' ? { seed: body.seed } : {}),
    ...(body.stop ? { customStopTriggers: body.stop } : {}),
    ...(tools.length > 0 ? { functions: functionsOf(tools), documentFunctionParams: true } : {}),
  };
}

function functionsOf(tools: readonly z.output<typeof tool>[]): NonNullable<GenerateOptions['functions']> {
  return Object.fromEntries(
    tools.map(({ function: { name, description, parameters } }) => [
      name,
      { ...(description === undefined ? {} : { description }), params: parameters && grammarSchema(parameters) },
    ]),
  );
}

/** The members of JSON Schema that the library makes a grammar of; the others only narrow further what it allows. */
const known = new Set([
  'type',
  'properties',
  'items',
  'enum',
  'const',
  'oneOf',
  'required',
  'description',
  'additionalProperties',
]);

function grammarSchema(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(grammarSchema);
  if (typeof schema !== 'object' || schema === null) return schema;
  return Object.fromEntries(
    Object.entries(schema)
      .filter(([name]) => known.has(name))
      .map(([name, value]) => [name, name === 'properties' ? propertiesOf(value) : grammarSchema(value)]),
  );
}

const propertiesOf = (value: unknown) =>
  typeof value === 'object' && value !== null
    ? Object.fromEntries(Object.entries(value).map(([name, each]) => [name, grammarSchema(each)]))
    : value;

/** Every text that fills the context, to be counted before anything is read. */
export const textsOf = (body: ChatBody): string =>
  JSON.stringify([body.messages.map((each) => each.content ?? ''), body.tools ?? []]);
