import fc from 'fast-check';
import type {
  LlmFormat,
  LlmMessage,
  LlmPart,
  LlmRequest,
  LlmResponse,
  LlmStop,
  LlmTool,
  LlmToolChoice,
} from '../core/llm-message.ts';

const words = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 12 }).filter((text) => text.trim() !== '');
const name = fc.stringMatching(/^[a-zA-Z][a-zA-Z0-9_-]{0,15}$/);
const schema = fc.record({
  type: fc.constant('object'),
  properties: fc.dictionary(name, fc.record({ type: fc.constantFrom('string', 'number'), description: words }), {
    maxKeys: 3,
  }),
});
const text = words.map((value): LlmPart => ({ type: 'text', text: value }));
const image = fc.constantFrom<LlmPart>(
  { type: 'image', image: { source: 'base64', mediaType: 'image/png', data: 'iVBORw0KGgo=' } },
  { type: 'image', image: { source: 'url', url: 'https://images.example/a.png' } },
);
const pdf = fc.constant<LlmPart>({ type: 'document', mediaType: 'application/pdf', data: 'JVBERi0=', name: 'a.pdf' });
const callArguments = fc.dictionary(name, fc.oneof(words, fc.integer(), fc.boolean(), fc.constant(null)), {
  maxKeys: 3,
});

type Exchange = {
  asked: LlmPart[];
  said: LlmPart[];
  calls: { name: string; arguments: Record<string, unknown>; result: LlmPart[]; isError: boolean }[];
};

/** Results of calls may hold images and say that they failed, and answers stop at words, where the protocol can say so. */
type Vocabulary = { hasRichResults: boolean; hasStops: boolean };

const exchange = ({ hasRichResults }: Pick<Vocabulary, 'hasRichResults'>): fc.Arbitrary<Exchange> =>
  fc.record({
    asked: fc.array(fc.oneof({ arbitrary: text, weight: 4 }, image, pdf), { minLength: 1, maxLength: 3 }),
    said: fc.array(text, { minLength: 1, maxLength: 1 }),
    calls: fc.array(
      fc.record({
        name,
        arguments: callArguments,
        result: hasRichResults ? fc.array(fc.oneof(text, image), { minLength: 1, maxLength: 2 }) : fc.tuple(text),
        isError: hasRichResults ? fc.boolean() : fc.constant(false),
      }),
      { maxLength: 3 },
    ),
  });

/** A conversation in which each call has its result, and the last turn is the user's. */
function conversation(exchanges: readonly Exchange[], last: LlmPart[]): LlmMessage[] {
  const messages: LlmMessage[] = [];
  for (const [i, { asked, said, calls }] of exchanges.entries()) {
    const ids = calls.map((_, at) => `call_${i}_${at}`);
    const made = calls.map((call, at): LlmPart => {
      return { type: 'tool_call', id: ids[at] ?? '', name: call.name, arguments: JSON.stringify(call.arguments) };
    });
    const results = calls.map(({ result, isError }, at): LlmPart => {
      return { type: 'tool_result', callId: ids[at] ?? '', content: result, ...(isError ? { isError } : {}) };
    });
    messages.push({ role: 'user', parts: asked }, { role: 'assistant', parts: [...said, ...made] });
    if (results.length > 0) messages.push({ role: 'user', parts: results }, { role: 'assistant', parts: said });
  }
  return [...messages, { role: 'user', parts: last }];
}

const tool: fc.Arbitrary<LlmTool> = fc.record(
  { name, description: words, parameters: schema, strict: fc.constant(true) },
  { requiredKeys: ['name', 'parameters'] },
);

const format: fc.Arbitrary<LlmFormat> = schema.map((value) => ({
  type: 'schema',
  name: 'answer',
  schema: value,
  strict: true,
}));

const sampling = ({ hasStops }: Pick<Vocabulary, 'hasStops'>) =>
  fc.record(
    {
      maxOutputTokens: fc.integer({ min: 2_000, max: 60_000 }),
      temperature: fc.constantFrom(0, 0.25, 1),
      topP: fc.constantFrom(0.5, 0.9),
      ...(hasStops ? { stop: fc.array(words, { minLength: 1, maxLength: 3 }) } : {}),
      format,
      thinking: fc.record({ effort: fc.constantFrom('low', 'medium', 'high') }),
    },
    { requiredKeys: ['maxOutputTokens'] },
  );

const tools = fc.uniqueArray(tool, { minLength: 1, maxLength: 3, selector: (one) => one.name }).chain((list) =>
  fc.record(
    {
      tools: fc.constant(list),
      toolChoice: fc.constantFrom<LlmToolChoice>('auto', 'none', 'required', { name: list[0]?.name ?? '' }),
    },
    { requiredKeys: ['tools'] },
  ),
);

/** Requests of what protocols can say. */
export const anyRequest = (vocabulary: Vocabulary): fc.Arbitrary<LlmRequest> =>
  fc
    .record({
      system: fc.array(text, { maxLength: 2 }),
      exchanges: fc.array(exchange(vocabulary), { maxLength: 3 }),
      last: fc.array(text, { minLength: 1, maxLength: 2 }),
      stream: fc.boolean(),
      sampling: sampling(vocabulary),
      tools: fc.option(tools, { nil: {} }),
    })
    .map(({ system, exchanges, last, stream, sampling: settings, tools: offered }) => ({
      model: 'claude-opus-5',
      messages: [
        ...system.map((part): LlmMessage => ({ role: 'system', parts: [part] })),
        ...conversation(exchanges, last),
      ],
      stream,
      ...settings,
      ...offered,
    }));

/** The texts of instructions, and all other parts with who said them, whichever messages they stand in. */
export function contentOf({ messages }: LlmRequest): unknown[] {
  return messages.flatMap(({ role, parts }) => parts.map((part) => [role, part]));
}

/** Whole answers of what all protocols can say. */
export const anyResponse: fc.Arbitrary<LlmResponse> = fc
  .record({
    text: fc.option(words, { nil: undefined }),
    calls: fc.array(fc.record({ name, arguments: callArguments }), { maxLength: 3 }),
    stop: fc.constantFrom<LlmStop>('end', 'length'),
    usage: fc.record({ input: fc.integer({ min: 500, max: 900 }), output: fc.nat(500), cacheRead: fc.nat(400) }),
  })
  .map(({ text: said, calls, stop, usage }) => ({
    id: 'answer-1',
    model: 'claude-opus-5',
    parts: [
      ...(said === undefined ? [] : [{ type: 'text' as const, text: said }]),
      ...calls.map((call, at): LlmPart => {
        return { type: 'tool_call', id: `call_${at}`, name: call.name, arguments: JSON.stringify(call.arguments) };
      }),
    ],
    stop: stop === 'end' && calls.length > 0 ? 'tool_calls' : stop,
    usage,
  }));
