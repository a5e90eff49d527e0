import { setTimeout as pause } from 'node:timers/promises';
import { AppError } from '../core/errors.ts';
import { env } from '../platform/env.ts';
import { RunLostError } from '../runs/append-run-event.ts';
import type { RunClaim } from '../runs/run-claim.ts';
import { workerCredential } from '../runs/worker-credential.ts';
import { createRefs, repoPath } from '../workspace/git.ts';
import { fetchMirror, GitDoorError, pushMirror, type GitDoor } from '../workspace/git-mirror.ts';

export type Ref = { ref: string; oid: string };

/**
 * The repository of a run's project, as its worker has it: the project's own in the data folder that the processes of one machine
 * share, or a mirror of what the run needs. See docs/decisions/workers-on-other-machines.md.
 */
export type RunRepository = {
  path: string;
  /** Brings in the session's state and what the earlier turns made, where that is elsewhere. @throws AppError, RunLostError */
  bring(signal?: AbortSignal): Promise<void>;
  /** Keeps commits by refs, in the project's own repository. @throws NotKeptError, RunLostError */
  keep(refs: readonly Ref[], signal?: AbortSignal): Promise<void>;
};

/** What a run made lies in its worktree only: nobody could be reached who keeps it. */
export class NotKeptError extends Error {
  override name = 'NotKeptError';
}

/**
 * @param patienceMs how long a web process may be away, for an upgrade say
 */
export function runRepository(projectId: string, claim: RunClaim, patienceMs: number): RunRepository {
  const path = repoPath(projectId);
  const { webUrl } = env();
  if (webUrl === undefined) return { path, bring: () => Promise.resolve(), keep: (refs) => createRefs(path, refs) };
  const door = (signal: AbortSignal | undefined): GitDoor => ({
    url: `${webUrl}/git/-/${claim.runId}.git`,
    authorization: `Bearer ${workerCredential(claim)}`,
    signal,
  });
  return {
    path,
    bring: async (signal) => {
      const brought = await patiently(() => fetchMirror(path, door(signal)), { patienceMs, signal });
      if (!brought) throw new AppError('unavailable', unreachable);
    },
    keep: async (refs, signal) => {
      const kept = await patiently(() => pushMirror(path, refs, door(signal)), { patienceMs, signal });
      if (!kept) throw new NotKeptError('no web process answered');
    },
  };
}

const unreachable =
  'The worker that took this run cannot reach the server: its ENSEMBLE_WEB_URL does not answer. An admin looks after it; then send the prompt again.';

type Patience = { patienceMs: number; signal: AbortSignal | undefined };

/** @returns false when nobody answered all the time; @throws RunLostError when the run is another worker's by now */
async function patiently(attempt: () => Promise<void>, { patienceMs, signal }: Patience): Promise<boolean> {
  const until = performance.now() + patienceMs;
  for (let waitMs = 250; ; waitMs = Math.min(waitMs * 2, 5_000)) {
    try {
      await attempt();
      return true;
    } catch (error) {
      if (!(error instanceof GitDoorError)) throw error;
      if (error.why === 'lost') throw new RunLostError(error.message);
      if (performance.now() + waitMs > until) return false;
    }
    await pause(waitMs, undefined, { ...(signal && { signal }) });
  }
}
