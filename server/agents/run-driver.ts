import { eq } from 'drizzle-orm';
import { schema } from '../../db/client.ts';
import { createContext, type Context } from '../context.ts';
import { excerpt } from '../core/checkpoint.ts';
import { isAppError } from '../core/errors.ts';
import { log } from '../platform/log.ts';
import { recordRunStart, RunLostError } from '../runs/append-run-event.ts';
import { finishRun } from '../runs/finish-run.ts';
import { handBackRun } from '../runs/hand-back-run.ts';
import type { RunClaim, RunRow } from '../runs/run-claim.ts';
import { recordCheckpoint, roomPosition } from '../workspace/checkpoint.ts';
import { restoreHome } from '../workspace/kept-home.ts';
import { startRef } from '../workspace/run-refs.ts';
import { dropRunWorktree, freshRunWorktree, homeFolder } from '../workspace/run-worktree.ts';
import type { Worktree } from '../workspace/worktree.ts';
import type { OpenedSession } from './acp-session.ts';
import { getAgentProfile, type AgentProfile } from './registry.ts';
import { defaultRunLimits, runAgent, type RunLimits } from './run-agent.ts';
import { closedFilesOf, tellClosedFiles } from './closed-files.ts';
import { materializeBase, type RunBaseOptions } from './run-base.ts';
import { endOf, ourFault, stoppedOutcome, type Finished } from './run-end.ts';
import { HoldEndedError, holdRun, type RunHold } from './run-hold.ts';
import type { OpenRunDoor } from './run-models.ts';
import { promptFor } from './run-prompt.ts';
import { NotKeptError, runRepository, type Ref, type RunRepository } from './run-repository.ts';
import { startOf, tryKeepHome, type RunStart } from './run-start.ts';
import { turnPrompt } from './turn-prompt.ts';

export type DriveOptions = {
  /** As it was claimed. */
  run: RunRow;
  workerId: string;
  /** Aborts when the worker stops: the run is handed back. */
  stopping: AbortSignal;
  limits?: Partial<RunLimits & { roomAnswerMs: number; doorAnswerMs: number }>;
  /** Finds the agent; the registry's own unless a test brings its agents. */
  profileOf?: (name: string) => AgentProfile;
  /** Opens a run's way to models; without it no agent that needs one can run. */
  openDoor?: OpenRunDoor;
};

type Drive = { run: RunRow; claim: RunClaim; hold: RunHold; options: DriveOptions };

/**
 * Works on a claimed run to its end: base, worktree, agent, result, suggestion. However that goes, the run afterwards
 * has ended, is queued again, or belongs to another attempt. Never rejects.
 */
export async function driveRun(options: DriveOptions): Promise<void> {
  const { run, workerId } = options;
  const actor = { kind: 'run', runId: run.id, agent: run.agent, personId: run.askedBy } as const;
  const ctx = createContext({ actor });
  const claim = { runId: run.id, workerId, attempt: run.attempt };
  let finished: Finished | undefined;
  try {
    const hold = await holdRun(ctx, { claim, stopping: options.stopping });
    const drive = { run, claim, hold, options };
    try {
      finished = await work(ctx, drive).catch((error: unknown) => failed(error, drive));
      await settle(ctx, drive, finished);
    } finally {
      hold.release();
    }
  } catch (error) {
    // Its heartbeat has ended, so another worker will take it up or end it.
    log().error({ err: error, runId: run.id }, 'a run could not be settled');
  } finally {
    // What an agent that remembers was at is where the next attempt goes on.
    if (finished?.isNotKept !== true && (finished !== undefined || !mayGoOn(options))) dropInBackground(run);
  }
}

const remembers = (profile: AgentProfile): boolean => profile.home === 'folder';

function mayGoOn(options: DriveOptions): boolean {
  try {
    return remembers(profileOf(options));
  } catch {
    return false; // There is no such agent.
  }
}

const profileOf = ({ profileOf: find = getAgentProfile, run }: DriveOptions): AgentProfile => find(run.agent);

async function settle(ctx: Context, { hold, claim }: Drive, finished: Finished | undefined): Promise<void> {
  if (hold.end() === 'lost') return;
  if (finished) await finishRun(ctx, { claim, ...finished });
  else await handBackRun(ctx, claim);
}

const notKept =
  'The server could not be reached from the machine where this run worked. What the run had made is handed over as soon as it can be; send the prompt again to go on without it.';

/** What an error means for the run; undefined: it goes back to the queue, or is not ours any more. */
function failed(error: unknown, { hold, run }: Drive): Finished | undefined {
  const stopped = stoppedOutcome(hold);
  if (stopped) return { outcome: stopped };
  if (hold.end() !== undefined || error instanceof HoldEndedError || error instanceof RunLostError) return undefined;
  if (isAppError(error)) return { outcome: { state: 'failed', error: error.message } };
  if (error instanceof NotKeptError) return { outcome: { state: 'failed', error: notKept }, isNotKept: true };
  log().error({ err: error, runId: run.id }, 'a run failed');
  return { outcome: { state: 'failed', error: ourFault(run) } };
}

async function work(ctx: Context, drive: Drive): Promise<Finished | undefined> {
  const { run, claim, hold, options } = drive;
  const profile = profileOf(options);
  const { openDoor } = options;
  const limits = { ...defaultRunLimits, roomAnswerMs: 60_000, doorAnswerMs: 60_000, ...options.limits };
  const repository = runRepository(await projectOf(ctx, run), claim, limits.doorAnswerMs);
  const repo = repository.path;
  const base = { run, signal: hold.signal, answerWithinMs: limits.roomAnswerMs };
  const text = () => baseOf(ctx, base, repository);
  await hold.whileHeld(repository.bring(hold.signal));
  const start = await hold.whileHeld(
    startOf(ctx, { run, repo, remembers: remembers(profile), text, signal: hold.signal }),
  );
  if (start.startCommit !== start.baseCommit)
    await repository.keep([{ ref: startRef(run.id), oid: start.startCommit }], hold.signal);
  await recordRunStart(ctx, claim, start);
  const closed = await hold.whileHeld(closedFilesOf(run, { repo, commit: start.filesCommit }));
  await tellClosedFiles(ctx, claim, closed);
  const at = { runId: run.id, attempt: run.attempt };
  const worktree = await hold.whileHeld(freshRunWorktree(at, { repo, commit: start.filesCommit, closed }));
  if (start.cutOff && start.cutOff.attempt !== run.attempt) await dropRunWorktree({ ...at, ...start.cutOff });
  const resume = await hold.whileHeld(bringHome(worktree, start));
  const spoken = await promptFor(ctx, { run, claim, profile, closed });
  const prompt = (session: OpenedSession) => {
    const remembersTurn = session.memory === 'kept' && start.memory?.home.runId === run.id;
    return turnPrompt(ctx, { run, claim, start, text: spoken({ remembersTurn }) }, session);
  };
  const { filesCommit } = start;
  const given = { run, claim, profile, worktree, filesCommit, hold, limits, prompt, resume, openDoor };
  const outcome = await runAgent(ctx, given);
  if (start.remembers && hold.end() !== 'stopping' && hold.end() !== 'lost')
    await tryKeepHome(worktree, { sessionId: run.sessionId, runId: run.id });
  return endOf(ctx, { run, hold, start, worktree, outcome, repository });
}

/** Puts what the agent remembers into its home. @returns its own name of the session to go on with */
async function bringHome(worktree: Worktree, { memory }: RunStart): Promise<string | undefined> {
  if (!memory) return undefined;
  try {
    await restoreHome(memory.home, homeFolder(worktree));
    return memory.agentSessionId;
  } catch (error) {
    log().warn({ err: error, runId: memory.home.runId }, 'a kept home could not be brought back');
    return undefined;
  }
}

/** The state that the run begins with stays as a checkpoint. */
async function baseOf(ctx: Context, base: RunBaseOptions, repository: RunRepository): Promise<string> {
  const { session } = schema;
  const { run } = base;
  const updateId = await roomPosition(ctx.db, { id: run.sessionId, teamId: run.teamId });
  const commit = await materializeBase(ctx, base);
  await repository.bring(base.signal);
  const [row] = await ctx.db.select().from(session).where(eq(session.id, run.sessionId));
  if (!row) throw new RunLostError(`the session of ${run.id} is gone`);
  const cause = { type: 'run' as const, runId: run.id, agent: run.agent, prompt: excerpt(run.prompt) };
  const keep = (refs: readonly Ref[]) => repository.keep(refs, base.signal);
  await recordCheckpoint(ctx, { session: row, projectId: row.projectId, commit, updateId, cause, keep });
  return commit;
}

async function projectOf(ctx: Context, run: RunRow): Promise<string> {
  const { session } = schema;
  const [row] = await ctx.db
    .select({ projectId: session.projectId })
    .from(session)
    .where(eq(session.id, run.sessionId));
  if (!row) throw new RunLostError(`the session of ${run.id} is gone`);
  return row.projectId;
}

function dropInBackground(run: RunRow): void {
  dropRunWorktree({ runId: run.id, attempt: run.attempt }).catch((error: unknown) =>
    log().warn({ err: error, runId: run.id }, 'the worktree of a run could not be removed'),
  );
}
