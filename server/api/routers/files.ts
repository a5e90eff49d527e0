import { getChange, getChangeInput, listChanges, listChangesInput } from '../../sessions/changes.ts';
import {
  createFile,
  createFileInput,
  deletePath,
  deletePathInput,
  discardFile,
  discardFileInput,
  renamePath,
  renamePathInput,
  restoreFile,
  restoreFileInput,
} from '../../sessions/file-commands.ts';
import { listFiles, listFilesInput } from '../../sessions/list-files.ts';
import { openFile, openFileInput } from '../../sessions/open-file.ts';
import { readFileInput, readSessionFile } from '../../sessions/read-file.ts';
import { procedure, router } from '../trpc.ts';

export const filesRouter = router({
  list: procedure.input(listFilesInput).query(({ ctx, input }) => listFiles(ctx, input)),
  /** The text as it is now, without entering the room. */
  read: procedure.input(readFileInput).query(({ ctx, input }) => readSessionFile(ctx, input)),
  open: procedure.input(openFileInput).mutation(({ ctx, input }) => openFile(ctx, input)),
  create: procedure.input(createFileInput).mutation(({ ctx, input }) => createFile(ctx, input)),
  rename: procedure.input(renamePathInput).mutation(({ ctx, input }) => renamePath(ctx, input)),
  delete: procedure.input(deletePathInput).mutation(({ ctx, input }) => deletePath(ctx, input)),
  changes: procedure.input(listChangesInput).query(({ ctx, input }) => listChanges(ctx, input)),
  change: procedure.input(getChangeInput).query(({ ctx, input }) => getChange(ctx, input)),
  discard: procedure.input(discardFileInput).mutation(({ ctx, input }) => discardFile(ctx, input)),
  restore: procedure.input(restoreFileInput).mutation(({ ctx, input }) => restoreFile(ctx, input)),
});
