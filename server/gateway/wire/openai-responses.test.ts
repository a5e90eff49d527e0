import { describe, expect, it } from 'vitest';
import { readAsked } from '../../../e2e/fakes/model-server-asked.ts';
import { responses } from '../../../e2e/fakes/model-server-responses.ts';
import { speak, type Say } from '../../../e2e/fakes/model-server-script.ts';
import { Untranslatable, type LlmStreamEvent } from '../../core/llm-message.ts';
import type { SseEvent } from '../../platform/sse.ts';
import { anthropicMessages } from './anthropic-messages.ts';
import { openAiResponses } from './openai-responses.ts';
import { holdingFilter, openFilter, passStream } from './testing-filters.ts';
import { plainReply, type JsonObject, type StreamPiece } from './wire.ts';

/** The events of an answer as an upstream of Responses sends them. */
function streamOf(says: readonly Say[], body: JsonObject = {}): SseEvent[] {
  const asked = readAsked('openai_responses', { model: 'm', stream: true, ...body });
  const frames = responses.frames(speak({ says }, asked, 1), asked);
  return frames.map(({ event = '', data }) => ({ event, data: JSON.stringify(data) }));
}

type Body = JsonObject & { type: string; item_id?: string; delta?: string };
const parsed = (events: readonly SseEvent[]) => events.map(({ data }): Body => JSON.parse(data));
const pass = (events: readonly SseEvent[], filter = openFilter) =>
  passStream(openAiResponses, events, { filter, reply: plainReply });

const says: Say[] = [
  { thinking: 'one two' },
  { text: 'three four' },
  { tool: 'read', arguments: { path: 'five six' }, namespace: 'disk' },
  { textTool: 'apply_patch', input: '*** seven eight' },
  { refusal: 'nine ten' },
];

describe('a stream of Responses for a client of Responses', () => {
  it('[GW42] goes on byte for byte where nothing is held back, events of tomorrow too', () => {
    const events = [
      ...streamOf(says, { instructions: 'Be kind' }).slice(0, -1),
      { event: 'response.new', data: '{ "type":"response.new", "sequence_number":99, "words":"x" }' },
      { data: 'no JSON' },
      ...streamOf(says, { instructions: 'Be kind' }).slice(-1),
    ];
    const { passed, told } = pass(events);
    expect(passed).toEqual(events);
    expect(told).toEqual({
      usage: [{ input: 1500, output: 42, cacheRead: 0, thinking: 0 }],
      ends: 1,
      errors: [],
    });
  });

  it('[GW50] every event that repeats a text says what its deltas said', () => {
    const { passed } = pass(streamOf(says), holdingFilter());
    const events = parsed(passed);
    const written = passed.map(({ data }) => data).join('\n');
    for (const word of ['one two', 'three', 'five', 'seven', 'nine']) expect(written).not.toContain(word);
    const told = new Map<string, string>();
    for (const { type, item_id: id = '', delta = '' } of events) {
      if (type.endsWith('.delta')) told.set(id, (told.get(id) ?? '') + delta);
    }
    expect([...told.values()]).toEqual(['ONE TWO', 'THREE FOUR', '{"PATH":"FIVE SIX"}', '*** SEVEN EIGHT', 'NINE TEN']);
    expect(
      events.flatMap(({ text, refusal, arguments: json, input }) => text ?? refusal ?? json ?? input ?? []),
    ).toEqual([...told.values()]);
    const whole = events.at(-1)?.['response'] ?? null;
    expect(whole).toMatchObject({
      output: [
        { summary: [{ text: 'ONE TWO' }], encrypted_content: 'proof-call_1_0' },
        { content: [{ text: 'THREE FOUR' }] },
        { arguments: '{"PATH":"FIVE SIX"}', namespace: 'disk' },
        { input: '*** SEVEN EIGHT' },
        { content: [{ refusal: 'NINE TEN' }] },
      ],
    });
    const items = events.filter(({ type }) => type === 'response.output_item.done').map(({ item }) => item);
    expect(whole).toMatchObject({ output: items });
  });

  it('[GW41] a tool within a namespace, or at a server, is not the client’s own of the same name', () => {
    const seen: StreamPiece[] = [];
    pass(streamOf([{ tool: 'write_file', namespace: 'mcp__away', arguments: { a: 1 } }]), holdingFilter(seen));
    expect(new Set(seen.map(({ toolName }) => toolName))).toEqual(new Set(['mcp__away__write_file']));
    const output = [{ type: 'mcp_call', id: 'm', server_label: 'away', name: 'write_file', arguments: '{}' }];
    expect(openAiResponses.responseTexts({ output })).toMatchObject([{ toolName: 'away__write_file' }, {}]);
  });

  it('[GW51] numbers stay in order, and the order of events is the protocol’s', () => {
    const { passed } = pass(streamOf(says), holdingFilter());
    const numbers = parsed(passed).map(({ sequence_number: number }) => number);
    expect(numbers).toEqual(numbers.map((_, at) => at));
    const types = passed.map(({ event }) => event?.replace('response.', ''));
    expect(types.slice(types.indexOf('content_part.added'), types.indexOf('content_part.done') + 1)).toEqual([
      'content_part.added',
      'output_text.delta',
      'output_text.delta',
      'output_text.delta',
      'output_text.done',
      'content_part.done',
    ]);
  });

  it('[GW50] texts that came in no delta are looked at as well', () => {
    const quiet = streamOf(says).filter(({ event }) => event?.endsWith('.delta') !== true);
    const { passed } = pass(quiet, holdingFilter());
    const written = passed.map(({ data }) => data).join('\n');
    for (const word of ['one two', 'three', 'five', 'seven', 'nine']) expect(written).not.toContain(word);
  });

  it('[GW48] tells of a failure once', () => {
    const failed = { type: 'response.failed', response: { error: { code: 'rate_limit_exceeded', message: 'Slow.' } } };
    const error = { type: 'error', code: 'server_error', message: 'Later.' };
    const events = [failed, error].map((body) => ({ event: body.type, data: JSON.stringify(body) }));
    const { passed, told } = pass([...streamOf(says).slice(0, 6), ...events], holdingFilter());
    expect(passed.slice(-2)).toMatchObject([{ event: 'response.failed' }, { event: 'error' }]);
    expect(told).toMatchObject({ ends: 0, errors: [{ kind: 'rate_limit', message: 'Slow.' }] });
  });
});

/** As Codex sends it, but for the length of its texts. */
const codex: JsonObject = {
  model: 'gpt-5.5',
  instructions: 'You are a coding agent',
  input: [
    {
      type: 'message',
      role: 'developer',
      content: [{ type: 'input_text', text: '<permissions instructions>' }],
    },
    { type: 'message', role: 'user', content: [{ type: 'input_text', text: '<environment_context>' }] },
    { type: 'message', role: 'user', content: [{ type: 'input_text', text: 'Fix the test' }] },
    {
      type: 'reasoning',
      summary: [{ type: 'summary_text', text: 'Look first' }],
      content: null,
      encrypted_content: 'gAAAA==',
    },
    { type: 'function_call', name: 'exec_command', arguments: '{"cmd":"cat a.txt"}', call_id: 'call_1' },
    { type: 'function_call_output', call_id: 'call_1', output: 'secret of a.txt' },
    { type: 'custom_tool_call', status: 'completed', call_id: 'call_2', name: 'apply_patch', input: '*** Begin Patch' },
    { type: 'custom_tool_call_output', call_id: 'call_2', output: [{ type: 'input_text', text: 'Done' }] },
    { type: 'function_call', name: 'write_doc', namespace: 'mcp__app', arguments: '{"text":"x"}', call_id: 'call_3' },
    { type: 'function_call_output', call_id: 'call_3', output: 'Written' },
  ],
  tools: [
    { type: 'function', name: 'exec_command', description: 'Runs', strict: false, parameters: { type: 'object' } },
    {
      type: 'custom',
      name: 'apply_patch',
      description: 'Patches files',
      format: { type: 'grammar', syntax: 'lark', definition: 'start: begin_patch' },
    },
    {
      type: 'namespace',
      name: 'mcp__app',
      description: 'The app',
      tools: [{ type: 'function', name: 'write_doc', description: 'Writes', parameters: { type: 'object' } }],
    },
  ],
  tool_choice: 'auto',
  parallel_tool_calls: true,
  reasoning: { effort: 'medium', summary: 'auto' },
  store: false,
  stream: true,
  include: ['reasoning.encrypted_content'],
  service_tier: 'auto',
  prompt_cache_key: '0199-session',
  text: { verbosity: 'low' },
  client_metadata: { 'x-codex-installation-id': 'i-1' },
};
const copy = (body: JsonObject): JsonObject => JSON.parse(JSON.stringify(body));

describe('a request of Codex', () => {
  it('[GW52] goes to an upstream of Responses as it is but for the model, hosted tools and unknown members too', () => {
    const body = { ...copy(codex), tools: [{ type: 'web_search' }, { type: 'tool_search' }], brand_new: { a: 1 } };
    const sent = copy(body);
    openAiResponses.address(sent, 'other');
    expect(sent).toEqual({ ...body, model: 'other' });
  });

  it('[GW58] offers tools in an item of its conversation as well', () => {
    const { tools, input, ...rest } = copy(codex);
    const offer = { type: 'additional_tools', id: 'at_1', role: 'developer', tools: tools ?? [] };
    const later = { ...rest, input: [offer, ...(Array.isArray(input) ? input : [])] };
    expect(openAiResponses.decodeRequest(later)).toEqual(openAiResponses.decodeRequest(copy(codex)));
    expect(openAiResponses.readFacts(later)).toEqual(openAiResponses.readFacts(copy(codex)));
  });

  it('[GW41] shows every text, with the tool and the call that it is of', () => {
    const places = openAiResponses.requestTexts(copy(codex));
    expect(places.map(({ role, text, toolName, callId }) => [role, text, toolName, callId])).toEqual([
      ['system', 'You are a coding agent', undefined, undefined],
      ['tool_definition', 'Runs', 'exec_command', undefined],
      ['tool_definition', '{"type":"object"}', 'exec_command', undefined],
      ['tool_definition', 'Patches files', 'apply_patch', undefined],
      [
        'tool_definition',
        '{"type":"grammar","syntax":"lark","definition":"start: begin_patch"}',
        'apply_patch',
        undefined,
      ],
      ['tool_definition', 'The app', 'mcp__app', undefined],
      ['tool_definition', 'Writes', 'mcp__app__write_doc', undefined],
      ['tool_definition', '{"type":"object"}', 'mcp__app__write_doc', undefined],
      ['system', '<permissions instructions>', undefined, undefined],
      ['user', '<environment_context>', undefined, undefined],
      ['user', 'Fix the test', undefined, undefined],
      ['thinking', 'Look first', undefined, undefined],
      ['tool_arguments', '{"cmd":"cat a.txt"}', 'exec_command', 'call_1'],
      ['tool_result', 'secret of a.txt', 'exec_command', 'call_1'],
      ['tool_arguments', '*** Begin Patch', 'apply_patch', 'call_2'],
      ['tool_result', 'Done', 'apply_patch', 'call_2'],
      ['tool_arguments', '{"text":"x"}', 'mcp__app__write_doc', 'call_3'],
      ['tool_result', 'Written', 'mcp__app__write_doc', 'call_3'],
      ['user', '0199-session', undefined, undefined],
      ['user', 'i-1', undefined, undefined],
    ]);
    const body = copy(codex);
    for (const place of openAiResponses.requestTexts(body)) place.replace(place.isJson ? '{}' : 'masked');
    expect(JSON.stringify(body)).not.toMatch(/secret|Begin Patch|coding agent|Look first/);
    expect(JSON.stringify(body)).toContain('gAAAA==');
  });

  it('[GW53] in the neutral vocabulary has text tools as functions of one argument, namespaces in names', () => {
    const { tools, messages, thinking } = openAiResponses.decodeRequest(copy(codex));
    expect(tools?.map(({ name }) => name)).toEqual(['exec_command', 'apply_patch', 'mcp__app__write_doc']);
    expect(tools?.[1]).toMatchObject({
      description: expect.stringContaining('start: begin_patch'),
      parameters: { required: ['input'] },
    });
    expect(thinking).toEqual({ effort: 'medium', isShown: true });
    expect(messages.map(({ role, parts }) => [role, parts.map(({ type }) => type)])).toEqual([
      ['system', ['text']],
      ['system', ['text']],
      ['user', ['text']],
      ['user', ['text']],
      ['assistant', ['thinking', 'tool_call']],
      ['user', ['tool_result']],
      ['assistant', ['tool_call']],
      ['user', ['tool_result']],
      ['assistant', ['tool_call']],
      ['user', ['tool_result']],
    ]);
    expect(messages[6]?.parts).toEqual([
      { type: 'tool_call', id: 'call_2', name: 'apply_patch', arguments: '{"input":"*** Begin Patch"}' },
    ]);
  });

  it('[GW53] hears calls of such tools as it knows them, whole and streamed', () => {
    const { reply } = openAiResponses.readFacts(copy(codex));
    const calls = [
      { type: 'tool_call' as const, id: 'c1', name: 'apply_patch', arguments: '{"input":"*** Begin\\n"}' },
      { type: 'tool_call' as const, id: 'c2', name: 'mcp__app__write_doc', arguments: '{"text":"y"}' },
    ];
    const expected = [
      { type: 'custom_tool_call', call_id: 'c1', name: 'apply_patch', input: '*** Begin\n' },
      { type: 'function_call', call_id: 'c2', namespace: 'mcp__app', name: 'write_doc', arguments: '{"text":"y"}' },
    ];
    const whole = { id: '1', model: 'm', parts: calls, stop: 'tool_calls' as const };
    expect(openAiResponses.encodeResponse(whole, reply)).toMatchObject({ output: expected });
    const encode = openAiResponses.streamEncoder(reply);
    const events: LlmStreamEvent[] = [
      { type: 'start', id: '1', model: 'm' },
      ...calls.flatMap((part, index): LlmStreamEvent[] => [
        { type: 'part_start', index, part: { ...part, arguments: '' } },
        { type: 'arguments', index, json: part.arguments.slice(0, 9) },
        { type: 'arguments', index, json: part.arguments.slice(9) },
        { type: 'part_end', index },
      ]),
      { type: 'end', stop: 'tool_calls' },
    ];
    const bodies = parsed(events.flatMap((event) => encode(event)));
    expect(bodies.at(-1)).toMatchObject({ type: 'response.completed', response: { output: expected } });
    expect(bodies.map(({ sequence_number: number }) => number)).toEqual(bodies.map((_, at) => at));
    const told = bodies.filter(({ type }) => type.endsWith('.delta')).map(({ delta }) => delta);
    expect(told).toEqual(['*** Begin\n', '{"text":"', 'y"}']);
  });
});

describe('a request of Responses for an upstream of another protocol', () => {
  it.each<[string, JsonObject]>([
    ['previous_response_id', { previous_response_id: 'resp_1' }],
    ['conversation', { conversation: 'conv_1' }],
    ['prompt', { prompt: { id: 'pmpt_1' } }],
  ])('[GW54] with %s is refused, since nobody but OpenAI keeps it', (member, members) => {
    const decode = () => openAiResponses.decodeRequest({ model: 'm', input: 'x', ...members });
    expect(decode).toThrow(Untranslatable);
    expect(decode).toThrow(`${member}: the provider of this model keeps no responses`);
  });

  it.each<[string, JsonObject]>([
    ['web_search = "disabled"', { tools: [{ type: 'web_search' }] }],
    ['tool_search', { tools: [{ type: 'tool_search', execution: 'client' }] }],
    ['mcp', { tools: [{ type: 'mcp', server_label: 'x' }] }],
    ['background', { background: true }],
    ['truncation', { truncation: 'auto' }],
    ['include', { include: ['file_search_call.results'] }],
    ['max_tool_calls', { max_tool_calls: 3 }],
    ['brand_new', { brand_new: 1 }],
    [
      'input.0.new_state',
      { input: [{ type: 'function_call', call_id: 'c', name: 'n', arguments: '{}', new_state: 1 }] },
    ],
    [
      'input.0.content.0.new_hint',
      { input: [{ role: 'user', content: [{ type: 'input_text', text: 'x', new_hint: 1 }] }] },
    ],
    ['tools.0.defer_loading', { tools: [{ type: 'function', name: 'a', defer_loading: true }] }],
    ['item_reference', { input: [{ type: 'item_reference', id: 'x' }] }],
    ['web_search_call', { input: [{ type: 'web_search_call', id: 'x' }] }],
  ])('[GW45] asks for what only OpenAI has, and is refused by that name: %s', (name, members) => {
    const decode = () => openAiResponses.decodeRequest({ model: 'm', input: 'x', ...members });
    expect(decode).toThrow(Untranslatable);
    expect(decode).toThrow(name);
  });

  it.each<[string, JsonObject]>([
    ['model', { input: 'x' }],
    ['input', { model: 'm' }],
    ['input', { model: 'm', input: 5 }],
    ['max_output_tokens', { model: 'm', input: 'x', max_output_tokens: '5' }],
  ])('[GW44] is refused by the name of a member of the wrong form: %s', (member, body) => {
    expect(() => openAiResponses.readFacts(body)).toThrow(
      expect.objectContaining({ code: 'invalid', details: { member } }),
    );
  });
});

describe('what a model of Responses thought', () => {
  it('[GW55] comes back to it through a client of Messages, and of Messages through a client of Responses', () => {
    const [, , thought] = streamOf([{ thinking: 'Hm', proof: 'gAAAA==' }]);
    expect(thought).toBeDefined();
    const decode = openAiResponses.streamDecoder();
    const encode = anthropicMessages.streamEncoder(plainReply);
    const sent = streamOf([{ thinking: 'Hm', proof: 'gAAAA==' }]).flatMap((event) =>
      decode(event).flatMap((e) => encode(e)),
    );
    const signature = parsed(sent)
      .flatMap(({ delta }) => Object.entries(delta ?? {}))
      .find(([member]) => member === 'signature')?.[1];
    const back = anthropicMessages.decodeRequest({
      model: 'm',
      max_tokens: 5,
      messages: [{ role: 'assistant', content: [{ type: 'thinking', thinking: 'Hm', signature: signature ?? null }] }],
    });
    expect(openAiResponses.encodeRequest(back)['input']).toEqual([
      {
        type: 'reasoning',
        id: 'rs_1_0',
        summary: [{ type: 'summary_text', text: 'Hm' }],
        encrypted_content: 'gAAAA==',
      },
    ]);

    const foreign = {
      type: 'thinking' as const,
      text: 'Hm',
      proof: { protocol: 'anthropic_messages' as const, value: 's+=' },
    };
    const shown = openAiResponses.encodeResponse({ id: '1', model: 'm', parts: [foreign], stop: 'end' }, plainReply);
    const [item] = Array.isArray(shown['output']) ? shown['output'] : [];
    const returned = openAiResponses.decodeRequest({ model: 'm', input: [item ?? null] });
    expect(returned.messages[0]?.parts).toEqual([foreign]);
    expect(openAiResponses.encodeRequest(returned)['input']).toEqual([]);
  });
});

describe('a request in the form of Responses', () => {
  it('[GW56] keeps nothing at OpenAI, and asks a model that thinks for its encrypted reasoning', () => {
    const request = { model: 'm', stream: true, messages: [], maxOutputTokens: 1 };
    expect(openAiResponses.encodeRequest(request)).toEqual({
      model: 'm',
      input: [],
      stream: true,
      store: false,
      max_output_tokens: 16,
    });
    expect(openAiResponses.encodeRequest({ ...request, thinking: { budgetTokens: 9000 } })).toMatchObject({
      reasoning: { effort: 'medium', summary: 'auto' },
      include: ['reasoning.encrypted_content'],
    });
    expect(() => openAiResponses.encodeRequest({ ...request, stop: ['x'] })).toThrow(Untranslatable);
    expect(() => openAiResponses.encodeRequest({ ...request, seed: 1 })).toThrow(Untranslatable);
  });
});

describe('a stream of Responses that breaks', () => {
  it.each([
    ['policy', 'invalid_prompt'],
    ['budget', 'insufficient_quota'],
    ['context_length', 'context_length_exceeded'],
    ['rate_limit', 'rate_limit_exceeded'],
    ['overloaded', 'server_is_overloaded'],
    ['upstream', 'server_error'],
  ] as const)('[GW57] ends for %s with both events that clients look for, and the code %s', (kind, code) => {
    const events = openAiResponses.streamError({ kind, message: 'Words.' });
    expect(events.map(({ event }) => event)).toEqual(['error', 'response.failed']);
    expect(parsed(events)).toMatchObject([
      { type: 'error', code, message: 'Words.', param: null },
      { type: 'response.failed', response: { status: 'failed', error: { code, message: 'Words.' } } },
    ]);
  });
});
