import { expect, test } from 'vitest';
import { chatMessages } from './chat-messages.ts';
import type { HistoryItem } from './history.ts';

const says = (text: string): HistoryItem => ({ kind: 'person', parts: [{ type: 'text', text }] });
const calls = (...ids: string[]): HistoryItem => ({
  kind: 'answer',
  text: '',
  thought: 'Hm',
  calls: ids.map((id) => ({ id, name: 'read', arguments: '{"path":"a"}' })),
});
const gives = (callId: string, text = 'result'): HistoryItem => ({ kind: 'result', callId, text, about: 'read a' });
const roles = (items: HistoryItem[]) => chatMessages('S', items).map(({ role }) => role);

test('what people say one after the other is one message, with notes and summaries', () => {
  const items: HistoryItem[] = [
    says('One'),
    { kind: 'summary', text: 'Sum' },
    { kind: 'note', text: 'Note' },
    says('Two'),
  ];
  expect(chatMessages('S', items)).toEqual([
    { role: 'system', content: 'S' },
    { role: 'user', content: 'One\n\nSum\n\nNote\n\nTwo' },
  ]);
});

test('each call has one result right behind it, also when the turn was stopped before it was done', () => {
  expect(chatMessages('S', [says('Go'), calls('a', 'b'), gives('a'), says('On')])).toMatchObject([
    { role: 'system' },
    { role: 'user', content: 'Go' },
    { role: 'assistant', content: null, tool_calls: [{ id: 'a' }, { id: 'b' }] },
    { role: 'tool', tool_call_id: 'a', content: 'result' },
    { role: 'tool', tool_call_id: 'b', content: expect.stringContaining('the turn was stopped') },
    { role: 'user', content: 'On' },
  ]);
});

test('results without a call and answers without words are left out', () => {
  expect(roles([says('Go'), gives('x'), { kind: 'answer', text: '', calls: [] }])).toEqual(['system', 'user']);
});

test('thoughts are given back while their turn goes on', () => {
  const thoughts = (items: HistoryItem[]) =>
    chatMessages('S', items).flatMap((message) => ('reasoning_content' in message ? [message.reasoning_content] : []));
  expect(thoughts([says('Go'), calls('a'), gives('a')])).toEqual(['Hm']);
  expect(thoughts([says('Go'), calls('a'), gives('a'), says('On')])).toEqual([]);
});

test('[AG92] arguments that are no JSON do not spoil the conversation', () => {
  const broken: HistoryItem = { kind: 'answer', text: '', calls: [{ id: 'a', name: 'read', arguments: '{"pa' }] };
  expect(chatMessages('S', [says('Go'), broken, gives('a')])[2]).toMatchObject({
    tool_calls: [{ function: { arguments: '{}' } }],
  });
});

test('images are given as they came', () => {
  const image: HistoryItem = {
    kind: 'person',
    parts: [
      { type: 'text', text: 'See' },
      { type: 'image', mediaType: 'image/png', data: 'AAAA' },
    ],
  };
  const messages = chatMessages('S', [image]);
  expect(messages[1]).toEqual({
    role: 'user',
    content: [
      { type: 'text', text: 'See' },
      { type: 'image_url', image_url: { url: 'data:image/png;base64,AAAA' } },
    ],
  });
});
