import { setTimeout as delay } from 'node:timers/promises';
import type { Context } from '../context.ts';
import { log } from '../platform/log.ts';
import type { RecordMask } from '../governance/dlp/mask-record.ts';
import { RunLostError } from '../runs/append-run-event.ts';
import { recordRunFiles, type RunFileState } from '../runs/record-run-files.ts';
import type { RunClaim, RunRow } from '../runs/run-claim.ts';
import { watchFolders, type Ignored } from '../workspace/bridge/folder-watch.ts';
import type { Worktree } from '../workspace/worktree.ts';
import { createFileLook } from './live-file-look.ts';

/** Changes are gathered this long, so that a file that is written in pieces is told of once. */
const settleMs = 300;
const mostAtOnce = 100;

/** Folders that builds and package managers fill. Git's own is never watched. */
const builtFolders =
  /(?:^|\/)(?:node_modules|dist|build|out|target|coverage|vendor|\.next|\.cache|\.venv|venv|__pycache__)\/$/;
const ignored: Ignored = { has: (folder) => builtFolders.test(folder) };

export type LiveFiles = { close(): Promise<void> };

/**
 * Follows what an agent changes in its run's worktree while it works, and tells it to those who watch the run: whoever writes
 * the files, the agent itself or Ensemble for it.
 */
export function watchRunFiles(
  ctx: Context,
  given: { run: RunRow; claim: RunClaim; worktree: Worktree; filesCommit: string; mask: RecordMask },
): LiveFiles {
  const { run, worktree } = given;
  const look = createFileLook({ repo: worktree.repo, workDir: worktree.workDir, baseCommit: given.filesCommit });
  const dirty = new Set<string>();
  const closing = new AbortController();
  let bell = Promise.withResolvers<void>();
  const watch = watchFolders(worktree.workDir, (path) => {
    if (path !== undefined && !isBuilt(path)) dirty.add(path);
    bell.resolve();
  });

  const masked = async (text: string | null) => (text === null ? null : given.mask.mask(text));
  const tell = async (paths: readonly string[]) => {
    const states: RunFileState[] = [];
    for (const path of paths) {
      const state = await look.at(path);
      if (state === 'folder') for (const inside of await look.below(path)) dirty.add(inside);
      else if (state) states.push({ ...state, baseText: await masked(state.baseText), text: await masked(state.text) });
    }
    if (states.length > 0) await recordRunFiles(ctx, given, states);
  };
  const work = async () => {
    await watch.refresh(() => Promise.resolve(ignored));
    while (!closing.signal.aborted) {
      if (dirty.size === 0) await bell.promise;
      bell = Promise.withResolvers();
      await delay(settleMs, undefined, { signal: closing.signal }).catch(() => undefined);
      await watch.refresh(() => Promise.resolve(ignored));
      const paths = [...dirty].slice(0, mostAtOnce);
      for (const path of paths) dirty.delete(path);
      if (!closing.signal.aborted) await tell(paths);
    }
  };
  const done = work().catch((error: unknown) => {
    // The run's own result says what changed; only those who look on miss something.
    if (!(error instanceof RunLostError))
      log().warn({ err: error, runId: run.id }, 'the files of a run are not told live');
  });
  return {
    async close() {
      closing.abort();
      bell.resolve();
      await done;
      watch.stop();
    },
  };
}

const isBuilt = (path: string) => path.split('/').some((name) => name === '.git' || builtFolders.test(`${name}/`));
