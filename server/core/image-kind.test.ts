import { expect, test } from 'vitest';
import { imageKind } from './image-kind.ts';

const bytes = (text: string) => Uint8Array.from(text, (char) => char.charCodeAt(0));

test.each([
  ['\x89PNG\r\n\x1a\nrest', 'image/png'],
  ['\xff\xd8\xff\xe0', 'image/jpeg'],
  ['GIF89a', 'image/gif'],
  ['RIFF....WEBPVP8 ', 'image/webp'],
  ['<svg onload="alert(1)">', undefined],
  ['RIFF....WAVE', undefined],
  ['', undefined],
])('[CV32] what begins with %j is %s', (text, kind) => {
  expect(imageKind(bytes(text))).toBe(kind);
});
