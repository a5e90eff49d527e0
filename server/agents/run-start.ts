import type { Context } from '../context.ts';
import { log } from '../platform/log.ts';
import { carryUndecided } from '../review/carry-undecided.ts';
import { carriedHunks, type CarriedHunks } from '../review/continue-suggestions.ts';
import type { RunRow } from '../runs/run-claim.ts';
import { earlierTurns } from '../runs/threads/earlier-turns.ts';
import { turnsInForce } from '../runs/threads/restore-thread.ts';
import { hasHome, keepHome, type HomeOf } from '../workspace/kept-home.ts';
import { homeFolder, openRunWorktree } from '../workspace/run-worktree.ts';
import { snapshotWorktree } from '../workspace/worktree-snapshot.ts';
import type { Worktree } from '../workspace/worktree.ts';

/** What a turn begins with. */
export type RunStart = {
  /** Whether the agent keeps its conversation in its home. */
  remembers: boolean;
  /** The session's text: what the turn's suggestion is a change of. */
  baseCommit: string;
  /** The text with what the conversation's earlier turns made and nobody has decided on. */
  startCommit: string;
  /** What is checked out: the start, or what an earlier attempt at the turn had made of it. */
  filesCommit: string;
  files: number;
  conflicts: string[];
  carried: CarriedHunks[];
  /** The turns before, newest first. */
  earlier: RunRow[];
  /** Somebody put the files back behind the turn before. */
  isRestored: boolean;
  /** What the agent remembers: its kept home, and its own name for the conversation. */
  memory: { home: HomeOf; agentSessionId: string } | undefined;
  /** An earlier attempt at the turn was cut off, and this one goes on where it was: its worktree is of no use once this one's is there. */
  cutOff: { attempt: number } | undefined;
};

export type Starting = {
  run: RunRow;
  repo: string;
  /** Whether the agent keeps its conversation in its home. */
  remembers: boolean;
  /** Gives the session's text as a commit, open texts included. */
  text: () => Promise<string>;
  signal: AbortSignal;
};

/** What the turn begins with; see docs/spec/threads.md, "What a turn goes on from". */
export async function startOf(ctx: Context, starting: Starting): Promise<RunStart> {
  const { run, remembers, text } = starting;
  if (!remembers) return { ...plainStart(await text(), []), remembers };
  const earlier = await earlierTurns(ctx, run);
  const cutOff = await cutOffStart(ctx, starting, earlier);
  if (cutOff) return cutOff;
  const inForce = await turnsInForce(ctx, run, earlier);
  const start = await filesOf(ctx, starting, inForce);
  const isRestored = inForce[0]?.id !== earlier[0]?.id;
  return { ...start, earlier, isRestored, memory: await memoryOf(run, earlier) };
}

const plainStart = (commit: string, earlier: RunRow[]): RunStart => ({
  remembers: true,
  baseCommit: commit,
  startCommit: commit,
  filesCommit: commit,
  files: 0,
  conflicts: [],
  carried: [],
  earlier,
  isRestored: false,
  memory: undefined,
  cutOff: undefined,
});

async function filesOf(ctx: Context, { run, repo, text }: Starting, earlier: RunRow[]): Promise<RunStart> {
  const [last] = earlier;
  if (run.newerEdits === 'leave' && last?.baseCommit) {
    const startCommit = last.endCommit ?? last.startCommit ?? last.baseCommit;
    const start = { ...plainStart(last.baseCommit, earlier), startCommit, filesCommit: startCommit };
    return { ...start, carried: await carriedIn(ctx, { run, repo, ...start }) };
  }
  const base = await text();
  const made = earlier.find(({ endCommit, baseCommit }) => endCommit !== null && baseCommit !== null);
  if (!made?.baseCommit || !made.endCommit) return plainStart(base, earlier);
  const { id: runId, teamId, baseCommit, endCommit } = made;
  const { commit, files, conflicts } = await carryUndecided(ctx, repo, {
    text: base,
    turn: { runId, teamId, baseCommit, endCommit },
  });
  const start = { ...plainStart(base, earlier), startCommit: commit, filesCommit: commit, files, conflicts };
  return { ...start, carried: await carriedIn(ctx, { run, repo, ...start }) };
}

type Begun = { run: RunRow; repo: string; baseCommit: string; startCommit: string };

function carriedIn(ctx: Context, { run, repo, baseCommit, startCommit }: Begun): Promise<CarriedHunks[]> {
  const { threadId, teamId } = run;
  return threadId === null
    ? Promise.resolve([])
    : carriedHunks(ctx, repo, { threadId, teamId, baseCommit, startCommit });
}

async function memoryOf({ sessionId }: RunRow, earlier: readonly RunRow[]): Promise<RunStart['memory']> {
  const [newest] = earlier;
  // Its agent did not start with what it had kept: it would not now either.
  if (newest?.state === 'failed' && newest.startCommit !== null && newest.agentSessionId === null) return undefined;
  const last = earlier.find(({ agentSessionId }) => agentSessionId !== null);
  if (!last?.agentSessionId) return undefined;
  const home = { sessionId, runId: last.id };
  return (await hasHome(home)) ? { home, agentSessionId: last.agentSessionId } : undefined;
}

/**
 * Goes on where an earlier attempt at the turn was when its worker ended: with its files and its home, when they are on this
 * machine. Otherwise the turn begins anew.
 */
async function cutOffStart(
  ctx: Context,
  { run, repo, signal }: Starting,
  earlier: RunRow[],
): Promise<RunStart | undefined> {
  const { baseCommit, startCommit, sessionId, agentSessionId } = run;
  if (!baseCommit || !startCommit) return undefined;
  const left = await leftBehind(run, repo);
  if (!left) return undefined;
  const { commit } = await snapshotWorktree(left.worktree, baseCommit, { message: `${run.id}, cut off`, signal });
  const home = { sessionId, runId: run.id };
  const kept = agentSessionId !== null && (await tryKeepHome(left.worktree, home));
  const start = {
    ...plainStart(baseCommit, earlier),
    startCommit,
    filesCommit: commit,
    cutOff: { attempt: left.attempt },
  };
  const memory = kept ? { home, agentSessionId } : undefined;
  return { ...start, memory, carried: await carriedIn(ctx, { run, repo, ...start }) };
}

/** One that its worker handed back has the number of the attempt that follows it. */
async function leftBehind(run: RunRow, repo: string): Promise<{ worktree: Worktree; attempt: number } | undefined> {
  for (const attempt of [run.attempt, run.attempt - 1]) {
    const worktree = await openRunWorktree({ runId: run.id, attempt }, repo);
    if (worktree) return { worktree, attempt };
  }
  return undefined;
}

/** Without a kept home the agent is told what was said, so nothing here ends a turn. */
export async function tryKeepHome(worktree: Worktree, of: HomeOf): Promise<boolean> {
  try {
    await keepHome(homeFolder(worktree), of);
    return true;
  } catch (error) {
    log().warn({ err: error, runId: of.runId }, 'the home of an agent could not be kept');
    return false;
  }
}
