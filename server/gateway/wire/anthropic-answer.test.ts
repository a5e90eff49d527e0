import { describe, expect, it } from 'vitest';
import type { LlmErrorKind, LlmPart, LlmResponse, LlmStop, LlmStreamEvent } from '../../core/llm-message.ts';
import type { SseEvent } from '../../platform/sse.ts';
import { encodeAnthropicTokenCount } from './anthropic-models.ts';
import { anthropicMessages as wire } from './anthropic-messages.ts';
import { plainReply, type Json, type JsonObject } from './wire.ts';

const usage = { input_tokens: 10, output_tokens: 20, cache_creation_input_tokens: 0, cache_read_input_tokens: 0 };
const body = (members: JsonObject): JsonObject => ({
  id: 'msg_1',
  type: 'message',
  role: 'assistant',
  model: 'm',
  content: [],
  stop_reason: 'end_turn',
  stop_sequence: null,
  usage,
  ...members,
});
const answer = (members: Partial<LlmResponse>): LlmResponse => ({
  id: 'msg_1',
  model: 'm',
  parts: [],
  stop: 'end',
  usage: { input: 10, output: 20, cacheRead: 0, cacheWrite: 0 },
  ...members,
});
const encode = (response: LlmResponse) => wire.encodeResponse(response, plainReply);

describe('a whole answer of Messages', () => {
  const both: readonly [block: JsonObject, part: LlmPart][] = [
    [
      { type: 'text', text: 'A' },
      { type: 'text', text: 'A' },
    ],
    [
      { type: 'tool_use', id: 'c', name: 'f', input: { a: 1 } },
      { type: 'tool_call', id: 'c', name: 'f', arguments: '{"a":1}' },
    ],
    [
      { type: 'thinking', thinking: 'A', signature: 's' },
      { type: 'thinking', text: 'A', proof: { protocol: 'anthropic_messages', value: 's' } },
    ],
    [
      { type: 'thinking', thinking: 'A', signature: '' },
      { type: 'thinking', text: 'A' },
    ],
    [
      { type: 'redacted_thinking', data: 's' },
      { type: 'thinking', text: '', redacted: true, proof: { protocol: 'anthropic_messages', value: 's' } },
    ],
  ];
  it.each(both)('[GW26] %j, there and back', (block, part) => {
    expect(wire.decodeResponse(body({ content: [block] }))).toEqual(answer({ parts: [part] }));
    expect(encode(answer({ parts: [part] }))).toEqual(body({ content: [block] }));
  });

  it('[GW29] a thought of another protocol carries its proof through a client of Messages', () => {
    for (const redacted of [undefined, true]) {
      const part: LlmPart = {
        type: 'thinking',
        text: '',
        proof: { protocol: 'openai_responses', value: 'gAAAA=/+', id: 'rs_1' },
        ...(redacted === undefined ? {} : { redacted }),
      };
      const { content } = encode(answer({ parts: [part] }));
      const request = wire.decodeRequest({ model: 'm', messages: [{ role: 'assistant', content: content ?? null }] });
      expect(request.messages[0]?.parts).toEqual([part]);
    }
  });

  const stops: readonly [reason: string, stop: LlmStop][] = [
    ['end_turn', 'end'],
    ['max_tokens', 'length'],
    ['tool_use', 'tool_calls'],
    ['stop_sequence', 'stop_sequence'],
    ['refusal', 'refusal'],
    ['pause_turn', 'paused'],
  ];
  it.each(stops)('[GW26] stop_reason %s is %s, there and back', (reason, stop) => {
    expect(wire.decodeResponse(body({ stop_reason: reason })).stop).toBe(stop);
    expect(encode(answer({ stop }))['stop_reason']).toBe(reason);
  });

  it('[GW26] other ends: too long a context is the length, a filter refuses, what is new is an end', () => {
    expect(wire.decodeResponse(body({ stop_reason: 'model_context_window_exceeded' })).stop).toBe('length');
    expect(wire.decodeResponse(body({ stop_reason: 'bored' })).stop).toBe('end');
    expect(encode(answer({ stop: 'filtered' }))['stop_reason']).toBe('refusal');
    expect(encode(answer({ stop: 'stop_sequence', stopSequence: 'END' }))['stop_sequence']).toBe('END');
    expect(wire.decodeResponse(body({ stop_sequence: 'END' })).stopSequence).toBe('END');
  });

  it('[GW23] the input has its cached parts in it, there and back', () => {
    const told = {
      input_tokens: 1,
      cache_read_input_tokens: 20,
      cache_creation_input_tokens: 300,
      output_tokens: 7,
      output_tokens_details: { thinking_tokens: 4 },
    };
    const neutral = { input: 321, cacheRead: 20, cacheWrite: 300, output: 7, thinking: 4 };
    expect(wire.readUsage(body({ usage: told }))).toEqual(neutral);
    expect(encode(answer({ usage: neutral }))['usage']).toEqual(told);
    expect(wire.readUsage({})).toBeUndefined();
  });

  it('[GW28] calls with arguments that are no JSON, and parts that Messages cannot show, are refused', () => {
    const call: LlmPart = { type: 'tool_call', id: 'c', name: 'f', arguments: '{"a' };
    expect(() => encode(answer({ parts: [call] }))).toThrow(expect.objectContaining({ code: 'unavailable' }));
    const image: LlmPart = { type: 'image', image: { source: 'url', url: 'https://a.example' } };
    expect(() => encode(answer({ parts: [image] }))).toThrow(expect.objectContaining({ code: 'unsupported' }));
  });
});

const sse = (event: JsonObject & { type: string }): SseEvent => ({ event: event.type, data: JSON.stringify(event) });
const read = (events: readonly (JsonObject & { type: string })[]) => {
  const decode = wire.streamDecoder();
  return events.flatMap((event) => decode(sse(event)));
};
const write = (events: readonly LlmStreamEvent[]) => {
  const encodeEvent = wire.streamEncoder(plainReply);
  return events.flatMap((event) => encodeEvent(event)).map(({ data }): Json => JSON.parse(data));
};

describe('a streamed answer of Messages', () => {
  it('[GW26] is read: texts, thoughts with their proof, calls, how it ended', () => {
    const delta = (index: number, change: JsonObject) => ({ type: 'content_block_delta', index, delta: change });
    const start = (index: number, block: JsonObject) => ({ type: 'content_block_start', index, content_block: block });
    const stop = (index: number) => ({ type: 'content_block_stop', index });
    const events = read([
      { type: 'message_start', message: { id: 'msg_1', model: 'm', usage: { input_tokens: 5, output_tokens: 1 } } },
      { type: 'ping' },
      start(0, { type: 'thinking', thinking: '', signature: '' }),
      delta(0, { type: 'thinking_delta', thinking: 'Hm' }),
      delta(0, { type: 'signature_delta', signature: 's' }),
      stop(0),
      start(1, { type: 'text', text: 'A', citations: null }),
      delta(1, { type: 'text_delta', text: 'B' }),
      delta(1, { type: 'citations_delta', citation: {} }),
      stop(1),
      start(2, { type: 'tool_use', id: 'c', name: 'f', input: {} }),
      delta(2, { type: 'input_json_delta', partial_json: '' }),
      stop(2),
      start(3, { type: 'redacted_thinking', data: 'd' }),
      stop(3),
      {
        type: 'message_delta',
        delta: { stop_reason: 'stop_sequence', stop_sequence: 'X' },
        usage: { output_tokens: 9 },
      },
      { type: 'message_stop' },
    ]);
    const proof = (value: string) => ({ protocol: 'anthropic_messages', value }) as const;
    expect(events).toEqual([
      { type: 'start', id: 'msg_1', model: 'm', usage: { input: 5, output: 1 } },
      { type: 'part_start', index: 0, part: { type: 'thinking', text: '' } },
      { type: 'thinking', index: 0, text: 'Hm' },
      { type: 'thinking_proof', index: 0, proof: proof('s') },
      { type: 'part_end', index: 0 },
      { type: 'part_start', index: 1, part: { type: 'text', text: '' } },
      { type: 'text', index: 1, text: 'A' },
      { type: 'text', index: 1, text: 'B' },
      { type: 'part_end', index: 1 },
      { type: 'part_start', index: 2, part: { type: 'tool_call', id: 'c', name: 'f', arguments: '' } },
      { type: 'arguments', index: 2, json: '{}' },
      { type: 'part_end', index: 2 },
      { type: 'part_start', index: 3, part: { type: 'thinking', text: '', redacted: true, proof: proof('d') } },
      { type: 'part_end', index: 3 },
      { type: 'usage', usage: { input: 5, output: 9 } },
      { type: 'end', stop: 'stop_sequence', stopSequence: 'X', usage: { input: 5, output: 9 } },
    ]);
    expect(read([{ type: 'error', error: { type: 'api_error', message: 'Gone' } }])).toEqual([
      { type: 'error', error: { kind: 'upstream', message: 'Gone' } },
    ]);
  });

  it('[GW26] is written as the official clients expect it', () => {
    const events = write([
      { type: 'start', id: 'msg_1', model: 'm' },
      { type: 'part_start', index: 0, part: { type: 'text', text: '' } },
      { type: 'text', index: 0, text: 'A' },
      { type: 'part_end', index: 0 },
      { type: 'part_start', index: 1, part: { type: 'tool_call', id: 'c', name: 'f', arguments: '' } },
      { type: 'arguments', index: 1, json: '{"a":1}' },
      { type: 'part_end', index: 1 },
      { type: 'usage', usage: { input: 5, output: 9 } },
      { type: 'end', stop: 'tool_calls' },
    ]);
    const nothing = { cache_creation_input_tokens: 0, cache_read_input_tokens: 0 };
    expect(events).toEqual([
      {
        type: 'message_start',
        message: {
          id: 'msg_1',
          type: 'message',
          role: 'assistant',
          model: 'm',
          content: [],
          stop_reason: null,
          stop_sequence: null,
          usage: { input_tokens: 0, output_tokens: 0, ...nothing },
        },
      },
      { type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } },
      { type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: 'A' } },
      { type: 'content_block_stop', index: 0 },
      { type: 'content_block_start', index: 1, content_block: { type: 'tool_use', id: 'c', name: 'f', input: {} } },
      { type: 'content_block_delta', index: 1, delta: { type: 'input_json_delta', partial_json: '{"a":1}' } },
      { type: 'content_block_stop', index: 1 },
      {
        type: 'message_delta',
        delta: { stop_reason: 'tool_use', stop_sequence: null },
        usage: { input_tokens: 5, output_tokens: 9, ...nothing },
      },
      { type: 'message_stop' },
    ]);
  });
});

describe('errors of Messages', () => {
  const kinds: readonly [kind: LlmErrorKind, status: number, type: string][] = [
    ['invalid_request', 400, 'invalid_request_error'],
    ['context_length', 400, 'invalid_request_error'],
    ['authentication', 401, 'authentication_error'],
    ['budget', 402, 'billing_error'],
    ['permission', 403, 'permission_error'],
    ['policy', 403, 'permission_error'],
    ['not_found', 404, 'not_found_error'],
    ['too_large', 413, 'request_too_large'],
    ['rate_limit', 429, 'rate_limit_error'],
    ['upstream', 502, 'api_error'],
    ['timeout', 504, 'timeout_error'],
    ['overloaded', 529, 'overloaded_error'],
  ];
  it.each(kinds)('[GW31] %s is %i %s', (kind, status, type) => {
    const error = wire.encodeError({ kind, message: 'prompt is too long: 9 > 8', requestId: 'req_1' });
    expect(error).toMatchObject({ status, headers: { 'request-id': 'req_1' } });
    expect(error.body).toEqual({
      type: 'error',
      error: { type, message: 'prompt is too long: 9 > 8' },
      request_id: 'req_1',
    });
  });

  it('[GW31] clients are told when to try again, and not to after a refusal', () => {
    expect(wire.encodeError({ kind: 'rate_limit', message: 'Wait', retryAfterS: 1.2 }).headers).toEqual({
      'retry-after': '2',
    });
    for (const kind of ['policy', 'budget', 'permission', 'authentication'] as const) {
      expect(wire.encodeError({ kind, message: 'No' }).headers).toEqual({ 'x-should-retry': 'false' });
    }
  });

  it('[GW31] too long a conversation is said in the words by which clients shorten it', () => {
    const { body: said } = wire.encodeError({ kind: 'context_length', message: '9000 tokens are more than 8000.' });
    expect(said).toMatchObject({ error: { message: 'prompt is too long: 9000 tokens are more than 8000.' } });
    expect(wire.decodeError(400, JSON.stringify(said)).kind).toBe('context_length');
  });

  const answers: readonly [status: number, body: string, kind: LlmErrorKind, message: string][] = [
    [529, '{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}', 'overloaded', 'Overloaded'],
    [402, '{"error":{"type":"billing_error","message":"Pay"}}', 'permission', 'Pay'],
    [400, '{"error":{"type":"new_error","message":"What"}}', 'invalid_request', 'What'],
    [500, '{"error":{"message":"Oh"}}', 'upstream', 'Oh'],
    [502, '<html>Bad Gateway</html>', 'upstream', '<html>Bad Gateway</html>'],
    [418, '{"detail":"teapot"}', 'invalid_request', '{"detail":"teapot"}'],
    [503, ' ', 'overloaded', 'The model’s server answered 503 without a word.'],
  ];
  it.each(answers)('[GW31] an upstream’s %i %s is told in its own words', (status, said, kind, message) => {
    expect(wire.decodeError(status, said)).toEqual({ kind, message });
  });

  it('[GW31] a stream that breaks ends with an error event', () => {
    const data = '{"type":"error","error":{"type":"timeout_error","message":"Silence"},"request_id":"req_1"}';
    expect(wire.streamError({ kind: 'timeout', message: 'Silence', requestId: 'req_1' })).toEqual([
      { event: 'error', data },
    ]);
  });
});

describe('lists in the form of Messages', () => {
  const model = {
    id: 'fast',
    name: 'Fast',
    providerName: 'P',
    createdAt: new Date('2026-01-02T03:04:05Z'),
    contextTokens: 200_000,
    capabilities: { tools: true, images: true, thinking: true, streaming: true },
  };
  it('[GW32] models are one page, with what is known of them', () => {
    const listed = {
      type: 'model',
      id: 'fast',
      display_name: 'Fast',
      created_at: '2026-01-02T03:04:05.000Z',
      max_input_tokens: 200_000,
      max_tokens: null,
      capabilities: null,
    };
    expect(wire.encodeModel(model)).toEqual(listed);
    expect(wire.encodeModels([model])).toEqual({ data: [listed], has_more: false, first_id: 'fast', last_id: 'fast' });
    expect(wire.encodeModels([])).toEqual({ data: [], has_more: false, first_id: null, last_id: null });
  });

  it('[GW30] a count of tokens', () => {
    expect(encodeAnthropicTokenCount(7)).toEqual({ input_tokens: 7 });
  });
});
