/** Measures how long a run works; while it waits for people, the clock stands still. */
export type WorkClock = {
  /** The time is over: aborts once. */
  over: AbortSignal;
  /** Stands still until the work is done. */
  pausedFor<T>(waiting: Promise<T>): Promise<T>;
  stop(): void;
};

export function startWorkClock(limitMs: number): WorkClock {
  const over = new AbortController();
  let leftMs = limitMs;
  let pauses = 0;
  let runningSince = performance.now();
  let timer: NodeJS.Timeout | undefined;
  const go = () => {
    runningSince = performance.now();
    timer = setTimeout(() => over.abort(), leftMs);
  };
  const hold = () => {
    clearTimeout(timer);
    leftMs -= performance.now() - runningSince;
  };
  go();
  return {
    over: over.signal,
    async pausedFor(waiting) {
      if (pauses++ === 0) hold();
      try {
        return await waiting;
      } finally {
        if (--pauses === 0) go();
      }
    },
    stop: () => {
      pauses = Infinity;
      clearTimeout(timer);
    },
  };
}
