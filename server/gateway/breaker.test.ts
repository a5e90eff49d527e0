import { describe, expect, it } from 'vitest';
import { createBreaker } from './breaker.ts';

function withClock() {
  let now = 0;
  const breaker = createBreaker({ failures: 3, pauseMs: 100, longestPauseMs: 300 }, () => now);
  const fail = (times = 1) => {
    for (let i = 0; i < times; i++) breaker.enter()?.('failed');
  };
  return { breaker, fail, pass: (ms: number) => void (now += ms) };
}

describe('circuit breaker', () => {
  it('[GW12] opens after failures in a row, and a success between starts the count anew', () => {
    const { breaker, fail } = withClock();
    fail(2);
    breaker.enter()?.('worked');
    fail(2);
    expect(breaker.state()).toBe('closed');
    fail();
    expect(breaker.state()).toBe('open');
    expect(breaker.enter()).toBeUndefined();
    expect(breaker.waitMs()).toBe(100);
  });

  it('[GW12] after the pause lets one probe through and closes when it worked', () => {
    const { breaker, fail, pass } = withClock();
    fail(3);
    pass(100);
    expect(breaker.state()).toBe('half_open');
    const probe = breaker.enter();
    expect(probe).toBeDefined();
    expect(breaker.enter()).toBeUndefined();
    probe?.('worked');
    expect(breaker.state()).toBe('closed');
    expect(breaker.enter()).toBeDefined();
  });

  it('[GW12] opens for longer after each failed probe, up to a bound', () => {
    const { breaker, fail, pass } = withClock();
    fail(3);
    const pauses: number[] = [];
    for (let i = 0; i < 4; i++) {
      pauses.push(breaker.waitMs());
      pass(breaker.waitMs());
      fail();
    }
    expect(pauses).toEqual([100, 200, 300, 300]);
  });

  it('[GW12] a probe whose client hung up leaves the place to the next call', () => {
    const { breaker, fail, pass } = withClock();
    fail(3);
    pass(100);
    const probe = breaker.enter();
    probe?.('unknown');
    probe?.('failed');
    expect(breaker.state()).toBe('half_open');
    expect(breaker.enter()).toBeDefined();
  });

  it('[GW12] calls that were under way when it opened neither lengthen the pause nor end it by failing', () => {
    const { breaker, fail } = withClock();
    const late = [breaker.enter(), breaker.enter()];
    fail(3);
    for (const call of late) call?.('failed');
    expect(breaker.waitMs()).toBe(100);
  });
});
