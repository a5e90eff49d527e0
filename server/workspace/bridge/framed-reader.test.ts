import { PassThrough } from 'node:stream';
import { expect, it } from 'vitest';
import { FramedReader } from './framed-reader.ts';

it('reads lines and counted bytes, however they are cut', async () => {
  const source = new PassThrough();
  const reader = new FramedReader(source);
  const whole = Buffer.from('tree 5\nab\ncdnext 0\nlast\n');
  for (let at = 0; at < whole.length; at += 3) source.write(whole.subarray(at, at + 3));
  expect(await reader.line()).toBe('tree 5');
  expect((await reader.bytes(5)).toString()).toBe('ab\ncd');
  expect(await reader.line()).toBe('next 0');
  expect((await reader.bytes(0)).length).toBe(0);
  const waiting = reader.bytes(10);
  source.end('12345');
  await expect(waiting.then((bytes) => bytes.toString())).resolves.toBe('last\n12345');
  await expect(reader.line()).rejects.toThrow('ended');
});

it('takes no line without an end', async () => {
  const source = new PassThrough();
  const reader = new FramedReader(source);
  source.write('x'.repeat(600));
  await expect(reader.line()).rejects.toThrow('too long');
});
