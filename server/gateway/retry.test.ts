import { describe, expect, it } from 'vitest';
import { afterAttempt, isTargetsFailure, retryAfterMs, type AttemptEnd } from './retry.ts';

const answered = (status: number, retryAfter?: number): AttemptEnd => ({
  kind: 'answered',
  status,
  ...(retryAfter === undefined ? {} : { retryAfterMs: retryAfter }),
});
const middle = { random: () => 0.5 };

describe('after an attempt', () => {
  it.each([200, 201, 400, 413, 422])('[GW9] %i is the answer', (status) => {
    expect(afterAttempt(answered(status), 1)).toEqual({ do: 'pass' });
  });

  it.each([429, 503, 529])('[GW9] %i is tried again after a pause that grows, with jitter', (status) => {
    expect(afterAttempt(answered(status), 1, middle)).toEqual({ do: 'again', afterMs: 187.5 });
    expect(afterAttempt(answered(status), 2, middle)).toEqual({ do: 'again', afterMs: 375 });
    expect(afterAttempt(answered(status), 3, middle)).toEqual({ do: 'next' });
  });

  it('[GW9] a connection that could not be made is tried again, one that was lost is not', () => {
    expect(afterAttempt({ kind: 'unreachable' }, 1, middle)).toEqual({ do: 'again', afterMs: 187.5 });
    expect(afterAttempt({ kind: 'lost' }, 1, middle)).toEqual({ do: 'next' });
  });

  it('[GW10] waits as long as the provider asks, unless that is too long', () => {
    expect(afterAttempt(answered(429, 1_200), 1)).toEqual({ do: 'again', afterMs: 1_200 });
    expect(afterAttempt(answered(429, 60_000), 1)).toEqual({ do: 'next' });
  });

  it.each([401, 403, 404, 500, 502, 504, 302 + 300])('[GW11] %i goes to the next target at once', (status) => {
    expect(afterAttempt(answered(status), 1)).toEqual({ do: 'next' });
  });

  it('[GW12] answers of 5xx and lost connections count against the target, limits of rate do not', () => {
    const ends = [answered(500), answered(529), { kind: 'lost' } as const, answered(429), answered(400)];
    expect(ends.map(isTargetsFailure)).toEqual([true, true, true, false, false]);
  });
});

describe('retry-after', () => {
  it.each([
    [{ 'retry-after': '2' }, 2_000],
    [{ 'retry-after-ms': '150', 'retry-after': '2' }, 150],
    [{ 'retry-after': 'Thu, 01 Jan 1970 00:00:05 GMT' }, 4_000],
    [{ 'retry-after': 'soon' }, undefined],
    [{}, undefined],
  ])('[GW10] reads %j', (headers, expected) => {
    expect(retryAfterMs(headers, 1_000)).toBe(expected);
  });
});
