import path from 'node:path';
import { createWorktree, openWorktree, removeWorktree, type ClosedFiles, type Worktree } from './worktree.ts';

/** Each attempt at a run has a worktree of its own: one that a slow former worker still writes to is never shared. */
const worktreeId = (runId: string, attempt: number) => `${runId}a${attempt}`;

type Attempt = { runId: string; attempt: number };

/** Where the agent of a run has its home, when that is a folder. */
export const homeFolder = (worktree: Worktree): string => path.join(worktree.root, 'home');

export async function freshRunWorktree(
  at: Attempt,
  from: { repo: string; commit: string; closed: ClosedFiles },
): Promise<Worktree> {
  await dropRunWorktree(at);
  return createWorktree({ kind: 'run', id: worktreeId(at.runId, at.attempt), ...from });
}

/** What an attempt left on this machine. */
export function openRunWorktree({ runId, attempt }: Attempt, repo: string): Promise<Worktree | undefined> {
  return openWorktree({ kind: 'run', id: worktreeId(runId, attempt), repo });
}

/** Removes what an attempt left on this machine. */
export async function dropRunWorktree({ runId, attempt }: Attempt): Promise<void> {
  await removeWorktree({ kind: 'run', id: worktreeId(runId, attempt) });
}

/** The attempt a folder among the worktrees of runs is of. */
export function attemptOf(folder: string): Attempt | undefined {
  const [, runId, attempt] = /^(run_[0-9a-z]+)a(\d+)$/.exec(folder) ?? [];
  return runId === undefined ? undefined : { runId, attempt: Number(attempt) };
}
