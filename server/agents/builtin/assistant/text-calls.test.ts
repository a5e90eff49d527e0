import { expect, test } from 'vitest';
import { callsInText } from './text-calls.ts';

const tools = ['read', 'list'];
const call = (name: string, json: string) => ({ id: '', name, arguments: json });

test.each([
  [
    'one call',
    'I look.\n<tool_call>\n{"name":"read","arguments":{"path":"a"}}\n</tool_call>',
    'I look.',
    [call('read', '{"path":"a"}')],
  ],
  [
    'two calls, the last without its end',
    '<tool_call>{"name":"list","arguments":{}}</tool_call><tool_call>{"name":"read","arguments":"{\\"path\\":\\"a\\"}"}',
    '',
    [call('list', '{}'), call('read', '{"path":"a"}')],
  ],
])('[AG92] %s in the text of an answer is taken out of it', (_, text, rest, calls) => {
  expect(callsInText(text, tools)).toEqual({ text: rest, calls });
});

test.each([
  'No call at all',
  '<tool_call>{"name":"fly","arguments":{}}</tool_call>',
  '<tool_call>{"path":"a"}</tool_call>',
  '<tool_call>{nonsense}</tool_call>',
])('[AG92] a text that is no call stays as it is: %s', (text) => {
  expect(callsInText(text, tools)).toEqual({ text, calls: [] });
});
