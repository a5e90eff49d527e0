import { expect, test } from 'vitest';
import { binaryFrame } from './socket-frames.ts';

test.each([
  [0, [0x82, 0]],
  [1, [0x82, 1]],
  [125, [0x82, 125]],
  [126, [0x82, 126, 0, 126]],
  [65_535, [0x82, 126, 0xff, 0xff]],
  [65_536, [0x82, 127, 0, 0, 0, 0, 0, 1, 0, 0]],
])('a message of %i bytes gets the header of its length', (length, header) => {
  const message = Uint8Array.from({ length }, (_value, at) => at % 251);
  const frame = binaryFrame(message);
  expect([...frame.subarray(0, header.length)]).toEqual(header);
  expect(frame.subarray(header.length).equals(message)).toBe(true);
});
