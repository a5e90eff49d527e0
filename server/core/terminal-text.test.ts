import { expect, test } from 'vitest';
import { TerminalText } from './terminal-text.ts';

test.each([
  ['plain\ttext\n', 'plain\ttext\n'],
  ['\u001b[31mred\u001b[0m', 'red'],
  ['\u001b[38;5;12mblue\u001b[m\n', 'blue\n'],
  ['\u001b]0;title\u0007after', 'after'],
  ['\u001b]8;;https://x\u001b\\link\u001b]8;;\u001b\\', 'link'],
  ['\u001b[2K\u001b[1Gline', 'line'],
  ['10%\r50%\r100%\n', '100%\n'],
  ['windows\r\nlines\r\n', 'windows\nlines\n'],
  ['\u001bcreset\u001b(Bcharset', 'resetcharset'],
  ['bell\u0007 and null\u0000', 'bell and null'],
])('%j becomes %j, whole or cut anywhere', (given, expected) => {
  const whole = new TerminalText();
  expect(whole.push(given) + whole.end()).toBe(expected);
  for (let at = 1; at < given.length; at++) {
    const cut = new TerminalText();
    const text = cut.push(given.slice(0, at)) + cut.push(given.slice(at)) + cut.end();
    // A line that was sent on already cannot be taken back when it is written over later.
    if (!given.includes('\r')) expect(text).toBe(expected);
  }
});

test.each(['x', '\u001b]', '\u001b[', 'x\r', '\u001bP'])(
  'a megabyte of %j without a line end takes no time',
  (piece) => {
    const text = new TerminalText();
    const from = performance.now();
    for (let i = 0; i < 16; i++) text.push(piece.repeat(65_536 / piece.length));
    text.end();
    expect(performance.now() - from).toBeLessThan(1_000);
  },
);
