import { expect, test } from 'vitest';
import { readArguments } from './read-arguments.ts';

const fence = '```';

test.each([
  ['nothing', '', {}],
  ['JSON', '{"path":"a.ts"}', { path: 'a.ts' }],
  ['a fence around it', `${fence}json\n{"path":"a.ts"}\n${fence}`, { path: 'a.ts' }],
  ['JSON in a JSON text', JSON.stringify('{"path":"a.ts"}'), { path: 'a.ts' }],
  ['line ends that were not escaped', '{"content":"one\ntwo\tthree"}', { content: 'one\ntwo\tthree' }],
  ['a comma too many', '{"steps":[1,2,],}', { steps: [1, 2] }],
  ['a comma within a text, which stays', '{"content":"[1,]\n"}', { content: '[1,]\n' }],
  [
    'names of other tools',
    '{"file_path":"a.ts","old_string":"x","new_string":"y"}',
    { path: 'a.ts', old: 'x', new: 'y' },
  ],
  ['the own name beside another one', '{"path":"a.ts","file":"b.ts"}', { path: 'a.ts', file: 'b.ts' }],
  ['names within a list', '{"edits":[{"old_text":"x","new_text":"y"}]}', { edits: [{ old: 'x', new: 'y' }] }],
])('[AG92] %s is understood', (_, text, value) => {
  expect(readArguments('edit', text)).toEqual(value);
});

test.each([
  ['{"path":"a.ts","content":"half a fi', /end in the middle.*smaller pieces/],
  ['{"path":"a.ts"', /end in the middle/],
  ['path = a.ts', /not one JSON object/],
  ['["a.ts"]', /not one JSON object/],
  ['null', /not one JSON object/],
])('[AG92] %s is refused with what to do', (text, words) => {
  expect(() => readArguments('write', text)).toThrow(words);
  expect(() => readArguments('write', text)).toThrow('Call write again with one valid JSON object');
});
