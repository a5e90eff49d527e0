import {
  checkpointFileInput,
  checkpointFilesInput,
  compareCheckpoint,
  compareCheckpointInput,
  getCheckpointChange,
  getCheckpointChangeInput,
  listCheckpointFiles,
  listCheckpoints,
  listCheckpointsInput,
  readCheckpointFile,
} from '../../sessions/checkpoint-queries.ts';
import { previewRestore, previewRestoreInput } from '../../sessions/preview-restore.ts';
import { restoreCheckpoint } from '../../sessions/restore-checkpoint.ts';
import {
  nameCheckpoint,
  nameCheckpointInput,
  saveCheckpoint,
  saveCheckpointInput,
} from '../../sessions/save-checkpoint.ts';
import { procedure, router } from '../trpc.ts';

export const checkpointsRouter = router({
  list: procedure.input(listCheckpointsInput).query(({ ctx, input }) => listCheckpoints(ctx, input)),
  save: procedure.input(saveCheckpointInput).mutation(({ ctx, input }) => saveCheckpoint(ctx, input)),
  rename: procedure.input(nameCheckpointInput).mutation(({ ctx, input }) => nameCheckpoint(ctx, input)),
  /** What changed from a point to now, or to another point. */
  compare: procedure.input(compareCheckpointInput).query(({ ctx, input }) => compareCheckpoint(ctx, input)),
  change: procedure.input(getCheckpointChangeInput).query(({ ctx, input }) => getCheckpointChange(ctx, input)),
  /** The session as it was then, file by file. */
  files: procedure.input(checkpointFilesInput).query(({ ctx, input }) => listCheckpointFiles(ctx, input)),
  file: procedure.input(checkpointFileInput).query(({ ctx, input }) => readCheckpointFile(ctx, input)),
  preview: procedure.input(previewRestoreInput).query(({ ctx, input }) => previewRestore(ctx, input)),
  restore: procedure.input(previewRestoreInput).mutation(({ ctx, input }) => restoreCheckpoint(ctx, input)),
});
