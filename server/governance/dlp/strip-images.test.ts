import { expect, test } from 'vitest';
import { stripImages } from './strip-images.ts';

/** A picture with a comment that a camera wrote into it. */
const comment = Buffer.from('Taken at home');
const length = comment.length + 2;
const picture = Buffer.from([0xff, 0xd8, 0xff, 0xfe, length >> 8, length & 255, ...comment, 0xff, 0xd9]).toString(
  'base64',
);

test.each([
  ['Messages', { source: { type: 'base64', media_type: 'image/jpeg', data: picture } }],
  ['an address with its data', { image_url: { url: `data:image/jpeg;base64,${picture}` } }],
  ['Gemini', { inlineData: { mimeType: 'image/jpeg', data: picture } }],
  ['Gemini in its other spelling', { inline_data: { mime_type: 'image/jpeg', data: picture } }],
])('[DL16] what cameras write into a picture is taken out in the form of %s', (_form, part) => {
  const body = { messages: [part] };
  stripImages(body);
  const written = JSON.stringify(body);
  expect(written).not.toContain(picture);
  expect(written).toContain('/9j');
});
