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
import { participantProcedure, router } from '../trpc.ts';

export const filesRouter = router({
  list: participantProcedure.input(listFilesInput).query(({ ctx, input }) => listFiles(ctx, input)),
  /** The text as it is now, without entering the room. */
  read: participantProcedure.input(readFileInput).query(({ ctx, input }) => readSessionFile(ctx, input)),
  open: participantProcedure.input(openFileInput).mutation(({ ctx, input }) => openFile(ctx, input)),
  create: participantProcedure.input(createFileInput).mutation(({ ctx, input }) => createFile(ctx, input)),
  rename: participantProcedure.input(renamePathInput).mutation(({ ctx, input }) => renamePath(ctx, input)),
  delete: participantProcedure.input(deletePathInput).mutation(({ ctx, input }) => deletePath(ctx, input)),
  changes: participantProcedure.input(listChangesInput).query(({ ctx, input }) => listChanges(ctx, input)),
  change: participantProcedure.input(getChangeInput).query(({ ctx, input }) => getChange(ctx, input)),
  discard: participantProcedure.input(discardFileInput).mutation(({ ctx, input }) => discardFile(ctx, input)),
  restore: participantProcedure.input(restoreFileInput).mutation(({ ctx, input }) => restoreFile(ctx, input)),
});
