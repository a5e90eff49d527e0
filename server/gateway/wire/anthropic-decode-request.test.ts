import { describe, expect, it } from 'vitest';
import { Untranslatable, type LlmPart, type LlmRequest } from '../../core/llm-message.ts';
import { anthropicMessages as wire } from './anthropic-messages.ts';
import type { JsonObject } from './wire.ts';

const asked = (members: JsonObject): JsonObject => ({
  model: 'claude-opus-5',
  max_tokens: 100,
  messages: [{ role: 'user', content: 'Hello' }],
  ...members,
});
const neutral = (members: Partial<LlmRequest>): LlmRequest => ({
  model: 'claude-opus-5',
  stream: false,
  maxOutputTokens: 100,
  messages: [{ role: 'user', parts: [{ type: 'text', text: 'Hello' }] }],
  ...members,
});
const schema = { type: 'object', properties: { a: { type: 'string' } }, required: ['a'] };
const image = { type: 'base64', media_type: 'image/png', data: 'QUJD' };
const neutralImage: LlmPart = { type: 'image', image: { source: 'base64', mediaType: 'image/png', data: 'QUJD' } };

describe('members of Messages and the neutral vocabulary', () => {
  const both: readonly [what: string, body: JsonObject, request: Partial<LlmRequest>][] = [
    ['stream', { stream: true }, { stream: true }],
    ['temperature', { temperature: 0.5 }, { temperature: 0.5 }],
    ['top_p', { top_p: 0.9 }, { topP: 0.9 }],
    ['stop_sequences', { stop_sequences: ['END'] }, { stop: ['END'] }],
    [
      'system',
      { system: [{ type: 'text', text: 'Be brief.' }] },
      { messages: [{ role: 'system', parts: [{ type: 'text', text: 'Be brief.' }] }, ...neutral({}).messages] },
    ],
    [
      'tools',
      { tools: [{ name: 'f', description: 'd', input_schema: schema, strict: true }] },
      { tools: [{ name: 'f', description: 'd', parameters: schema, strict: true }] },
    ],
    ['thinking adaptive', { thinking: { type: 'adaptive', display: 'omitted' } }, { thinking: { isShown: false } }],
    ['effort', { thinking: { type: 'adaptive' }, output_config: { effort: 'max' } }, { thinking: { effort: 'max' } }],
    [
      'a budget',
      { max_tokens: 9000, thinking: { type: 'enabled', budget_tokens: 5000 } },
      { maxOutputTokens: 9000, thinking: { budgetTokens: 5000 } },
    ],
    ['no thinking', { thinking: { type: 'disabled' } }, { thinking: { effort: 'none' } }],
    [
      'a schema',
      { output_config: { format: { type: 'json_schema', schema } } },
      { format: { type: 'schema', name: 'answer', schema, strict: true } },
    ],
  ];
  it.each(both)('[GW26] %s, there and back', (_, body, request) => {
    expect(wire.decodeRequest(asked(body))).toEqual(neutral(request));
    expect(wire.decodeRequest(wire.encodeRequest(neutral(request)))).toEqual(neutral(request));
    expect(wire.encodeRequest(neutral(request))).toMatchObject(body);
  });

  const tools = [{ name: 'f', input_schema: schema }];
  const choices: readonly [choice: JsonObject, request: Partial<LlmRequest>][] = [
    [{ type: 'auto' }, { toolChoice: 'auto' }],
    [{ type: 'none' }, { toolChoice: 'none' }],
    [
      { type: 'any', disable_parallel_tool_use: true },
      { toolChoice: 'required', parallelToolCalls: false },
    ],
    [
      { type: 'tool', name: 'f', disable_parallel_tool_use: false },
      { toolChoice: { name: 'f' }, parallelToolCalls: true },
    ],
  ];
  it.each(choices)('[GW26] tool_choice %j, there and back', (choice, request) => {
    const wanted = neutral({ tools: [{ name: 'f', parameters: schema }], ...request });
    expect(wire.decodeRequest(asked({ tools, tool_choice: choice }))).toEqual(wanted);
    expect(wire.encodeRequest(wanted)['tool_choice']).toEqual(choice);
  });

  const blocks: readonly [what: string, role: 'user' | 'assistant', block: JsonObject, part: LlmPart][] = [
    ['text', 'user', { type: 'text', text: 'A' }, { type: 'text', text: 'A' }],
    ['an image', 'user', { type: 'image', source: image }, neutralImage],
    [
      'an image at a URL',
      'user',
      { type: 'image', source: { type: 'url', url: 'https://a.example/b.png' } },
      { type: 'image', image: { source: 'url', url: 'https://a.example/b.png' } },
    ],
    [
      'a document',
      'user',
      { type: 'document', source: { type: 'base64', media_type: 'application/pdf', data: 'QUJD' }, title: 'T' },
      { type: 'document', mediaType: 'application/pdf', data: 'QUJD', name: 'T' },
    ],
    [
      'a call',
      'assistant',
      { type: 'tool_use', id: 'toolu_1', name: 'f', input: { a: '1' } },
      { type: 'tool_call', id: 'toolu_1', name: 'f', arguments: '{"a":"1"}' },
    ],
    [
      'a result',
      'user',
      { type: 'tool_result', tool_use_id: 'toolu_1', content: 'A', is_error: true },
      { type: 'tool_result', callId: 'toolu_1', content: [{ type: 'text', text: 'A' }], isError: true },
    ],
    [
      'a result with an image',
      'user',
      {
        type: 'tool_result',
        tool_use_id: 'toolu_1',
        content: [
          { type: 'text', text: 'A' },
          { type: 'image', source: image },
        ],
      },
      { type: 'tool_result', callId: 'toolu_1', content: [{ type: 'text', text: 'A' }, neutralImage] },
    ],
    [
      'a result without content',
      'user',
      { type: 'tool_result', tool_use_id: 'toolu_1' },
      { type: 'tool_result', callId: 'toolu_1', content: [] },
    ],
    [
      'a thought',
      'assistant',
      { type: 'thinking', thinking: 'A', signature: 'c2ln' },
      { type: 'thinking', text: 'A', proof: { protocol: 'anthropic_messages', value: 'c2ln' } },
    ],
    [
      'a hidden thought',
      'assistant',
      { type: 'redacted_thinking', data: 'c2ln' },
      { type: 'thinking', text: '', redacted: true, proof: { protocol: 'anthropic_messages', value: 'c2ln' } },
    ],
  ];
  it.each(blocks)('[GW26] %s, there and back', (_, role, block, part) => {
    const request = neutral({ messages: [{ role, parts: [part] }] });
    expect(wire.decodeRequest(asked({ messages: [{ role, content: [block] }] }))).toEqual(request);
    expect(wire.encodeRequest(request)['messages']).toEqual([{ role, content: [block] }]);
  });

  it('[GW26] hints of every depth are left out', () => {
    const mark = { cache_control: { type: 'ephemeral', ttl: '1h' } };
    const body = asked({
      metadata: { user_id: '{"session_id":"s"}' },
      cache_control: { type: 'ephemeral' },
      service_tier: 'auto',
      speed: 'fast',
      context_management: { edits: [{ type: 'clear_thinking_20251015', keep: 'all' }] },
      container: null,
      mcp_servers: [],
      tools: [
        { type: 'custom', name: 'f', input_schema: schema, eager_input_streaming: true, defer_loading: false, ...mark },
      ],
      messages: [{ role: 'user', content: [{ type: 'text', text: 'Hello', citations: null, ...mark }] }],
    });
    expect(wire.decodeRequest(body)).toEqual(neutral({ tools: [{ name: 'f', parameters: schema }] }));
  });

  it('[GW26] deferred tools are offered from when a result refers to them', () => {
    const tool = (name: string) => ({ name, input_schema: schema });
    const offered = [tool('search'), { ...tool('f'), defer_loading: true }, { ...tool('g'), defer_loading: true }];
    const found = { type: 'tool_result', tool_use_id: 'c', content: [{ type: 'tool_reference', tool_name: 'g' }] };
    const namesOf = (messages: JsonObject[]) =>
      wire.decodeRequest(asked({ tools: offered, messages })).tools?.map(({ name }) => name);
    expect(namesOf([{ role: 'user', content: 'Hello' }])).toEqual(['search']);
    expect(namesOf([{ role: 'user', content: [found] }])).toEqual(['search', 'g']);
    const { messages } = wire.decodeRequest(asked({ messages: [{ role: 'user', content: [found] }] }));
    const content = [{ type: 'text', text: 'The tool g can be called now.' }];
    expect(messages[0]?.parts).toEqual([{ type: 'tool_result', callId: 'c', content }]);
  });

  it('[GW26] documents of text and search results become texts', () => {
    const content = [
      {
        type: 'document',
        source: { type: 'text', media_type: 'text/plain', data: 'Words' },
        title: 'Title',
        context: 'Context',
      },
      {
        type: 'document',
        source: { type: 'content', content: [{ type: 'text', text: 'Block' }] },
        citations: { enabled: false },
      },
      {
        type: 'search_result',
        source: 'https://a.example',
        title: 'Found',
        content: [{ type: 'text', text: 'There' }],
      },
    ];
    const { messages } = wire.decodeRequest(asked({ messages: [{ role: 'user', content }] }));
    const texts = messages[0]?.parts.map((part) => (part.type === 'text' ? part.text : part.type));
    expect(texts).toEqual(['Title', 'Context', 'Words', 'Block', 'Found\nhttps://a.example', 'There']);
  });
});

describe('what only Messages can say', () => {
  const message = (block: JsonObject) => ({ messages: [{ role: 'user', content: [block] }] });
  const refused: readonly [members: JsonObject, member: string][] = [
    [{ top_k: 5 }, 'top_k'],
    [{ inference_geo: 'eu' }, 'inference_geo'],
    [{ container: 'c' }, 'container'],
    [{ something_new: {} }, 'something_new'],
    [{ mcp_servers: [{ type: 'url', url: 'https://a.example', name: 'a' }] }, 'mcp_servers'],
    [{ output_config: { something_new: 1 } }, 'output_config.something_new'],
    [{ tools: [{ type: 'web_search_20250305', name: 'web_search' }] }, 'tools.0'],
    [{ tools: [{ type: 'bash_20250124', name: 'bash' }] }, 'tools.0'],
    [message({ type: 'image', source: { type: 'file', file_id: 'f' } }), 'messages.0.content.0.source'],
    [message({ type: 'document', source: { type: 'url', url: 'https://a.example' } }), 'messages.0.content.0.source'],
    [
      message({ type: 'document', source: { type: 'text', data: 'A' }, citations: { enabled: true } }),
      'messages.0.content.0.citations',
    ],
    [message({ type: 'server_tool_use', id: 'a', name: 'web_search', input: {} }), 'messages.0.content.0'],
    [message({ type: 'web_search_tool_result', tool_use_id: 'a', content: [] }), 'messages.0.content.0'],
    [message({ type: 'compaction', content: 'A' }), 'messages.0.content.0'],
    [message({ type: 'text', text: 'A', something_new: 1 }), 'messages.0.content.0.something_new'],
    [{ messages: [{ role: 'system', content: 'A', clear_at: 'never' }] }, 'messages.0.clear_at'],
  ];
  it.each(refused)('[GW28] %j is refused by its member', (members, member) => {
    const attempt = () => wire.decodeRequest(asked(members));
    expect(attempt).toThrow(Untranslatable);
    expect(attempt).toThrow(`${member}:`);
  });

  const malformed: readonly [members: JsonObject, member: string][] = [
    [{ messages: [{ role: 'robot', content: 'A' }] }, 'messages.0.role'],
    [{ messages: [{ role: 'user' }] }, 'messages.0.content'],
    [message({ type: 'text' }), 'messages.0.content.0.text'],
    [message({ text: 'A' }), 'messages.0.content.0.type'],
    [{ thinking: { type: 'hard' } }, 'thinking.type'],
    [{ output_config: { effort: 'extreme' } }, 'output_config.effort'],
    [{ tools: [{ name: 'f' }] }, 'tools.0.input_schema'],
    [{ tool_choice: { type: 'some' } }, 'tool_choice.type'],
    [{ temperature: 'hot' }, 'temperature'],
  ];
  it.each(malformed)('[GW28] %j is invalid, by its member', (members, member) => {
    const error = expect.objectContaining({ code: 'invalid', message: expect.stringContaining(`${member}:`) });
    expect(() => wire.decodeRequest(asked(members))).toThrow(error);
  });
});
