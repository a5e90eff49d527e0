import { expect, test } from 'vitest';
import { eventData } from './event-lines.ts';
import { readAnswer } from './read-answer.ts';

type Delta = Record<string, unknown>;

const chunk = (delta: Delta, reason: string | null = null) =>
  JSON.stringify({ choices: [{ index: 0, delta, finish_reason: reason }] });

async function read(...events: string[]) {
  const heard: string[] = [];
  const listener = {
    onText: async (text: string) => void heard.push(`text ${text}`),
    onThought: async (text: string) => void heard.push(`thought ${text}`),
  };
  return { answer: await readAnswer(inOrder(events), listener), heard };
}

async function* inOrder(events: readonly string[]) {
  yield* events;
}

test('texts and thoughts are told as they come, and usage is read where it stands', async () => {
  const usage = { prompt_tokens: 10, completion_tokens: 4, prompt_tokens_details: { cached_tokens: 6 } };
  const { answer, heard } = await read(
    chunk({ role: 'assistant', content: '' }),
    chunk({ reasoning_content: 'Hm' }),
    chunk({ content: 'Good ' }),
    chunk({ content: 'day' }, 'stop'),
    JSON.stringify({ choices: [], usage }),
    '[DONE]',
  );
  expect(heard).toEqual(['thought Hm', 'text Good ', 'text day']);
  expect(answer).toEqual({
    text: 'Good day',
    thought: 'Hm',
    calls: [],
    stop: 'end',
    usage: { inputTokens: 10, outputTokens: 4, cachedReadTokens: 6 },
  });
});

const call = (index: number | undefined, id: string | undefined, name?: string, args?: string) => ({
  tool_calls: [{ index, id, type: 'function', function: { name, arguments: args } }],
});

test.each([
  [
    'by their places',
    [
      call(0, 'a', 'read', '{"x"'),
      call(1, 'b', 'list', ''),
      call(0, undefined, undefined, ':1}'),
      call(1, undefined, undefined, '{}'),
    ],
  ],
  ['without places', [call(undefined, 'a', 'read', '{"x":1}'), call(undefined, 'b', 'list', '{}')]],
  ['all at one place', [call(0, 'a', 'read', '{"x":1}'), call(0, 'b', 'list', '{}')]],
  [
    'with the name in each piece',
    [call(0, 'a', 'read', '{"x"'), call(0, 'a', 'read', ':1}'), call(1, 'b', 'list', '{}')],
  ],
])('[AG92] calls that come %s are told apart', async (_, deltas) => {
  const { answer } = await read(...deltas.map((delta) => chunk(delta)), chunk({}, 'tool_calls'), '[DONE]');
  expect(answer.calls).toEqual([
    { id: 'a', name: 'read', arguments: '{"x":1}' },
    { id: 'b', name: 'list', arguments: '{}' },
  ]);
  expect(answer.stop).toBe('calls');
});

test.each([
  ['stop', {}, 'end'],
  ['length', { content: 'Half' }, 'length'],
  ['content_filter', {}, 'refusal'],
  ['stop', { refusal: 'I will not' }, 'refusal'],
  // Local servers say so although there are calls.
  ['stop', call(0, 'a', 'read', '{}'), 'calls'],
])('an answer that ends with %s after %j ends as %s', async (reason, delta, stop) => {
  expect((await read(chunk(delta), chunk({}, reason), '[DONE]')).answer.stop).toBe(stop);
});

test.each([
  [{ error: { message: 'Too much', code: 'context_length_exceeded' } }, 'too_long', 'Too much'],
  [{ error: { message: 'Not here', code: 'policy_denied' } }, 'final', 'Not here'],
  [{ error: { message: 'Later', code: 'server_is_overloaded' } }, 'again', 'Later'],
  [{ error: 'Just words' }, 'again', 'Just words'],
])('a stream that says %j failed', async (event, kind, message) => {
  await expect(read(chunk({ content: 'Ha' }), JSON.stringify(event))).rejects.toMatchObject({ kind, message });
});

test('a stream that ends before its answer did is broken; what is no event is read over', async () => {
  await expect(read(chunk({ content: 'Ha' }), 'nonsense')).rejects.toMatchObject({ kind: 'again' });
});

test('events are read from bytes that are cut anywhere', async () => {
  const bytes = new TextEncoder().encode('event: x\r\ndata: {"a":"ä"}\r\n\r\n: comment\n\ndata:2\n\ndata: [DONE]');
  for (const size of [1, 2, 3, 7, 100]) {
    const body = new ReadableStream<Uint8Array>({
      start(controller) {
        for (let at = 0; at < bytes.length; at += size) controller.enqueue(bytes.slice(at, at + size));
        controller.close();
      },
    });
    const found: string[] = [];
    for await (const data of eventData(body)) found.push(data);
    expect(found).toEqual(['{"a":"ä"}', '2', '[DONE]']);
  }
});
