import { describe, expect, test } from 'vitest';
import { Untranslatable, type LlmPart } from '../../core/llm-message.ts';
import { gemini } from './gemini.ts';
import { plainReply, type JsonObject } from './wire.ts';

/** A request with one text, and what is said beside it. */
const asked = (more: JsonObject = {}): JsonObject => ({
  model: 'any',
  stream: false,
  contents: [{ role: 'user', parts: [{ text: 'Hello' }] }],
  ...more,
});
const turns = (contents: JsonObject[]) => gemini.decodeRequest(asked({ contents })).messages;
const refusedWith = (body: JsonObject) => {
  try {
    gemini.decodeRequest(body);
  } catch (error) {
    return error instanceof Untranslatable ? error.message : String(error);
  }
  return 'not refused';
};

describe('a request of Google’s protocol', () => {
  test('[GW112] is read in both spellings of its members', () => {
    const body = asked({
      system_instruction: { parts: { text: 'Be kind' } },
      contents: [
        { role: 'user', parts: [{ inline_data: { mime_type: 'image/png', data: 'iVBORw0KGgo=' } }] },
        { role: 'model', parts: [{ function_call: { name: 'read', args: { some_path: 'a' } } }] },
        { role: 'user', parts: [{ function_response: { name: 'read', response: { output: 'one' } } }] },
      ],
      generation_config: { max_output_tokens: 9, stop_sequences: ['end'] },
      tools: [{ function_declarations: [{ name: 'read', parameters_json_schema: { type: 'object' } }] }],
      tool_config: { function_calling_config: { mode: 'ANY', allowed_function_names: ['read'] } },
    });
    expect(gemini.readFacts(body)).toMatchObject({ maxOutputTokens: 9, toolNames: ['read'], hasImages: true });
    expect(gemini.decodeRequest(body)).toEqual({
      model: 'any',
      stream: false,
      messages: [
        { role: 'system', parts: [{ type: 'text', text: 'Be kind' }] },
        {
          role: 'user',
          parts: [{ type: 'image', image: { source: 'base64', mediaType: 'image/png', data: 'iVBORw0KGgo=' } }],
        },
        {
          role: 'assistant',
          parts: [{ type: 'tool_call', id: 'call_0', name: 'read', arguments: '{"some_path":"a"}' }],
        },
        { role: 'user', parts: [{ type: 'tool_result', callId: 'call_0', content: [{ type: 'text', text: 'one' }] }] },
      ],
      maxOutputTokens: 9,
      stop: ['end'],
      tools: [{ name: 'read', parameters: { type: 'object' } }],
      toolChoice: { name: 'read' },
    });
  });

  test('[GW113] joins results without an id to the calls before them, in their order', () => {
    const call = (name: string) => ({ functionCall: { name, args: {} } });
    const result = (name: string, output: string) => ({ functionResponse: { name, response: { output } } });
    const messages = turns([
      { role: 'model', parts: [call('read'), call('list'), call('read')] },
      { role: 'user', parts: [result('list', 'l'), result('read', 'first'), result('read', 'second')] },
    ]);
    const ids = messages.flatMap(({ parts }) =>
      parts.map((part) => (part.type === 'tool_call' ? part.id : part.type === 'tool_result' ? part.callId : '')),
    );
    expect(ids).toEqual(['call_0', 'call_1', 'call_2', 'call_1', 'call_0', 'call_2']);
  });

  test('[GW113] takes what a tool said under a usual name as its text, an error as one, and all else as JSON', () => {
    const said = (response: JsonObject) =>
      turns([{ role: 'user', parts: [{ functionResponse: { id: 'c', name: 'f', response } }] }])[0]?.parts[0];
    const text = (value: string): LlmPart[] => [{ type: 'text', text: value }];
    expect(said({ output: 'done' })).toMatchObject({ content: text('done') });
    expect(said({ error: 'no such file' })).toMatchObject({ content: text('no such file'), isError: true });
    expect(said({ result: { a: 1 } })).toMatchObject({ content: text('{"a":1}') });
    expect(said({ a: 1, output: 'x' })).toMatchObject({ content: text('{"a":1,"output":"x"}') });
  });

  test('[GW114] puts the pieces of a streamed answer together again, and brings a thought back with its proof', () => {
    const encode = gemini.streamEncoder(plainReply);
    const proof = { protocol: 'anthropic_messages' as const, value: 'c2ln' };
    const events = [
      ...encode({ type: 'start', id: 'r', model: 'm' }),
      ...encode({ type: 'part_start', index: 0, part: { type: 'thinking', text: '' } }),
      ...encode({ type: 'thinking', index: 0, text: 'I ' }),
      ...encode({ type: 'thinking', index: 0, text: 'think' }),
      ...encode({ type: 'thinking_proof', index: 0, proof }),
      ...encode({ type: 'part_end', index: 0 }),
      ...encode({ type: 'part_start', index: 1, part: { type: 'text', text: '' } }),
      ...encode({ type: 'text', index: 1, text: 'Do' }),
      ...encode({ type: 'text', index: 1, text: 'ne' }),
      ...encode({ type: 'part_end', index: 1 }),
      ...encode({ type: 'end', stop: 'end' }),
    ];
    const contents = events.map(({ data }): JsonObject => JSON.parse(data).candidates[0].content);
    expect(turns(contents)).toEqual([
      {
        role: 'assistant',
        parts: [
          { type: 'thinking', text: 'I think', proof },
          { type: 'text', text: 'Done' },
        ],
      },
    ]);
    const [own] = turns([{ role: 'model', parts: [{ text: 'T', thought: true, thoughtSignature: 'Cg4KAQ==' }] }]);
    expect(own?.parts).toEqual([{ type: 'thinking', text: 'T' }]);
  });

  test('[GW115] in Google’s own form of schemas asks for the same in JSON Schema', () => {
    const parameters = {
      type: 'OBJECT',
      properties: {
        type: { type: 'STRING', enum: ['A', 'B'], nullable: true },
        list: { type: 'ARRAY', items: { type: 'INTEGER' }, minItems: '2' },
      },
      propertyOrdering: ['list', 'type'],
      required: ['list'],
    };
    const { tools, format } = gemini.decodeRequest(
      asked({
        tools: [{ functionDeclarations: [{ name: 'f', description: 'F', parameters }, { name: 'g' }] }],
        generationConfig: { responseMimeType: 'application/json', responseSchema: { type: 'STRING' } },
      }),
    );
    const schema = {
      type: 'object',
      properties: {
        type: { type: ['string', 'null'], enum: ['A', 'B', null] },
        list: { type: 'array', items: { type: 'integer' }, minItems: 2 },
      },
      required: ['list'],
    };
    expect(tools).toEqual([
      { name: 'f', description: 'F', parameters: schema },
      { name: 'g', parameters: { type: 'object', properties: {} } },
    ]);
    expect(format).toEqual({ type: 'schema', name: 'answer', schema: { type: 'string' } });
  });

  test('[GW116] leaves out what Google’s clients always send, and takes budgets and levels of thought', () => {
    const config = (generationConfig: JsonObject) => gemini.decodeRequest(asked({ generationConfig }));
    expect(config({ temperature: 1, topP: 0.95, topK: 64, candidateCount: 1 })).toEqual(gemini.decodeRequest(asked()));
    expect(config({ temperature: 0, topP: 0.5 })).toMatchObject({ temperature: 0, topP: 0.5 });
    const thinking = (thinkingConfig: JsonObject) => config({ thinkingConfig }).thinking;
    expect(thinking({ thinkingBudget: 0 })).toEqual({ effort: 'none' });
    expect(thinking({ thinkingBudget: -1, includeThoughts: true })).toEqual({ isShown: true });
    expect(thinking({ thinkingBudget: 8192 })).toEqual({ budgetTokens: 8192 });
    expect(thinking({ thinkingLevel: 'HIGH' })).toEqual({ effort: 'high' });
  });

  test.each<[string, JsonObject]>([
    ['tools.0.googleSearch', { tools: [{ googleSearch: {} }] }],
    ['tools.0.codeExecution', { tools: [{ codeExecution: {} }] }],
    ['cachedContent', { cachedContent: 'cachedContents/1' }],
    ['safetySettings.0', { safetySettings: [{ category: 'X', threshold: 'BLOCK_LOW_AND_ABOVE' }] }],
    ['generationConfig.candidateCount', { generationConfig: { candidateCount: 2 } }],
    ['generationConfig.responseModalities', { generationConfig: { responseModalities: ['AUDIO'] } }],
    ['generationConfig.responseLogprobs', { generationConfig: { responseLogprobs: true } }],
    [
      'contents.0.parts.0.inlineData',
      { contents: [{ parts: [{ inlineData: { mimeType: 'audio/wav', data: 'x' } }] }] },
    ],
    [
      'contents.0.parts.0.fileData',
      { contents: [{ parts: [{ fileData: { mimeType: 'video/mp4', fileUri: 'https://youtu.be/x' } }] }] },
    ],
    ['contents.0.parts.0.executableCode', { contents: [{ parts: [{ executableCode: { code: '1' } }] }] }],
    ['somethingNew', { somethingNew: 1 }],
  ])('[GW117] is refused by the name of what cannot be asked elsewhere: %s', (member, more) => {
    expect(refusedWith(asked(more)).slice(0, member.length)).toBe(member);
  });

  test.each<[string, JsonObject]>([
    ['contents', { contents: null }],
    ['contents.0.role', { contents: [{ role: 'robot', parts: [] }] }],
    ['contents.0.parts.0.text', { contents: [{ parts: [{ text: 1 }] }] }],
  ])('[GW44] is refused by the path of what is not in its form: %s', (member, more) => {
    expect(() => gemini.decodeRequest(asked(more))).toThrow(`${member}: `);
  });
});

test('[GW118] every text of a request is seen with whose it is, and can be replaced where it stands', () => {
  const base64 = (text: string) => Buffer.from(text, 'utf8').toString('base64');
  const body = asked({
    system_instruction: { parts: [{ text: 'system' }] },
    contents: [
      { role: 'user', parts: [{ text: 'user' }, { inline_data: { mime_type: 'text/csv', data: base64('file') } }] },
      {
        role: 'model',
        parts: [
          { text: 'thought', thought: true, thoughtSignature: 'opaque' },
          { functionCall: { id: 'c1', name: 'read', args: { id: 'argument' } } },
        ],
      },
      { role: 'user', parts: [{ functionResponse: { name: 'read', response: { name: 'result', in: [['deep']] } } }] },
    ],
    tools: [{ functionDeclarations: [{ name: 'read', description: 'tells', parameters: { description: 'schema' } }] }],
    generationConfig: { stopSequences: ['stop'], responseJsonSchema: { description: 'form' } },
    somethingNew: { inside: 'new' },
  });
  const places = gemini.requestTexts(body);
  expect(places.map(({ role, text, toolName, callId }) => [role, text, toolName, callId])).toEqual([
    ['user', 'user', undefined, undefined],
    ['user', 'file', undefined, undefined],
    ['thinking', 'thought', undefined, undefined],
    ['tool_arguments', '{"id":"argument"}', 'read', 'c1'],
    ['tool_result', '{"name":"result","in":[["deep"]]}', 'read', 'c1'],
    ['system', 'system', undefined, undefined],
    ['tool_definition', 'tells', 'read', undefined],
    ['tool_definition', '{"description":"schema"}', 'read', undefined],
    ['user', 'stop', undefined, undefined],
    ['tool_definition', '{"description":"form"}', undefined, undefined],
    ['user', 'new', undefined, undefined],
  ]);
  for (const place of places) place.replace(place.isJson ? '{"masked":true}' : 'masked');
  const after = gemini.requestTexts(body);
  expect(after.map(({ text }) => text)).toEqual(after.map(({ isJson }) => (isJson ? '{"masked":true}' : 'masked')));
  expect(after).toHaveLength(places.length);
});

test('[GW119] errors have Google’s shape, with codes that its clients act on', () => {
  const { status, headers, body } = gemini.encodeError({ kind: 'rate_limit', message: 'Slowly', retryAfterS: 7 });
  expect(status).toBe(429);
  expect(headers).toEqual({ 'retry-after': '7' });
  expect(body).toEqual({
    error: {
      code: 429,
      message: 'Slowly',
      status: 'RESOURCE_EXHAUSTED',
      details: [{ '@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay: '7s' }],
    },
  });
  const final = (['policy', 'budget', 'permission'] as const).map((kind) =>
    gemini.encodeError({ kind, message: 'No' }),
  );
  expect(final.map(({ status: code }) => code)).toEqual([403, 403, 403]);
  const { body: long } = gemini.encodeError({ kind: 'context_length', message: '9 tokens' });
  expect(JSON.stringify(long)).toContain(
    'The input token count exceeds the maximum number of tokens allowed: 9 tokens',
  );
});

test('[GW120] a whole answer has its parts, why it ended and its usage, with thoughts counted apart', () => {
  const answer = gemini.encodeResponse(
    {
      id: 'r',
      model: 'm',
      parts: [
        { type: 'thinking', text: 'Hm' },
        { type: 'text', text: 'Look' },
        { type: 'tool_call', id: 'c', name: 'read', arguments: '' },
      ],
      stop: 'tool_calls',
      usage: { input: 100, output: 30, thinking: 10, cacheRead: 40 },
    },
    plainReply,
  );
  expect(answer).toEqual({
    candidates: [
      {
        content: {
          role: 'model',
          parts: [
            { text: 'Hm', thought: true },
            { text: 'Look' },
            { functionCall: { id: 'c', name: 'read', args: {} } },
          ],
        },
        finishReason: 'STOP',
        index: 0,
      },
    ],
    usageMetadata: {
      promptTokenCount: 100,
      candidatesTokenCount: 20,
      totalTokenCount: 130,
      thoughtsTokenCount: 10,
      cachedContentTokenCount: 40,
    },
    modelVersion: 'm',
    responseId: 'r',
  });
});
