import type * as acp from '@agentclientprotocol/sdk';
import type { PromptOutcome } from './acp-types.ts';

/** Why an agent ended before its time; `cause` is an error of ours that belongs in the log. */
export type Failure = { reason: string; cause?: unknown };

/** What an agent's answer to a prompt means, in words for people; `name` is how they know it. */
export function outcomeOf(answer: acp.PromptResponse, name: string): PromptOutcome {
  const failed = (what: string): PromptOutcome => ({ state: 'failed', reason: `${name} ${what}` });
  switch (answer.stopReason) {
    case 'end_turn':
      return { state: 'succeeded' };
    case 'cancelled':
      return { state: 'cancelled' };
    case 'max_tokens':
      return failed('reached the longest answer its model may give. Ask for less at once.');
    case 'max_turn_requests':
      return failed('reached its number of steps for one prompt. Prompt it again to go on.');
    case 'refusal':
      return failed('refused to go on with this.');
    default:
      return failed('ended in a way that is not known.');
  }
}

export function failedWith({ reason, cause }: Failure): PromptOutcome {
  return { state: 'failed', reason, ...(cause === undefined ? {} : { cause }) };
}

export function exitWords(code: number | null, signal: string | null): string {
  return signal === null ? `exit code ${code ?? 'unknown'}` : `signal ${signal}`;
}

/** Whether the promise settles in time; it may reject. */
export async function within(timeoutMs: number, promise: Promise<unknown>): Promise<boolean> {
  const timer = Promise.withResolvers<boolean>();
  const timeout = setTimeout(() => timer.resolve(false), timeoutMs);
  try {
    return await Promise.race([
      promise.then(
        () => true,
        () => true,
      ),
      timer.promise,
    ]);
  } finally {
    clearTimeout(timeout);
  }
}
