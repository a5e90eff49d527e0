import { expect, test } from 'vitest';
import { unreadParts } from './unread-parts.ts';

test.each([
  [
    'a document of Messages',
    { source: { type: 'base64', media_type: 'application/pdf', data: 'JVBERi0' } },
    ['application/pdf'],
  ],
  [
    'a file of OpenAI',
    { file: { filename: 'a.pdf', file_data: 'data:application/pdf;base64,JVBERi0' } },
    ['application/pdf'],
  ],
  ['a document of Gemini', { inlineData: { mimeType: 'application/pdf', data: 'JVBERi0' } }, ['application/pdf']],
  ['the same in its other spelling', { inline_data: { mime_type: 'application/pdf', data: 'J' } }, ['application/pdf']],
  ['a sound', { type: 'input_audio', input_audio: { data: 'UklGR', format: 'wav' } }, ['audio/wav']],
  ['a picture', { source: { type: 'base64', media_type: 'image/png', data: 'iVBOR' } }, []],
  ['a document of text', { source: { type: 'text', media_type: 'text/plain', data: 'hello' } }, []],
  ['words about data', { text: 'the address data:application/pdf;base64,x is long' }, []],
])('[DL22] %s', (_name, part, types) => {
  expect(unreadParts({ messages: [{ role: 'user', content: [part] }] })).toEqual(types);
});
