import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sseReader, writeSse, writeSseEvents, type SseEvent } from './sse.ts';

const bytesOf = (text: string) => new TextEncoder().encode(text);

const read = (text: string, limitChars?: number) => sseReader(limitChars)(bytesOf(text));

function readInPieces(bytes: Uint8Array, cuts: readonly number[]): SseEvent[] {
  const reader = sseReader();
  const places = [0, ...[...cuts].sort((a, b) => a - b), bytes.length];
  return places.slice(1).flatMap((end, i) => reader(bytes.subarray(places[i], end)));
}

describe('reading server-sent events', () => {
  const table: readonly [what: string, text: string, events: readonly SseEvent[]][] = [
    ['one event', 'event: ping\ndata: {}\n\n', [{ event: 'ping', data: '{}' }]],
    ['an event without a name', 'data: [DONE]\n\n', [{ data: '[DONE]' }]],
    ['line ends CR', 'event: a\rdata: 1\r\rdata: 2\r\r', [{ event: 'a', data: '1' }, { data: '2' }]],
    ['line ends CRLF', 'event: a\r\ndata: 1\r\n\r\n', [{ event: 'a', data: '1' }]],
    ['mixed line ends', 'data: 1\r\ndata: 2\rdata: 3\n\r\n', [{ data: '1\n2\n3' }]],
    ['data of several lines', 'data: a\ndata:\ndata: b\n\n', [{ data: 'a\n\nb' }]],
    ['no space after the colon', 'event:a\ndata:{"a":1}\n\n', [{ event: 'a', data: '{"a":1}' }]],
    ['only one space is the colon’s', 'data:  two\n\n', [{ data: ' two' }]],
    ['a colon in the data', 'data: a: b\n\n', [{ data: 'a: b' }]],
    ['a byte order mark', '\uFEFFdata: 1\n\n', [{ data: '1' }]],
    ['a mark further on is text', 'data: \uFEFF1\n\n', [{ data: '\uFEFF1' }]],
    ['comments', ': keep-alive\n\n:\ndata: 1\n: more\n\n', [{ data: '1' }]],
    ['id and retry', 'id: 7\nretry: 3000\ndata: 1\n\n', [{ data: '1' }]],
    ['an event without data is none', 'event: a\n\ndata: 1\n\n', [{ data: '1' }]],
    ['empty data', 'event: a\ndata\n\ndata:\n\n', [{ event: 'a', data: '' }, { data: '' }]],
    ['a field without a colon resets the name', 'event: a\nevent\ndata: 1\n\n', [{ data: '1' }]],
    ['a field of another name', 'datax: 1\nevents: b\ndata: 2\n\n', [{ data: '2' }]],
    ['what has not ended', 'data: 1\n\ndata: 2\n', [{ data: '1' }]],
    ['nothing', '', []],
  ];

  it.each(table)('[GW20] %s', (_, text, events) => {
    expect(read(text)).toEqual(events);
  });

  it.each(table)('[GW20] cut at each byte: %s', (_, text, events) => {
    const bytes = bytesOf(text);
    for (let cut = 0; cut <= bytes.length; cut += 1) expect(readInPieces(bytes, [cut])).toEqual(events);
    expect(readInPieces(bytes, Array.from(bytes.keys()))).toEqual(events);
  });

  it('[GW20] characters of several bytes survive any cut', () => {
    const text = 'event: töne\ndata: {"t":"für 日本 🙂🏽 ‮"}\n\n';
    const bytes = bytesOf(text);
    const cuts = fc.array(fc.integer({ min: 0, max: bytes.length }), { maxLength: 20 });
    fc.assert(
      fc.property(cuts, (places) => {
        expect(readInPieces(bytes, places)).toEqual([{ event: 'töne', data: '{"t":"für 日本 🙂🏽 ‮"}' }]);
      }),
    );
  });

  it('[GW20] what is written is read again', () => {
    const events = fc.array(
      fc.record(
        {
          event: fc.stringMatching(/^[a-z_.]{1,20}$/),
          data: fc.string({ unit: 'grapheme', maxLength: 50 }).map((text) => text.replaceAll(/\r\n?/g, '\n')),
        },
        { requiredKeys: ['data'] },
      ),
      { maxLength: 8 },
    );
    fc.assert(
      fc.property(events, (written) => {
        expect(read(writeSseEvents(written))).toEqual(written);
      }),
    );
  });

  it('[GW21] an event over the limit is refused, however it is cut and whatever its lines are', () => {
    const error = expect.objectContaining({ code: 'too_large' });
    expect(() => read(`data: ${'x'.repeat(200)}\n\n`, 100)).toThrow(error);
    expect(() => read('data: 1\n'.repeat(50), 100)).toThrow(error);
    const reader = sseReader(100);
    expect(() => {
      for (let i = 0; i < 200; i += 1) reader(bytesOf('x'));
    }).toThrow(error);
  });

  it('[GW21] many events and long silence with comments are no large event', () => {
    const reader = sseReader(100);
    for (let i = 0; i < 50; i += 1) {
      reader(bytesOf(': waiting\n'));
      expect(reader(bytesOf('data: 12345678\n\n'))).toEqual([{ data: '12345678' }]);
    }
  });

  it('a large event in small pieces takes linear time', () => {
    const reader = sseReader();
    const piece = bytesOf('x'.repeat(16));
    reader(bytesOf('data: '));
    for (let i = 0; i < 200_000; i += 1) reader(piece);
    expect(reader(bytesOf('\n\n'))[0]?.data).toHaveLength(3_200_000);
  });
});

describe('writing server-sent events', () => {
  it('[GW20] data with line ends becomes several lines', () => {
    expect(writeSse({ event: 'a', data: '1\n2\r\n3' })).toBe('event: a\ndata: 1\ndata: 2\ndata: 3\n\n');
  });
});
