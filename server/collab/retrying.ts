import { setTimeout as delay } from 'node:timers/promises';

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
    await delay(waitMs, undefined, { signal, ref: false }).catch(() => signal.throwIfAborted());
  }
}
