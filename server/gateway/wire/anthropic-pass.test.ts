import { describe, expect, it } from 'vitest';
import type { LlmError, LlmUsage } from '../../core/llm-message.ts';
import type { SseEvent } from '../../platform/sse.ts';
import { anthropicMessages } from './anthropic-messages.ts';
import { plainReply, type Json, type JsonObject, type StreamFilter, type StreamPiece } from './wire.ts';

const sse = (body: JsonObject & { type: string }): SseEvent => ({ event: body.type, data: JSON.stringify(body) });
const start = (index: number, block: JsonObject) => sse({ type: 'content_block_start', index, content_block: block });
const delta = (index: number, body: JsonObject) => sse({ type: 'content_block_delta', index, delta: body });
const stop = (index: number) => sse({ type: 'content_block_stop', index });
const text = (index: number, words: string) => delta(index, { type: 'text_delta', text: words });

/** Holds every text back until its channel ends. */
function holdingFilter(seen: StreamPiece[] = []): StreamFilter {
  const held = new Map<string, string>();
  return {
    push(piece) {
      seen.push(piece);
      held.set(piece.channel, (held.get(piece.channel) ?? '') + piece.text);
      return '';
    },
    end(channel) {
      const all = held.get(channel) ?? '';
      held.delete(channel);
      return all.toUpperCase();
    },
  };
}

const openFilter: StreamFilter = { push: ({ text: words }) => words, end: () => '' };

function pass(events: readonly SseEvent[], filter = openFilter) {
  const told: { usage: LlmUsage[]; ends: number; errors: LlmError[] } = { usage: [], ends: 0, errors: [] };
  const next = anthropicMessages.streamPass(
    filter,
    {
      onUsage: (usage) => told.usage.push(usage),
      onEnd: () => {
        told.ends += 1;
      },
      onError: (error) => told.errors.push(error),
    },
    plainReply,
  );
  return { passed: events.flatMap((event) => next(event)), told };
}

const parsed = (events: readonly SseEvent[]) => events.map(({ data }): Json => JSON.parse(data));

describe('a stream of Messages for a client of Messages', () => {
  it('[GW22] passes byte for byte what holds no text, whatever it is', () => {
    const events: SseEvent[] = [
      sse({
        type: 'message_start',
        message: { id: 'msg_1', model: 'm', usage: { input_tokens: 1, output_tokens: 1 }, new: 1 },
      }),
      { event: 'ping', data: '{"type": "ping"}' },
      start(0, { type: 'text', text: '', citations: null }),
      {
        event: 'content_block_delta',
        data: '{ "type":"content_block_delta","index":0,"delta":{"type":"citations_delta","citation":{}} }',
      },
      {
        event: 'content_block_delta',
        data: '{"index":0,"type":"content_block_delta","delta":{"text":"a","type":"text_delta","x":1.0}}',
      },
      stop(0),
      start(1, { type: 'web_search_tool_result', tool_use_id: 's', content: [] }),
      { event: 'something_new', data: 'not even JSON' },
      { data: '' },
      sse({
        type: 'message_delta',
        delta: { stop_reason: 'end_turn', stop_sequence: null },
        usage: { output_tokens: 5 },
      }),
      sse({ type: 'message_stop' }),
    ];
    expect(pass(events).passed).toEqual(events);
  });

  it('[GW22] sends what the filter held before the block ends, and a thought before its signature', () => {
    const { passed } = pass(
      [
        start(0, { type: 'thinking', thinking: '', signature: '' }),
        delta(0, { type: 'thinking_delta', thinking: 'hm' }),
        delta(0, { type: 'signature_delta', signature: 'sig==' }),
        stop(0),
        start(1, { type: 'text', text: 'one ' }),
        text(1, 'two'),
        stop(1),
        start(2, { type: 'tool_use', id: 'c', name: 'run', input: {} }),
        delta(2, { type: 'input_json_delta', partial_json: '{"a"' }),
        delta(2, { type: 'input_json_delta', partial_json: ':1}' }),
        stop(2),
      ],
      holdingFilter(),
    );
    expect(passed).toEqual([
      start(0, { type: 'thinking', thinking: '', signature: '' }),
      delta(0, { type: 'thinking_delta', thinking: 'HM' }),
      delta(0, { type: 'signature_delta', signature: 'sig==' }),
      stop(0),
      start(1, { type: 'text', text: '' }),
      text(1, 'ONE TWO'),
      stop(1),
      start(2, { type: 'tool_use', id: 'c', name: 'run', input: {} }),
      delta(2, { type: 'input_json_delta', partial_json: '{"A":1}' }),
      stop(2),
    ]);
  });

  it('[GW22] tells the filter whose text it is', () => {
    const seen: StreamPiece[] = [];
    pass(
      [
        start(0, { type: 'thinking', thinking: '' }),
        delta(0, { type: 'thinking_delta', thinking: 'hm' }),
        start(1, { type: 'text', text: '' }),
        text(1, 'yes'),
        start(2, { type: 'tool_use', id: 'c', name: 'run', input: {} }),
        delta(2, { type: 'input_json_delta', partial_json: '{}' }),
        start(3, { type: 'server_tool_use', id: 's', name: 'web_search', input: {} }),
        delta(3, { type: 'input_json_delta', partial_json: '{}' }),
      ],
      holdingFilter(seen),
    );
    expect(seen).toEqual([
      { channel: '0', role: 'thinking', isJson: false, text: 'hm' },
      { channel: '1', role: 'assistant', isJson: false, text: 'yes' },
      { channel: '2', role: 'tool_arguments', isJson: true, toolName: 'run', text: '{}' },
      { channel: '3', role: 'tool_arguments', isJson: true, toolName: 'web_search', text: '{}' },
    ]);
  });

  it('[GW22] filters arguments that come whole with the beginning of their block', () => {
    const { passed } = pass([start(0, { type: 'tool_use', id: 'c', name: 'run', input: { a: 'b' } })], holdingFilter());
    expect(parsed(passed)).toMatchObject([{ content_block: { input: { A: 'B' } } }]);
  });

  it('[GW22] lets nothing be lost when a block or the whole answer ends without saying so', () => {
    const reused = pass([text(0, 'a'), start(0, { type: 'text', text: '' }), text(0, 'b')], holdingFilter());
    expect(reused.passed).toEqual([text(0, 'A'), start(0, { type: 'text', text: '' })]);
    for (const last of [
      sse({ type: 'message_stop' }),
      sse({ type: 'error', error: { type: 'api_error', message: 'x' } }),
    ]) {
      expect(pass([text(0, 'a'), text(3, 'b'), last], holdingFilter()).passed).toEqual([
        text(0, 'A'),
        text(3, 'B'),
        last,
      ]);
    }
  });

  it('[GW23] tells tokens as they come, the cached parts within the input', () => {
    const first = { input_tokens: 10, cache_read_input_tokens: 100, cache_creation_input_tokens: 5, output_tokens: 1 };
    const { told } = pass([
      sse({ type: 'message_start', message: { id: 'm', usage: first } }),
      sse({
        type: 'message_delta',
        delta: {},
        usage: { input_tokens: 0, output_tokens: 20, output_tokens_details: { thinking_tokens: 7 } },
      }),
      sse({ type: 'message_stop' }),
      sse({ type: 'message_stop' }),
    ]);
    const input = { input: 115, cacheRead: 100, cacheWrite: 5 };
    expect(told).toEqual({
      usage: [
        { ...input, output: 1 },
        { ...input, output: 20, thinking: 7 },
      ],
      ends: 1,
      errors: [],
    });
  });

  it('[GW23] tells of an error in the stream', () => {
    const error = { type: 'error', error: { type: 'overloaded_error', message: 'Overloaded' }, request_id: 'req_1' };
    const { told } = pass([sse(error)]);
    expect(told).toEqual({
      usage: [],
      ends: 0,
      errors: [{ kind: 'overloaded', message: 'Overloaded', requestId: 'req_1' }],
    });
  });
});
