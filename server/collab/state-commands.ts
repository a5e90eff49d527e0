import type { Doc } from 'yjs';
import { AppError } from '../core/errors.ts';
import { maxTextBytes, readFileText } from '../core/file-text.ts';
import { assertRepoPath } from '../core/repo-path.ts';
import { resolveCommit } from '../workspace/git.ts';
import { readBlob, type TreeEntry } from '../workspace/git-objects.ts';
import type { RoomCommand } from '../workspace/room-command.ts';
import { removing, type Effects, type Finish } from './command-effects.ts';
import { bringingBack, recordedAuthorship } from './recorded-authorship.ts';
import type { Edit } from './room.ts';
import { entryAt, noSuchFile, requireFree } from './file-commands.ts';
import { findText, replaceText, showPath, type RoomFile } from './room-document.ts';
import { pointBefore } from './point-before.ts';
import {
  currentPaths,
  filesOfCommit,
  findRoomFile,
  materialized,
  writeState,
  type CommandWork,
} from './session-state.ts';

type Command<Kind extends RoomCommand['kind']> = Extract<RoomCommand, { kind: Kind }>;

export async function materialize(work: CommandWork, command: Command<'materialize'>): Promise<Finish<'materialize'>> {
  const commit = await materialized(work, { isPassing: command.isPassing ?? false });
  return () => ({ result: { commit }, headCommit: commit });
}

export async function setBase(work: CommandWork, command: Command<'set_base'>): Promise<Finish<'set_base'>> {
  await requireCommit(work, command.commit);
  return () => ({
    result: { commit: command.commit },
    baseCommit: command.commit,
    changed: { paths: ['.'], cause: 'commit' },
  });
}

export async function requireCommit(work: CommandWork, commit: string): Promise<void> {
  if ((await resolveCommit(work.repo, commit)) === undefined)
    throw new AppError('not_found', `The repository has no commit ${commit.slice(0, 12)}.`);
}

/** Gives a file back its state of the base commit; what it was is kept in `restoreCommit`. */
export async function discardFile(
  work: CommandWork,
  command: Command<'discard_file'>,
): Promise<Finish<'discard_file'>> {
  const { path } = command;
  const point = await pointBefore(work, { type: 'discard', path });
  const back = await bringBack(work, { path, from: work.session.baseCommit, over: point.commit });
  const result = { path, restoreCommit: point.commit };
  return () => {
    point.requireUntouched([path]);
    return { ...back, result, also: point.store, changed: { paths: [path], cause: 'discard' } };
  };
}

export async function restoreText(
  work: CommandWork,
  command: Command<'restore_text'>,
): Promise<Finish<'restore_text'>> {
  await requireCommit(work, command.commit);
  const restoreCommit = await materialized(work);
  const back = await bringBack(work, { path: command.path, from: command.commit, over: restoreCommit });
  const result = { path: command.path, restoreCommit };
  return () => ({ ...back, result, changed: { paths: [command.path], cause: 'restore' } });
}

type BringBack = { path: string; from: string; over: string };

/** A file as it is in another commit: in the room by edits when it is there as text, else in the state commit. */
async function bringBack(
  work: CommandWork,
  { path, from, over }: BringBack,
): Promise<Omit<Effects, 'result' | 'changed'>> {
  assertRepoPath(path);
  const file = findRoomFile(work.room, path);
  const entry = (await filesOfCommit(work.repo, from)).get(path);
  const paths = await currentPaths(work);
  if (!entry && !paths.has(path)) throw noSuchFile(path);
  if (entry && !paths.has(path)) requireFree(path, paths);
  const by = { author: work.actor, kind: 'restore' as const };
  const live = file && entry ? await sameFileWithText(work, file, entry) : undefined;
  if (live) return { put: [live.file], edits: [{ ...by, ...live.edit }], headCommit: over };
  const change = entry ? entryAt(entry, path) : { path, remove: true as const };
  const inState = (await filesOfCommit(work.repo, over)).has(path);
  const headCommit = entry || inState ? await writeState(work, over, [change]) : over;
  const gone = file ? [file] : [];
  return { remove: gone, edits: [removing(gone, by)], headCommit };
}

/** Undefined when the bytes are no text that can live in the room as it is. */
async function sameFileWithText(
  work: CommandWork,
  file: RoomFile,
  entry: TreeEntry,
): Promise<{ file: RoomFile; edit: Pick<Edit, 'apply' | 'authorship'> } | undefined> {
  const gitMode = (['100644', '100755'] as const).find((mode) => mode === entry.mode);
  if (!gitMode || (entry.sizeBytes ?? 0) > maxTextBytes) return undefined;
  const read = readFileText(await readBlob(work.repo, entry.oid, maxTextBytes));
  if (!read.ok) return undefined;
  const next: RoomFile = { ...file, gitMode, encoding: read.encoding, eol: read.eol };
  const runs = await recordedAuthorship(work, { path: entry.path, blob: entry.oid });
  const apply = (doc: Doc) => {
    const text = findText(doc, file.fileId);
    if (text) replaceText(text, read.text);
    showPath(doc, next);
  };
  return { file: next, edit: { apply, ...bringingBack(file.fileId, { runs, text: read.text, next: read.text }) } };
}
