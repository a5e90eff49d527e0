import type { DoneCall } from './tool-calls.ts';

/** Watches over a turn in which a model does the same thing again and again. */
export type RepeatGuard = {
  /** @returns a word to the model after a call; undefined when there is nothing to say */
  word(done: DoneCall): string | undefined;
  /** Why the turn ends now; undefined when it goes on. */
  verdict(): string | undefined;
};

const wordFrom = 3;
const endAt = 5;
const mostFailuresInARow = 12;

export function createRepeatGuard(): RepeatGuard {
  const counts = new Map<string, number>();
  let failures = 0;
  let ended: string | undefined;
  return {
    word(done) {
      failures = done.isFailed ? failures + 1 : 0;
      const key = JSON.stringify([done.call.name, done.call.arguments, done.text]);
      const count = (counts.get(key) ?? 0) + 1;
      counts.set(key, count);
      if (count >= endAt)
        ended = `the model made the same call ${count} times with the same outcome (${done.call.name})`;
      else if (failures >= mostFailuresInARow) ended = `${failures} calls in a row failed`;
      if (count < wordFrom) return undefined;
      return `(This is the same call with the same outcome, ${count} times by now. Do something else.)`;
    },
    verdict: () => ended,
  };
}
