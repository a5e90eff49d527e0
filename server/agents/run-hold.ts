import type { Context } from '../context.ts';
import { log } from '../platform/log.ts';
import { notifications } from '../platform/notifications.ts';
import { heartbeatIntervalMs, heartbeatRun } from '../runs/heartbeat-run.ts';
import type { RunClaim } from '../runs/run-claim.ts';
import { lostAfterSeconds } from '../runs/recover-runs.ts';

/**
 * Why work on a run ends before the agent is done: somebody stopped it, its asker lost the right to prompt, its session
 * was archived, the worker stops, or the run belongs to another attempt.
 */
export type HoldEnd = 'cancelled' | 'withdrawn' | 'archived' | 'stopping' | 'lost';

/** Work was given up because of `end`. */
export class HoldEndedError extends Error {
  override name = 'HoldEndedError';
}

/** A worker's hold on a run while it works on it: its heartbeat, and an ear for what ends it. */
export type RunHold = {
  /** Aborts when the hold ends. */
  signal: AbortSignal;
  end(): HoldEnd | undefined;
  /** The work, or HoldEndedError as soon as the hold ends; the work itself goes on then. */
  whileHeld<T>(work: Promise<T>): Promise<T>;
  release(): void;
};

export async function holdRun(
  ctx: Context,
  { claim, stopping }: { claim: RunClaim; stopping: AbortSignal },
): Promise<RunHold> {
  const ended = new AbortController();
  let end: HoldEnd | undefined;
  let aliveAt = performance.now();
  const giveUp = (why: HoldEnd) => {
    end ??= why;
    ended.abort(new HoldEndedError(why));
  };

  const beat = async () => {
    try {
      const heartbeat = await heartbeatRun(ctx, claim);
      aliveAt = performance.now();
      if (heartbeat === 'cancel_requested') giveUp('cancelled');
      else if (heartbeat !== 'alive') giveUp(heartbeat);
    } catch (error) {
      log().warn({ err: error, runId: claim.runId }, 'no heartbeat for a run');
      // By now another worker may have taken it.
      if (performance.now() - aliveAt > lostAfterSeconds * 1000) giveUp('lost');
    }
  };

  const listening = await notifications();
  const off = listening.on('run_cancel', (runId) => {
    if (runId === claim.runId) giveUp('cancelled');
  });
  const offAccess = listening.on('access_changed', (payload) => {
    // Whoever asked for the run, or what it works on, may be concerned.
    if (/^(?:person|session|project|team):/.test(payload)) void beat();
  });
  const offReconnect = listening.onReconnect(() => void beat());
  const stop = () => giveUp('stopping');
  if (stopping.aborted) stop();
  stopping.addEventListener('abort', stop);
  const heart = setInterval(() => void beat(), heartbeatIntervalMs);
  // Somebody may have asked to stop it before this process listened.
  await beat();

  return {
    signal: ended.signal,
    end: () => end,
    whileHeld: (work) => raceEnd(work, ended.signal),
    release: () => {
      clearInterval(heart);
      off();
      offAccess();
      offReconnect();
      stopping.removeEventListener('abort', stop);
    },
  };
}

export async function raceEnd<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  // The work goes on when nobody waits for it any more; that it fails then is of no interest.
  work.catch(() => undefined);
  signal.throwIfAborted();
  const done = new AbortController();
  const ended = new Promise<never>((_, reject) => {
    // The reason is the HoldEndedError that `giveUp` made.
    signal.addEventListener('abort', () => reject(signal.reason as Error), { signal: done.signal });
  });
  try {
    return await Promise.race([work, ended]);
  } finally {
    done.abort();
  }
}
