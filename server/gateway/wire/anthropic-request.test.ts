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
    [{ tools: [{ name: 'f', input_schema: {}, defer_loading: true }] }, 'tools.0.defer_loading'],
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

describe('what Messages takes only in its own way', () => {
  it('[GW29] turns alternate, results of calls come first, ids are of its letters', () => {
    const request = neutral({
      messages: [
        { role: 'user', parts: [{ type: 'text', text: 'A' }] },
        { role: 'user', parts: [{ type: 'text', text: 'B' }] },
        { role: 'assistant', parts: [{ type: 'tool_call', id: 'functions.f:0', name: 'f', arguments: '' }] },
        { role: 'assistant', parts: [{ type: 'tool_call', id: 'call_2', name: 'f', arguments: '{"broken' }] },
        {
          role: 'user',
          parts: [
            { type: 'text', text: 'C' },
            { type: 'tool_result', callId: 'functions.f:0', content: [] },
          ],
        },
        { role: 'user', parts: [{ type: 'tool_result', callId: 'call_2', content: [] }] },
      ],
    });
    const odd = 'call_ZnVuY3Rpb25zLmY6MA';
    expect(wire.encodeRequest(request)['messages']).toEqual([
      {
        role: 'user',
        content: [
          { type: 'text', text: 'A' },
          { type: 'text', text: 'B' },
        ],
      },
      {
        role: 'assistant',
        content: [
          { type: 'tool_use', id: odd, name: 'f', input: {} },
          { type: 'tool_use', id: 'call_2', name: 'f', input: { malformed_arguments: '{"broken' } },
        ],
      },
      {
        role: 'user',
        content: [
          { type: 'tool_result', tool_use_id: odd },
          { type: 'tool_result', tool_use_id: 'call_2' },
          { type: 'text', text: 'C' },
        ],
      },
    ]);
  });

  it('[GW29] instructions at the beginning are the system prompt, later ones are said where they stand', () => {
    const instruct = (text: string) => ({ role: 'system', parts: [{ type: 'text', text }] }) as const;
    const { system, messages } = wire.encodeRequest(
      neutral({ messages: [instruct('A'), instruct('B'), ...neutral({}).messages, instruct('C')] }),
    );
    expect(system).toEqual([
      { type: 'text', text: 'A' },
      { type: 'text', text: 'B' },
    ]);
    expect(messages).toEqual([
      {
        role: 'user',
        content: [
          { type: 'text', text: 'Hello' },
          { type: 'text', text: '[Instruction of the application]\nC' },
        ],
      },
    ]);
  });

  it('[GW29] a limit is always said, and a budget of thoughts fits below it', () => {
    const { maxOutputTokens: _, ...unlimited } = neutral({});
    expect(wire.encodeRequest(unlimited)).toMatchObject({ max_tokens: 32_000 });
    const budget = (budgetTokens: number, maxOutputTokens: number) =>
      wire.encodeRequest(neutral({ maxOutputTokens, thinking: { budgetTokens } }))['thinking'];
    expect(budget(10, 9000)).toEqual({ type: 'enabled', budget_tokens: 1024 });
    expect(budget(9000, 5000)).toEqual({ type: 'enabled', budget_tokens: 4999 });
  });

  const ways: readonly [model: string, maxOutputTokens: number, thinking: LlmRequest['thinking'], body: JsonObject][] =
    [
      [
        'claude-opus-4-6',
        9000,
        { effort: 'high' },
        { thinking: { type: 'adaptive' }, output_config: { effort: 'high' } },
      ],
      [
        'anthropic.claude-sonnet-5-v1:0',
        9000,
        { effort: 'minimal' },
        { thinking: { type: 'adaptive' }, output_config: { effort: 'low' } },
      ],
      ['claude-mythos-preview', 9000, {}, { thinking: { type: 'adaptive' } }],
      [
        'claude-haiku-4-5-20251001',
        64_000,
        { effort: 'high' },
        { thinking: { type: 'enabled', budget_tokens: 20_000 } },
      ],
      [
        'claude-opus-4-20250514',
        9000,
        { effort: 'high', isShown: true },
        { thinking: { type: 'enabled', budget_tokens: 4500, display: 'summarized' } },
      ],
      ['claude-3-7-sonnet-latest', 2000, { effort: 'low' }, {}],
      ['glm-5', 64_000, {}, { thinking: { type: 'enabled', budget_tokens: 10_000 } }],
      ['glm-5', 9000, { effort: 'none' }, { thinking: { type: 'disabled' } }],
    ];
  it.each(ways)(
    '[GW29] %s with a limit of %i is told to think %j in its way',
    (model, maxOutputTokens, thinking, body) => {
      const encoded = wire.encodeRequest({
        ...neutral({ maxOutputTokens }),
        model,
        ...(thinking === undefined ? {} : { thinking }),
      });
      const { thinking: told, output_config: config } = encoded;
      expect({
        ...(told === undefined ? {} : { thinking: told }),
        ...(config === undefined ? {} : { output_config: config }),
      }).toEqual(body);
    },
  );

  it('[GW29] a turn that called tools without a thought goes on without one, where a budget is needed', () => {
    const call: LlmPart = { type: 'tool_call', id: 'c', name: 'f', arguments: '{}' };
    const thought: LlmPart = { type: 'thinking', text: 'A', proof: { protocol: 'anthropic_messages', value: 's' } };
    const result: LlmPart = { type: 'tool_result', callId: 'c', content: [] };
    const thinks = (model: string, said: LlmPart[]) => {
      const messages = [
        { role: 'assistant', parts: said },
        { role: 'user', parts: [result] },
      ] as const;
      return (
        'thinking' in
        wire.encodeRequest({ ...neutral({ messages, thinking: { effort: 'low' } }), model, maxOutputTokens: 9000 })
      );
    };
    expect(thinks('claude-haiku-4-5', [call])).toBe(false);
    expect(thinks('claude-haiku-4-5', [thought, call])).toBe(true);
    expect(thinks('claude-opus-5', [call])).toBe(true);
  });

  it('[GW29] thoughts of other protocols, and those without proof, are not sent', () => {
    const parts: LlmPart[] = [
      { type: 'thinking', text: 'A' },
      { type: 'thinking', text: 'B', proof: { protocol: 'openai_responses', value: 'x' } },
      { type: 'text', text: 'C' },
    ];
    const { messages } = wire.encodeRequest(neutral({ messages: [{ role: 'assistant', parts }] }));
    expect(messages).toEqual([{ role: 'assistant', content: [{ type: 'text', text: 'C' }] }]);
  });

  const refused: readonly [request: Partial<LlmRequest>, word: string][] = [
    [{ temperature: 1.5 }, 'temperature'],
    [{ format: { type: 'json' } }, 'response_format'],
    [
      { messages: [{ role: 'user', parts: [{ type: 'document', mediaType: 'application/zip', data: '' }] }] },
      'application/zip',
    ],
    [{ messages: [{ role: 'system', parts: [neutralImage] }] }, 'image'],
  ];
  it.each(refused)('[GW28] %j is refused', (request, word) => {
    expect(() => wire.encodeRequest(neutral(request))).toThrow(Untranslatable);
    expect(() => wire.encodeRequest(neutral(request))).toThrow(word);
  });
});
