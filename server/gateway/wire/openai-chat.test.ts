import { describe, expect, it } from 'vitest';
import { Untranslatable, type LlmMessage } from '../../core/llm-message.ts';
import type { SseEvent } from '../../platform/sse.ts';
import { openAiChat } from './openai-chat.ts';
import { holdingFilter, openFilter, passStream } from './testing-filters.ts';
import { plainReply, type JsonObject, type StreamPiece } from './wire.ts';

const head = { id: 'chatcmpl-1', object: 'chat.completion.chunk', created: 1, model: 'm' };
const sse = (body: JsonObject): SseEvent => ({ data: JSON.stringify(body) });
const choice = (delta: JsonObject, finish: string | null = null, index = 0) => ({
  index,
  delta,
  finish_reason: finish,
});
const chunk = (...choices: JsonObject[]) => sse({ ...head, choices });
const done: SseEvent = { data: '[DONE]' };
const usageChunk = sse({ ...head, choices: [], usage: { prompt_tokens: 7, completion_tokens: 3 } });
const shown = { ...plainReply, showsUsage: true };
const hidden = { ...plainReply, showsUsage: false };

describe('a request of chat/completions', () => {
  it('[GW40] is addressed to another model; a stream is asked for its usage', () => {
    const body: JsonObject = { model: 'a', messages: [], stream: true, stream_options: { include_obfuscation: false } };
    expect(openAiChat.readFacts(body).reply.showsUsage).toBe(false);
    openAiChat.address(body, 'b');
    expect(body).toMatchObject({ model: 'b', stream_options: { include_obfuscation: false, include_usage: true } });
    const whole: JsonObject = { model: 'a', messages: [] };
    openAiChat.address(whole, 'b');
    expect(whole).toEqual({ model: 'b', messages: [] });
  });

  it('[GW41] shows every text, with the tool and the call that it is of, also in members of tomorrow', () => {
    const body: JsonObject = {
      model: 'm',
      user: 'ana@example.com',
      tools: [
        { type: 'function', function: { name: 'read', description: 'Reads', parameters: { type: 'object' } } },
        { type: 'custom', custom: { name: 'patch', description: 'Patches' } },
      ],
      messages: [
        { role: 'developer', content: 'Be kind' },
        {
          role: 'user',
          content: [
            { type: 'text', text: 'Look' },
            { type: 'image_url', image_url: { url: 'data:image/png;base64,iVBORw0KGgo=' } },
            { type: 'file', file: { filename: 'a.env', file_data: 'data:text/plain;base64,S0VZPTE=' } },
            { type: 'hologram', caption: ['Later'] },
          ],
        },
        {
          role: 'assistant',
          content: null,
          reasoning_content: 'Hm',
          tool_calls: [
            { id: 'c1', type: 'function', function: { name: 'read', arguments: '{"path":"a"}' } },
            { id: 'c2', type: 'custom', custom: { name: 'patch', input: '*** Begin' } },
          ],
        },
        { role: 'tool', tool_call_id: 'c1', content: 'A=1' },
      ],
    };
    const places = openAiChat.requestTexts(body);
    expect(places.map(({ role, text, toolName, callId }) => [role, text, toolName, callId])).toEqual([
      ['tool_definition', 'Reads', 'read', undefined],
      ['tool_definition', '{"type":"object"}', 'read', undefined],
      ['tool_definition', 'Patches', 'patch', undefined],
      ['system', 'Be kind', undefined, undefined],
      ['user', 'Look', undefined, undefined],
      ['user', 'a.env', undefined, undefined],
      ['user', 'KEY=1', undefined, undefined],
      ['user', 'Later', undefined, undefined],
      ['thinking', 'Hm', undefined, undefined],
      ['tool_arguments', '{"path":"a"}', 'read', 'c1'],
      ['tool_arguments', '*** Begin', 'patch', 'c2'],
      ['tool_result', 'A=1', 'read', 'c1'],
      ['user', 'ana@example.com', undefined, undefined],
    ]);
    for (const place of places) place.replace(place.isJson ? '{"masked":true}' : 'masked');
    expect(openAiChat.requestTexts(body).map(({ text }) => text)).toEqual(
      places.map(({ isJson }) => (isJson ? '{"masked":true}' : 'masked')),
    );
    expect(body).toMatchObject({
      messages: [{}, { content: [{}, { image_url: { url: 'data:image/png;base64,iVBORw0KGgo=' } }, {}, {}] }, {}, {}],
    });
  });

  it.each<[string, JsonObject]>([
    ['n', { n: 2 }],
    ['logprobs', { logprobs: true }],
    ['modalities', { modalities: ['text', 'audio'] }],
    ['frequency_penalty', { frequency_penalty: 0.5 }],
    ['functions', { functions: [] }],
    ['web_search_options', { web_search_options: {} }],
    ['brand_new', { brand_new: 1 }],
    ['input_audio', { messages: [{ role: 'user', content: [{ type: 'input_audio', input_audio: {} }] }] }],
    ['file_data', { messages: [{ role: 'user', content: [{ type: 'file', file: { file_id: 'f1' } }] }] }],
    [
      'messages.0.content.0.new_hint',
      { messages: [{ role: 'user', content: [{ type: 'text', text: 'x', new_hint: 1 }] }] },
    ],
    ['tools.0.new_rule', { tools: [{ type: 'function', function: { name: 'a', new_rule: 1 } }] }],
    ['messages.0.reasoning_details', { messages: [{ role: 'assistant', content: 'x', reasoning_details: [{}] }] }],
    ['messages.0.name', { messages: [{ role: 'user', name: 'ana', content: 'x' }] }],
    ['allowed_tools', { tool_choice: { type: 'allowed_tools' } }],
  ])('[GW45] asks with %s for what only its own protocol has, and is refused by that name', (name, members) => {
    const decode = () => openAiChat.decodeRequest({ model: 'm', messages: [], ...members });
    expect(decode).toThrow(Untranslatable);
    expect(decode).toThrow(name);
  });

  it('[GW46] leaves behind what is said to the provider and not to the model', () => {
    const body = { model: 'm', messages: [], store: true, user: 'u', metadata: {}, service_tier: 'flex', n: 1 };
    expect(openAiChat.decodeRequest({ ...body, verbosity: 'low', logit_bias: {} })).toEqual({
      model: 'm',
      messages: [],
      stream: false,
    });
  });

  it('[GW47] gives results of tools as text; what else they hold follows, and a failure is said', () => {
    const encoded = openAiChat.encodeRequest({
      model: 'm',
      stream: false,
      messages: [
        {
          role: 'user',
          parts: [
            {
              type: 'tool_result',
              callId: 'c1',
              isError: true,
              content: [
                { type: 'text', text: 'no' },
                { type: 'image', image: { source: 'base64', mediaType: 'image/png', data: 'AA' } },
              ],
            },
            { type: 'text', text: 'And now' },
          ],
        },
      ],
    });
    expect(encoded['messages']).toEqual([
      {
        role: 'tool',
        tool_call_id: 'c1',
        content: '[The tool failed]\nno\n[One attachment of this result: see the next message]',
      },
      {
        role: 'user',
        content: [
          { type: 'text', text: '[Attached to the result of the call c1]' },
          { type: 'image_url', image_url: { url: 'data:image/png;base64,AA' } },
          { type: 'text', text: 'And now' },
        ],
      },
    ]);
  });

  it('[GW47] goes to a server that is not OpenAI’s as the templates of open models take it', () => {
    const say = (role: 'system' | 'user' | 'assistant', ...texts: string[]) => ({
      role,
      parts: texts.map((text) => ({ type: 'text' as const, text })),
    });
    const messages = [
      say('system', 'One', 'Two'),
      say('system', 'Three'),
      say('user', 'Where', 'am I'),
      say('user', 'Go on'),
      say('assistant', 'Here'),
      say('system', 'Be short'),
      say('user', 'Well'),
    ];
    const request = { model: 'm', stream: false, messages, maxOutputTokens: 9 };
    expect(openAiChat.encodeRequest(request, 'compatible')).toEqual({
      model: 'm',
      stream: false,
      max_tokens: 9,
      messages: [
        { role: 'system', content: 'One\n\nTwo\n\nThree' },
        { role: 'user', content: 'Where\n\nam I\n\nGo on' },
        { role: 'assistant', content: 'Here' },
        { role: 'user', content: '[Instruction of the application]\n\nBe short\n\nWell' },
      ],
    });
    expect(openAiChat.encodeRequest(request)).toMatchObject({ max_completion_tokens: 9, messages: { length: 7 } });
  });

  it('[GW47] tells a later instruction with the result before it, so that no new turn begins', () => {
    const messages: LlmMessage[] = [
      { role: 'user', parts: [{ type: 'text', text: 'U' }] },
      { role: 'assistant', parts: [{ type: 'tool_call', id: 'c', name: 'f', arguments: '{}' }] },
      { role: 'user', parts: [{ type: 'tool_result', callId: 'c', content: [{ type: 'text', text: 'R' }] }] },
      { role: 'system', parts: [{ type: 'text', text: 'I' }] },
    ];
    const { messages: told } = openAiChat.encodeRequest({ model: 'm', stream: false, messages }, 'compatible');
    expect(told).toMatchObject([
      { role: 'user' },
      { role: 'assistant' },
      { role: 'tool', content: 'R\n\n[Instruction of the application]\n\nI' },
    ]);
  });

  it.each<[string, JsonObject]>([
    ['model', { messages: [] }],
    ['messages', { model: 'm' }],
    ['messages', { model: 'm', messages: 'hello' }],
    ['stream', { model: 'm', messages: [], stream: 'yes' }],
    ['max_tokens', { model: 'm', messages: [], max_tokens: '5' }],
  ])('[GW44] is refused by the name of a member of the wrong form: %s', (member, body) => {
    expect(() => openAiChat.readFacts(body)).toThrow(expect.objectContaining({ code: 'invalid', details: { member } }));
  });
});

describe('a stream of chat/completions for a client of chat/completions', () => {
  const stream = [
    chunk(choice({ role: 'assistant', content: '' })),
    { data: JSON.stringify({ ...head, choices: [], prompt_filter_results: [] }, null, 1) },
    chunk(choice({ reasoning_content: 'hm' })),
    chunk(choice({ content: 'hel' })),
    chunk(choice({ content: 'lo' })),
    chunk(
      choice({ tool_calls: [{ index: 0, id: 'c1', type: 'function', function: { name: 'read', arguments: '' } }] }),
    ),
    chunk(choice({ tool_calls: [{ index: 0, function: { arguments: '{"a"' } }] })),
    chunk(choice({ tool_calls: [{ index: 1, id: 'c2', type: 'function', function: { name: 'go', arguments: '{' } }] })),
    chunk(
      choice({
        tool_calls: [
          { index: 0, function: { arguments: ':1}' } },
          { index: 1, function: { arguments: '}' } },
        ],
      }),
    ),
    chunk(choice({}, 'tool_calls')),
    usageChunk,
    done,
  ];

  it('[GW42] goes on byte for byte where nothing is held back', () => {
    const { passed, told } = passStream(openAiChat, stream, { filter: openFilter, reply: shown });
    expect(passed).toEqual(stream);
    expect(told).toEqual({ usage: [{ input: 7, output: 3 }], ends: 1, errors: [] });
  });

  it('[GW42] gives what was held before the next text begins, of calls before the answer ends', () => {
    const seen: StreamPiece[] = [];
    const { passed } = passStream(openAiChat, stream, { filter: holdingFilter(seen), reply: shown });
    expect(textsOf(passed)).toEqual([
      ['reasoning_content', 'HM'],
      ['content', 'HELLO'],
      ['call 0', '{"A":1}'],
      ['call 1', '{}'],
    ]);
    expect(seen.map(({ role, toolName, isJson }) => [role, toolName, isJson])).toEqual([
      ['thinking', undefined, false],
      ['assistant', undefined, false],
      ['assistant', undefined, false],
      ['tool_arguments', 'read', true],
      ['tool_arguments', 'go', true],
      ['tool_arguments', 'read', true],
      ['tool_arguments', 'go', true],
    ]);
  });

  it('[GW42] keeps the texts of several choices apart', () => {
    const { passed } = passStream(
      openAiChat,
      [
        chunk(choice({ content: 'a' }), choice({ content: 'x' }, null, 1)),
        chunk(choice({ content: 'b' }, 'stop'), choice({ content: 'y' }, null, 1)),
        chunk(choice({}, 'stop', 1)),
        done,
      ],
      { filter: holdingFilter(), reply: shown },
    );
    expect(textsOf(passed)).toEqual([
      ['content', 'AB'],
      ['content of 1', 'XY'],
    ]);
  });

  it('[GW42] tells calls apart by their ids where a server gives them no place, or all the same', () => {
    const call = (id: string, json: string, index?: number) => ({
      ...(index === undefined ? {} : { index }),
      id,
      type: 'function',
      function: { name: `tool_${id}`, arguments: json },
    });
    const seen: StreamPiece[] = [];
    const events = [
      chunk(choice({ tool_calls: [call('a', '{"x":"one"}'), call('b', '{"x":"two"}')] })),
      chunk(choice({ tool_calls: [call('c', '{"x":"three"}', 0)] })),
      chunk(choice({}, 'tool_calls')),
      done,
    ];
    const { passed } = passStream(openAiChat, events, { filter: holdingFilter(seen), reply: shown });
    const told = passed.slice(0, -1).map(({ data }): { choices: { delta: JsonObject }[] } => JSON.parse(data));
    expect(told.flatMap(({ choices }) => choices.map(({ delta }) => delta))).toEqual([
      { tool_calls: [call('a', '{"X":"ONE"}'), call('b', '')] },
      { tool_calls: [{ index: 0, function: { arguments: '{"X":"TWO"}' } }] },
      { tool_calls: [call('c', '', 0)] },
      { tool_calls: [{ index: 0, function: { arguments: '{"X":"THREE"}' } }] },
      {},
    ]);
    expect(new Set(seen.map(({ channel }) => channel)).size).toBe(3);
    const decode = openAiChat.streamDecoder();
    const started = events.flatMap((event) => decode(event)).filter(({ type }) => type === 'part_start');
    expect(started).toMatchObject(['a', 'b', 'c'].map((id) => ({ part: { id, name: `tool_${id}` } })));
  });

  it('[GW59] hears the end of an answer from servers that say it in their own way', () => {
    const decode = openAiChat.streamDecoder();
    const events = [
      chunk(choice({ reasoning: 'hm', reasoning_content: 'hm' })),
      chunk(choice({ tool_calls: [{ index: 0, id: 'a', function: { name: 'go', arguments: '{}' } }] })),
      sse({ ...head, choices: [choice({}, 'stop')], usage: { prompt_tokens: 7, completion_tokens: 3 } }),
      done,
    ];
    const heard = events.flatMap((event) => decode(event));
    expect(heard.filter(({ type }) => type === 'thinking')).toEqual([{ type: 'thinking', index: 0, text: 'hm' }]);
    expect(heard.at(-1)).toEqual({ type: 'end', stop: 'tool_calls', usage: { input: 7, output: 3 } });
  });

  it('[GW43] shows usage only to a client that asked for it', () => {
    const asked = stream.map(({ data }) => (data === '[DONE]' ? done : sse({ ...JSON.parse(data), ...noUsage(data) })));
    const { passed, told } = passStream(openAiChat, asked, { filter: openFilter, reply: hidden });
    expect(passed).toHaveLength(asked.length - 1);
    expect(passed.some(({ data }) => data.includes('usage'))).toBe(false);
    expect(told.usage).toEqual([{ input: 7, output: 3 }]);
  });

  it('[GW48] tells of an error in the stream once, and passes it as it came', () => {
    const error = sse({ error: { message: 'Slow down.', code: 'rate_limit_exceeded' } });
    const { passed, told } = passStream(openAiChat, [chunk(choice({ content: 'a' })), error, done], {
      filter: holdingFilter(),
      reply: shown,
    });
    expect(textsOf(passed.slice(0, 2))).toEqual([['content', 'A']]);
    expect(passed[2]).toEqual(error);
    expect(told).toMatchObject({ ends: 0, errors: [{ kind: 'rate_limit', message: 'Slow down.' }] });
  });

  const noUsage = (data: string) => (data.includes('"usage"') ? {} : { usage: null });
});

/** The texts of deltas, pieces of one joined. */
function textsOf(events: readonly SseEvent[]): [string, string][] {
  const texts: [string, string][] = [];
  const say = (name: string, text: string) => {
    const last = texts.findLast(([known]) => known === name);
    if (text === '') return;
    if (last === undefined) texts.push([name, text]);
    else last[1] += text;
  };
  type Call = { index: number; function: { arguments: string } };
  type Delta = { content?: string; reasoning_content?: string; tool_calls?: Call[] };
  type Choice = { index: number; delta: Delta };
  const choices = events.flatMap(({ data }): Choice[] => (data === '[DONE]' ? [] : JSON.parse(data).choices));
  for (const { index, delta } of choices) {
    for (const member of ['reasoning_content', 'content'] as const) {
      say(index === 0 ? member : `${member} of ${index}`, delta[member] ?? '');
    }
    for (const call of delta.tool_calls ?? []) say(`call ${call.index}`, call.function.arguments);
  }
  return texts;
}
