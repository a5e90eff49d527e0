import type { Transaction } from '../../db/client.ts';
import type { CheckpointCause } from '../core/checkpoint.ts';
import { readyCheckpoint, roomPosition, storeCheckpoint } from '../workspace/checkpoint.ts';
import { LiveTextMoved } from './command-effects.ts';
import { filesOfCommit, materialized, pointId, typedSince, type CommandWork } from './session-state.ts';

export type PointBefore = {
  /** The state before the command, kept. */
  commit: string;
  store: (tx: Transaction) => Promise<void>;
  /** @throws LiveTextMoved when somebody typed into one of these files since the state was read */
  requireUntouched(paths: readonly string[]): void;
};

/** Keeps the state before a command that takes something away as a checkpoint (CB121). */
export async function pointBefore(work: CommandWork, cause: CheckpointCause): Promise<PointBefore> {
  const { session, repo, actor } = work;
  const updateId = await roomPosition(work.db, session);
  const commit = await materialized(work);
  const tree = await filesOfCommit(repo, commit);
  const ready = await readyCheckpoint(work.db, { session, repo, actor, commit, updateId, cause, id: pointId(work) });
  return {
    commit,
    store: (tx) => storeCheckpoint(tx, ready),
    requireUntouched(paths) {
      const moved = typedSince(work, tree).find(({ file }) => paths.includes(file.path));
      if (moved) throw new LiveTextMoved(moved.file.path);
    },
  };
}
