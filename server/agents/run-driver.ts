import { eq } from 'drizzle-orm';
import { schema } from '../../db/client.ts';
import { createContext, type Context } from '../context.ts';
import { excerpt } from '../core/checkpoint.ts';
import { isAppError } from '../core/errors.ts';
import { log } from '../platform/log.ts';
import { createSuggestion, prepareSuggestion, type PreparedSuggestion } from '../review/create-suggestion.ts';
import { recordRunStart, RunLostError } from '../runs/append-run-event.ts';
import { finishRun, type RunOutcome } from '../runs/finish-run.ts';
import { handBackRun } from '../runs/hand-back-run.ts';
import { askerLostRight, sessionWasArchived, type RunClaim, type RunRow } from '../runs/run-claim.ts';
import { recordCheckpoint, roomPosition } from '../workspace/checkpoint.ts';
import { createRefs, repoPath } from '../workspace/git.ts';
import { createWorktree, removeWorktree, type Worktree } from '../workspace/worktree.ts';
import { snapshotWorktree } from '../workspace/worktree-snapshot.ts';
import type { PromptOutcome } from './acp-types.ts';
import { getAgentProfile, type AgentProfile } from './registry.ts';
import { defaultRunLimits, runAgent, type RunLimits } from './run-agent.ts';
import { materializeBase, type RunBaseOptions } from './run-base.ts';
import { HoldEndedError, holdRun, type RunHold } from './run-hold.ts';
import type { OpenRunDoor } from './run-models.ts';
import { promptFor } from './run-prompt.ts';

export type DriveOptions = {
  /** As it was claimed. */
  run: RunRow;
  workerId: string;
  /** Aborts when the worker stops: the run is handed back. */
  stopping: AbortSignal;
  limits?: Partial<RunLimits & { roomAnswerMs: number }>;
  /** Finds the agent; the registry's own unless a test brings its agents. */
  profileOf?: (name: string) => AgentProfile;
  /** Opens a run's way to models; without it no agent that needs one can run. */
  openDoor?: OpenRunDoor;
};

/** The ref that keeps a run's result. */
export const runRef = (runId: string): string => `refs/ensemble/runs/${runId}`;

type Drive = { run: RunRow; claim: RunClaim; hold: RunHold; options: DriveOptions };
type Finished = { outcome: RunOutcome; suggestion?: PreparedSuggestion };

/**
 * Works on a claimed run to its end: base, worktree, agent, result, suggestion. However that goes, the run afterwards
 * has ended, is queued again, or belongs to another attempt. Never rejects.
 */
export async function driveRun(options: DriveOptions): Promise<void> {
  const { run, workerId } = options;
  const actor = { kind: 'run', runId: run.id, agent: run.agent, personId: run.askedBy } as const;
  const ctx = createContext({ actor });
  const claim = { runId: run.id, workerId, attempt: run.attempt };
  try {
    const hold = await holdRun(ctx, { claim, stopping: options.stopping });
    const drive = { run, claim, hold, options };
    try {
      await settle(ctx, drive, await work(ctx, drive).catch((error: unknown) => failed(error, drive)));
    } finally {
      hold.release();
    }
  } catch (error) {
    // Its heartbeat has ended, so another worker will take it up or end it.
    log().error({ err: error, runId: run.id }, 'a run could not be settled');
  } finally {
    dropInBackground(run);
  }
}

async function settle(ctx: Context, { hold, claim }: Drive, finished: Finished | undefined): Promise<void> {
  if (hold.end() === 'lost') return;
  if (!finished) {
    await handBackRun(ctx, claim);
    return;
  }
  const { outcome, suggestion } = finished;
  await finishRun(ctx, { claim, outcome, before: async (tx) => suggestion && createSuggestion(tx, suggestion) });
}

/** What an error means for the run; undefined: it goes back to the queue, or is not ours any more. */
function failed(error: unknown, { hold, run }: Drive): Finished | undefined {
  const stopped = stoppedOutcome(hold);
  if (stopped) return { outcome: stopped };
  if (hold.end() !== undefined || error instanceof HoldEndedError || error instanceof RunLostError) return undefined;
  if (isAppError(error)) return { outcome: { state: 'failed', error: error.message } };
  log().error({ err: error, runId: run.id }, 'a run failed');
  return { outcome: { state: 'failed', error: ourFault(run) } };
}

const ourFault = (run: RunRow) =>
  `Ensemble met a fault it did not expect while the run was working. An admin finds the cause in the log under ${run.id}. Send the prompt again.`;

function stoppedOutcome(hold: RunHold): RunOutcome | undefined {
  if (hold.end() === 'withdrawn') return { state: 'cancelled', error: askerLostRight };
  if (hold.end() === 'archived') return { state: 'cancelled', error: sessionWasArchived };
  return hold.end() === 'cancelled' ? { state: 'cancelled' } : undefined;
}

async function work(ctx: Context, drive: Drive): Promise<Finished | undefined> {
  const { run, claim, hold, options } = drive;
  const profile = (options.profileOf ?? getAgentProfile)(run.agent);
  const { openDoor } = options;
  const limits = { ...defaultRunLimits, roomAnswerMs: 60_000, ...options.limits };
  const repo = await repoOf(ctx, run);
  const base = { run, signal: hold.signal, answerWithinMs: limits.roomAnswerMs };
  const baseCommit = await hold.whileHeld(baseOf(ctx, base));
  await recordRunStart(ctx, claim, baseCommit);
  const worktree = await hold.whileHeld(freshWorktree(run, { repo, commit: baseCommit }));
  const prompt = await promptFor(ctx, { run, claim, profile });
  const outcome = await runAgent(ctx, { run, claim, profile, worktree, hold, limits, prompt, openDoor });
  if (hold.end() !== undefined) {
    const stopped = stoppedOutcome(hold);
    return stopped && { outcome: stopped };
  }
  return finish(ctx, drive, { outcome, worktree, baseCommit });
}

/** The state that the run begins with stays as a checkpoint. */
async function baseOf(ctx: Context, base: RunBaseOptions): Promise<string> {
  const { session } = schema;
  const { run } = base;
  const updateId = await roomPosition(ctx.db, { id: run.sessionId, teamId: run.teamId });
  const commit = await materializeBase(ctx, base);
  const [row] = await ctx.db.select().from(session).where(eq(session.id, run.sessionId));
  if (!row) throw new RunLostError(`the session of ${run.id} is gone`);
  const cause = { type: 'run' as const, runId: run.id, agent: run.agent, prompt: excerpt(run.prompt) };
  await recordCheckpoint(ctx, { session: row, projectId: row.projectId, commit, updateId, cause });
  return commit;
}

async function repoOf(ctx: Context, run: RunRow): Promise<string> {
  const { session } = schema;
  const [row] = await ctx.db
    .select({ projectId: session.projectId })
    .from(session)
    .where(eq(session.id, run.sessionId));
  if (!row) throw new RunLostError(`the session of ${run.id} is gone`);
  return repoPath(row.projectId);
}

/** Each attempt has its own: one that a slow former worker still writes to is never shared. */
const worktreeId = (runId: string, attempt: number) => `${runId}a${attempt}`;

async function freshWorktree(run: RunRow, from: { repo: string; commit: string }): Promise<Worktree> {
  await dropWorktree(run.id, run.attempt);
  return createWorktree({ kind: 'run', id: worktreeId(run.id, run.attempt), ...from });
}

/** Removes what an attempt left on this machine. */
export async function dropWorktree(runId: string, attempt: number): Promise<void> {
  await removeWorktree({ kind: 'run', id: worktreeId(runId, attempt) });
}

function dropInBackground(run: RunRow): void {
  dropWorktree(run.id, run.attempt).catch((error: unknown) =>
    log().warn({ err: error, runId: run.id }, 'the worktree of a run could not be removed'),
  );
}

type AgentDone = { outcome: PromptOutcome; worktree: Worktree; baseCommit: string };

/** What the agent left on disk becomes the run's result, also when it did not come to its end. */
async function finish(ctx: Context, drive: Drive, done: AgentDone): Promise<Finished | undefined> {
  const { run, hold } = drive;
  const { outcome, worktree, baseCommit } = done;
  const ended = outcomeFor(outcome, run);
  if (outcome.state === 'failed' && outcome.cause !== undefined) {
    if (outcome.cause instanceof RunLostError) return undefined;
    log().error({ err: outcome.cause, runId: run.id }, 'a run failed');
  }
  const { commit, changed } = await hold.whileHeld(
    snapshotWorktree(worktree, baseCommit, { message: `Result of ${run.id}`, signal: hold.signal }),
  );
  if (!changed) return { outcome: ended };
  await createRefs(worktree.repo, [{ ref: runRef(run.id), oid: commit }]);
  const suggestion = await prepareSuggestion(ctx, {
    runId: run.id,
    teamId: run.teamId,
    baseCommit,
    resultCommit: commit,
  });
  return { outcome: { ...ended, resultCommit: commit }, ...(suggestion && { suggestion }) };
}

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
