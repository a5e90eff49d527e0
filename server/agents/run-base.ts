import { setTimeout as pause } from 'node:timers/promises';
import type { Context } from '../context.ts';
import { AppError, isAppError } from '../core/errors.ts';
import { findCommandOutcome, requestRoomCommand } from '../workspace/room-command.ts';
import type { RunRow } from '../runs/run-claim.ts';

const tries = 3;

export type RunBaseOptions = { run: RunRow; signal: AbortSignal; answerWithinMs: number };

/**
 * The commit a run starts from: the session as people see it now, open texts included.
 * @throws AppError `unavailable` in words, when the room does not answer or fails again and again
 */
export async function materializeBase(ctx: Context, options: RunBaseOptions): Promise<string> {
  let failure: unknown;
  for (let attempt = 0; attempt < tries; attempt++) {
    options.signal.throwIfAborted();
    try {
      const commit = await materializeOnce(ctx, options);
      if (commit === undefined) break;
      return commit;
    } catch (error) {
      if (!isAppError(error)) throw error;
      failure = error;
      await pause(200 * (attempt + 1), undefined, { signal: options.signal });
    }
  }
  throw new AppError('unavailable', unreadable(failure), failure === undefined ? {} : { cause: failure });
}

function unreadable(failure: unknown): string {
  return isAppError(failure)
    ? `The session's current state could not be read: ${failure.message} Send the prompt again.`
    : 'The session’s room did not answer, so its current state is not known. Send the prompt again in a minute.';
}

/** Undefined when the room did not answer in time. */
async function materializeOnce(ctx: Context, options: RunBaseOptions): Promise<string | undefined> {
  const { sessionId, teamId } = options.run;
  const until = performance.now() + options.answerWithinMs;
  const asked = await requestRoomCommand(
    ctx,
    { sessionId, teamId, command: { kind: 'materialize' } },
    Math.min(5_000, options.answerWithinMs),
  );
  if (asked.state === 'done') return asked.result.commit;
  while (performance.now() < until) {
    await pause(250, undefined, { signal: options.signal });
    const outcome = await findCommandOutcome<'materialize'>(ctx, { commandId: asked.commandId, teamId });
    if (outcome?.state === 'done') return outcome.result.commit;
  }
  return undefined;
}
