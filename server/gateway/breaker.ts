/**
 * Keeps calls away from a target that does not work (docs/spec/gateway.md, GW12). Its states:
 *
 * - `closed`: calls go through. So many failures in a row open it; any success starts the count anew.
 * - `open`: nobody is let through until the pause is over. Each failed probe doubles the pause, up to a bound.
 * - `half_open`: the pause is over and one call, the probe, is under way. Its success closes, its failure opens again.
 *   A probe that ends without either (its client hung up) leaves the place to the next call.
 */
export type BreakerState = 'closed' | 'open' | 'half_open';

export type BreakerTimes = { failures: number; pauseMs: number; longestPauseMs: number };

export const breakerTimes: BreakerTimes = { failures: 5, pauseMs: 5_000, longestPauseMs: 120_000 };

/** How a call that was let through ended; `unknown` says nothing about the target. */
export type BreakerWord = 'worked' | 'failed' | 'unknown';

export type Breaker = {
  state(): BreakerState;
  /** Lets a call through, and takes back how it ended; undefined: not now. */
  enter(): ((word: BreakerWord) => void) | undefined;
  /** Milliseconds until a call may be let through; 0: now. */
  waitMs(): number;
};

export function createBreaker(
  times: BreakerTimes = breakerTimes,
  now: () => number = () => performance.now(),
): Breaker {
  let failures = 0;
  let opens = 0;
  let openUntil: number | undefined;
  let isProbing = false;

  function state(): BreakerState {
    if (openUntil === undefined) return 'closed';
    return isProbing || now() >= openUntil ? 'half_open' : 'open';
  }

  function open(): void {
    openUntil = now() + Math.min(times.pauseMs * 2 ** opens, times.longestPauseMs);
    opens++;
  }

  function settle(word: BreakerWord, isProbe: boolean): void {
    if (isProbe) isProbing = false;
    if (word === 'worked') {
      failures = 0;
      opens = 0;
      openUntil = undefined;
    } else if (word === 'failed') {
      failures++;
      // Calls that were let through before it opened say nothing new.
      if (isProbe || (openUntil === undefined && failures >= times.failures)) open();
    }
  }

  return {
    state,
    enter() {
      const current = state();
      if (current === 'open' || isProbing) return undefined;
      const isProbe = current === 'half_open';
      isProbing = isProbe;
      let isSettled = false;
      return (word) => {
        if (isSettled) return;
        isSettled = true;
        settle(word, isProbe);
      };
    },
    waitMs: () => (openUntil === undefined ? 0 : Math.max(0, openUntil - now())),
  };
}
