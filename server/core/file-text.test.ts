import fc from 'fast-check';
import { expect, test } from 'vitest';
import { maxTextBytes, readFileText, toLf, writeFileText } from './file-text.ts';

const utf8 = (text: string) => new TextEncoder().encode(text);

test.each([
  ['plain', 'a\nb\n', 'lf', 'utf-8'],
  ['empty', '', 'lf', 'utf-8'],
  ['no line end', 'a', 'lf', 'utf-8'],
  ['CRLF', 'a\r\nb\r\n', 'crlf', 'utf-8'],
  ['byte order mark', '\ufeffa\n', 'lf', 'utf-8-bom'],
  ['byte order mark inside', 'a\ufeffb\n', 'lf', 'utf-8'],
  ['two byte order marks', '\ufeff\ufeffa\n', 'lf', 'utf-8-bom'],
] as const)('[CB41] a text comes back byte for byte: %s', (...[, text, eol, encoding]) => {
  const read = readFileText(utf8(text));
  if (!read.ok) throw new Error(read.reason);
  expect(read).toMatchObject({ eol, encoding });
  expect(read.text).not.toContain('\r');
  expect(writeFileText(read.text, read)).toEqual(utf8(text));
});

test.each([
  ['binary', new Uint8Array([0x50, 0x4b, 0, 1])],
  ['encoding', new Uint8Array([0x61, 0xe9, 0x62])],
  ['encoding', new Uint8Array([0xff, 0xfe, 0x61])],
  ['mixed_eol', utf8('a\r\nb\n')],
  ['mixed_eol', utf8('a\rb')],
  ['too_large', new Uint8Array(maxTextBytes + 1).fill(0x61)],
] as const)('[CB41] what does not come back is refused with its reason: %s', (reason, bytes) => {
  expect(readFileText(bytes)).toMatchObject({ ok: false, reason });
});

test('[CB41] with consent mixed line ends become the more frequent kind', () => {
  expect(readFileText(utf8('a\r\nb\r\nc\n'), { normaliseEol: true })).toMatchObject({
    ok: true,
    text: 'a\nb\nc\n',
    eol: 'crlf',
  });
  expect(readFileText(utf8('a\rb\n'), { normaliseEol: true })).toMatchObject({ ok: true, text: 'a\nb\n', eol: 'lf' });
});

test('[CB41] whatever is read writes the same bytes', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
      const read = readFileText(bytes);
      if (read.ok) expect(writeFileText(read.text, read)).toEqual(bytes);
    }),
  );
});

test('line ends become LF', () => {
  expect(toLf('a\r\nb\rc\n')).toBe('a\nb\nc\n');
});
