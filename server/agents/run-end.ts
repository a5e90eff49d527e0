import type { Context } from '../context.ts';
import { log } from '../platform/log.ts';
import { continueIn } from '../review/continue-suggestions.ts';
import { createSuggestion, prepareSuggestion, type PreparedSuggestion } from '../review/create-suggestion.ts';
import { RunLostError } from '../runs/append-run-event.ts';
import type { BeforeFinish, RunOutcome } from '../runs/finish-run.ts';
import { askerLostRight, sessionWasArchived, type RunRow } from '../runs/run-claim.ts';
import { treeOf } from '../workspace/git-objects.ts';
import { runRef } from '../workspace/run-refs.ts';
import { snapshotWorktree, type Snapshot } from '../workspace/worktree-snapshot.ts';
import type { Worktree } from '../workspace/worktree.ts';
import type { PromptOutcome } from './acp-types.ts';
import type { RunHold } from './run-hold.ts';
import type { RunRepository } from './run-repository.ts';
import type { RunStart } from './run-start.ts';

/** How a run ends, and what is done in the transaction that ends it. */
export type Finished = {
  outcome: RunOutcome;
  before?: BeforeFinish;
  /** What it made is in its worktree only, which stays until it is handed over. */
  isNotKept?: boolean;
};

type Ending = {
  run: RunRow;
  hold: RunHold;
  start: RunStart;
  worktree: Worktree;
  outcome: PromptOutcome;
  repository: RunRepository;
};

/** How long a run that was stopped may take to keep what it made. */
const keepTimeoutMs = 10_000;

/**
 * What the agent left on disk becomes the run's result, also when it did not come to its end. Undefined: the run goes back to
 * the queue, or is not ours any more.
 */
export async function endOf(ctx: Context, ending: Ending): Promise<Finished | undefined> {
  const { run, hold, outcome } = ending;
  if (hold.end() !== undefined) return stoppedEnd(ending);
  if (outcome.state === 'failed' && outcome.cause !== undefined) {
    if (outcome.cause instanceof RunLostError) return undefined;
    log().error({ err: outcome.cause, runId: run.id }, 'a run failed');
  }
  const ended = outcomeFor(outcome, run);
  const made = await hold.whileHeld(madeBy(ending, hold.signal));
  if (!made) return { outcome: ended };
  const resultCommit = made.changed ? made.commit : undefined;
  const suggestion = resultCommit === undefined ? undefined : await suggestionOf(ctx, ending, resultCommit);
  return {
    outcome: { ...ended, endCommit: made.commit, ...(resultCommit !== undefined && { resultCommit }) },
    ...(suggestion && { before: suggested(suggestion, ending) }),
  };
}

/** A stopped run makes no suggestion; what it made is what its conversation goes on from. */
async function stoppedEnd(ending: Ending): Promise<Finished | undefined> {
  const { hold, start, run } = ending;
  const stopped = stoppedOutcome(hold);
  if (!stopped) return undefined;
  if (!start.remembers) return { outcome: stopped };
  const made = await madeBy(ending, AbortSignal.timeout(keepTimeoutMs)).catch((error: unknown) => {
    log().warn({ err: error, runId: run.id }, 'what a stopped run made could not be kept');
    return undefined;
  });
  return { outcome: made ? { ...stopped, endCommit: made.commit } : stopped };
}

/** The files as the agent left them, kept by a ref; undefined when they are those it began with. */
async function madeBy(
  { run, start, worktree, repository }: Ending,
  signal: AbortSignal,
): Promise<Snapshot | undefined> {
  const message = `Result of ${run.id}`;
  const made = await snapshotWorktree(worktree, start.baseCommit, { message, signal });
  const [before, after] = await Promise.all([
    treeOf(worktree.repo, start.startCommit),
    treeOf(worktree.repo, made.commit),
  ]);
  if (before === after) return undefined;
  await repository.keep([{ ref: runRef(run.id), oid: made.commit }], signal);
  return made;
}

function suggestionOf(ctx: Context, { run, start }: Ending, resultCommit: string) {
  return prepareSuggestion(ctx, { runId: run.id, teamId: run.teamId, baseCommit: start.baseCommit, resultCommit });
}

function suggested(prepared: PreparedSuggestion, { run, start }: Ending): BeforeFinish {
  return async (tx) => {
    const made = await createSuggestion(tx, prepared);
    const { suggestionId, refusedReason } = made;
    // Nothing can be accepted from one that is refused, so the earlier ones stay open.
    if (refusedReason === null) await continueIn(tx, { carried: start.carried, suggestionId, personId: run.askedBy });
    return made;
  };
}

/** How a run ends that was stopped from outside; undefined when it does not. */
export function stoppedOutcome(hold: RunHold): RunOutcome | undefined {
  if (hold.end() === 'withdrawn') return { state: 'cancelled', error: askerLostRight };
  if (hold.end() === 'archived') return { state: 'cancelled', error: sessionWasArchived };
  return hold.end() === 'cancelled' ? { state: 'cancelled' } : undefined;
}

export const ourFault = (run: RunRow): string =>
  `Ensemble met a fault it did not expect while the run was working. An admin finds the cause in the log under ${run.id}. Send the prompt again.`;

function outcomeFor(outcome: PromptOutcome, run: RunRow): RunOutcome {
  switch (outcome.state) {
    case 'succeeded':
      return { state: 'succeeded' };
    case 'cancelled':
      return {
        state: 'cancelled',
        error: 'The agent ended its turn after an answer it could not go on with. Prompt it again to continue.',
      };
    case 'failed':
      return { state: 'failed', error: outcome.cause === undefined ? outcome.reason : ourFault(run) };
  }
}
