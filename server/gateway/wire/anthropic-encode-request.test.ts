import { describe, expect, it } from 'vitest';
import { Untranslatable, type LlmPart, type LlmRequest } from '../../core/llm-message.ts';
import { anthropicMessages as wire } from './anthropic-messages.ts';
import type { JsonObject } from './wire.ts';

const neutral = (members: Partial<LlmRequest>): LlmRequest => ({
  model: 'claude-opus-5',
  stream: false,
  maxOutputTokens: 100,
  messages: [{ role: 'user', parts: [{ type: 'text', text: 'Hello' }] }],
  ...members,
});
const neutralImage: LlmPart = {
  type: 'image',
  image: { source: 'base64', mediaType: 'image/png', data: 'QUJD' },
};

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
