/**
 * The life of a run. Rules: docs/spec/runs.md.
 *
 * - `queued`     waits for its turn in the session and for a worker.
 * - `running`    a worker owns it, shown by its heartbeat; at most one run of a session is running or waiting.
 * - `waiting`    still owned; the agent asked for leave and nobody has answered.
 * - `succeeded`, `failed`, `cancelled`  ended, for good.
 *
 * A worker that stops in order hands its runs back (`hand_back`); one that dies loses them (`lose`), and after the
 * second time they fail. Each arrow is one compare-and-set in the database: whoever comes second changes nothing.
 */
export const runStates = ['queued', 'running', 'waiting', 'succeeded', 'failed', 'cancelled'] as const;
export type RunState = (typeof runStates)[number];

const transitions = {
  claim: { queued: 'running' },
  ask: { running: 'waiting', waiting: 'waiting' },
  answer: { waiting: 'running' },
  hand_back: { running: 'queued', waiting: 'queued' },
  lose: { running: 'queued', waiting: 'queued' },
  succeed: { running: 'succeeded', waiting: 'succeeded' },
  fail: { running: 'failed', waiting: 'failed' },
  cancel: { queued: 'cancelled', running: 'cancelled', waiting: 'cancelled' },
} as const satisfies Record<string, Partial<Record<RunState, RunState>>>;

/** What may happen to a run. */
export type RunTransition = keyof typeof transitions;

/** How often a worker may end without a word while it works on a run, before the run fails. */
export const maxRunAttempts = 2;

/** The state after a transition, or undefined when it is not possible from this state. */
export function nextRunState(state: RunState, transition: RunTransition): RunState | undefined {
  const arrows: Partial<Record<RunState, RunState>> = transitions[transition];
  return arrows[state];
}

/** The states a transition may start from: the `where` of its compare-and-set. */
export function statesBefore(transition: RunTransition): RunState[] {
  return runStates.filter((state) => nextRunState(state, transition) !== undefined);
}

/** A worker owns it. */
export function isActiveRun(state: RunState): boolean {
  return state === 'running' || state === 'waiting';
}

/** Nothing happens to it any more. */
export function isEndedRun(state: RunState): boolean {
  return state === 'succeeded' || state === 'failed' || state === 'cancelled';
}
