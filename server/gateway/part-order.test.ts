import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { LlmStreamEvent } from '../core/llm-message.ts';
import { partOrder } from './part-order.ts';

const ordered = (events: readonly LlmStreamEvent[]) => {
  const order = partOrder();
  return events.flatMap((event) => order(event));
};

const begin = (index: number): LlmStreamEvent => ({ type: 'part_start', index, part: { type: 'text', text: '' } });
const text = (index: number, words: string): LlmStreamEvent => ({ type: 'text', index, text: words });
const stop = (index: number): LlmStreamEvent => ({ type: 'part_end', index });
const end: LlmStreamEvent = { type: 'end', stop: 'end' };

describe('parts side by side', () => {
  it('[GW27] come one after the other, numbered from 0', () => {
    const events = [
      begin(3),
      text(3, 'a'),
      begin(7),
      text(7, 'x'),
      text(3, 'b'),
      text(7, 'y'),
      stop(3),
      text(7, 'z'),
      stop(7),
      end,
    ];
    expect(ordered(events)).toEqual([
      begin(0),
      text(0, 'a'),
      text(0, 'b'),
      stop(0),
      begin(1),
      text(1, 'x'),
      text(1, 'y'),
      text(1, 'z'),
      stop(1),
      end,
    ]);
  });

  it('[GW27] are all ended by the end of the answer, and none by an error', () => {
    expect(ordered([begin(0), begin(1), text(1, 'x'), end])).toEqual([
      begin(0),
      stop(0),
      begin(1),
      text(1, 'x'),
      stop(1),
      end,
    ]);
    const error: LlmStreamEvent = { type: 'error', error: { kind: 'upstream', message: 'gone' } };
    expect(ordered([begin(0), begin(1), text(1, 'x'), error])).toEqual([begin(0), error]);
  });

  it('[GW27] keep their texts, however they are mixed', () => {
    const mixing = fc.array(fc.tuple(fc.nat(4), fc.string({ minLength: 1, maxLength: 3 })), { maxLength: 40 });
    fc.assert(
      fc.property(mixing, fc.array(fc.nat(4)), (pieces, ends) => {
        const indexes = [0, 1, 2, 3, 4];
        const events = [
          ...indexes.map(begin),
          ...pieces.map(([index, words]) => text(index, words)),
          ...[...new Set(ends)].map(stop),
          end,
        ];
        const out = ordered(events);
        const said = (list: readonly LlmStreamEvent[], index: number) =>
          list.map((event) => (event.type === 'text' && event.index === index ? event.text : '')).join('');
        for (const index of indexes) expect(said(out, index)).toBe(said(events, index));
        const shape = out
          .filter(({ type }) => type !== 'text')
          .map((event) => ('index' in event ? event.index : event.type));
        expect(shape).toEqual([...indexes.flatMap((index) => [index, index]), 'end']);
      }),
    );
  });
});
