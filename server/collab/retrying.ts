const firstRetryMs = 100;
const longestRetryMs = 5_000;

export type RetryOptions = {
  /** Ends the tries; the reason is thrown. */
  signal: AbortSignal;
  /** Told of each failure; what it throws ends the tries. */
  onFailure: (error: unknown) => void;
};

/** Tries until it works, with growing pauses (0.1 s to 5 s). */
export async function retrying<T>(work: () => Promise<T>, { signal, onFailure }: RetryOptions): Promise<T> {
  for (let waitMs = firstRetryMs; ; waitMs = Math.min(waitMs * 2, longestRetryMs)) {
    signal.throwIfAborted();
    try {
      return await work();
    } catch (error) {
      onFailure(error);
    }
    await pause(waitMs, signal);
  }
}

/** At most so long; shorter when the signal fires. */
function pause(waitMs: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, waitMs);
    timer.unref();
    signal.addEventListener('abort', end);
    if (signal.aborted) end();
  });
}
