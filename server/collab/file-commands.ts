import type { AuthorRun } from '../core/authorship.ts';
import { AppError } from '../core/errors.ts';
import { readFileText, maxTextBytes, writeFileText } from '../core/file-text.ts';
import { assertRepoPath, isWithin } from '../core/repo-path.ts';
import { newId } from '../platform/ids.ts';
import { readBlob, type TreeChange, type TreeEntry } from '../workspace/git-objects.ts';
import type { RoomCommand } from '../workspace/room-command.ts';
import { removing, seeding, serverAuthor, showing, type Finish } from './command-effects.ts';
import { pointBefore } from './point-before.ts';
import { bringingBack, recordedAuthorship } from './recorded-authorship.ts';
import { readText, type RoomFile } from './room-document.ts';
import type { Edit } from './room.ts';
import { currentPaths, filesOfCommit, findRoomFile, writeState, type CommandWork } from './session-state.ts';

type Command<Kind extends RoomCommand['kind']> = Extract<RoomCommand, { kind: Kind }>;

/** Brings a file's text into the room; a second asking gets the same file. */
export async function openFile(work: CommandWork, command: Command<'open_file'>): Promise<Finish<'open_file'>> {
  assertRepoPath(command.path);
  const { room } = work;
  const open = findRoomFile(room, command.path);
  if (open) return () => ({ result: opened(open, readText(room.doc, open.fileId)) });
  const read = await readForRoom(work, command);
  return () => ({ result: opened(read.file, read.text), put: [read.file], edits: [opening(read)] });
}

/** Brings a stored file into the document, as those who wrote it. */
export function opening({ file, text, runs }: StoredFile): Edit {
  return seeding(file, text, {
    author: serverAuthor,
    kind: 'open',
    ...bringingBack(file.fileId, { runs, text, next: text }),
  });
}

function opened(file: RoomFile, text: string) {
  const sizeBytes = writeFileText(text, file).byteLength;
  return { fileId: file.fileId, path: file.path, sizeBytes, eol: file.eol };
}

/** A file of the state as the room takes it in, and who wrote it when that is known. */
export type StoredFile = { file: RoomFile; text: string; runs: AuthorRun[] | undefined };

/** @throws AppError not_found, or unsupported with the reason why the file is not opened for editing */
export async function readForRoom(
  work: CommandWork,
  asked: { path: string; normaliseEol?: boolean | undefined },
): Promise<StoredFile> {
  const entry = (await filesOfCommit(work.repo, work.session.headCommit)).get(asked.path);
  if (!entry) throw noSuchFile(asked.path);
  requireRegular(entry);
  const tooLarge = (entry.sizeBytes ?? 0) > maxTextBytes;
  const bytes = tooLarge ? new Uint8Array(maxTextBytes + 1) : await readBlob(work.repo, entry.oid, maxTextBytes);
  const read = readFileText(bytes, asked.normaliseEol ? { normaliseEol: true } : {});
  if (!read.ok)
    throw new AppError('unsupported', read.message, { details: { reason: read.reason, sizeBytes: entry.sizeBytes } });
  const { encoding, eol, text } = read;
  const gitMode = entry.mode === '100755' ? '100755' : '100644';
  const runs = await recordedAuthorship(work, { path: asked.path, blob: entry.oid });
  return { file: { fileId: newId('fil'), path: asked.path, gitMode, encoding, eol }, text, runs };
}

export function noSuchFile(path: string): AppError {
  return new AppError('not_found', `There is no file ${path} in this session. Someone may have renamed or deleted it.`);
}

function requireRegular(entry: TreeEntry): void {
  if (entry.mode !== '120000' && entry.mode !== '160000') return;
  const other = entry.mode === '120000' ? 'symlink' : 'submodule';
  const what = other === 'symlink' ? 'a link to another file' : 'another repository';
  throw new AppError('unsupported', `The file cannot be opened for editing: it is ${what}.`, {
    details: { reason: other },
  });
}

export async function createFile(work: CommandWork, command: Command<'create_file'>): Promise<Finish<'create_file'>> {
  assertRepoPath(command.path);
  requireFree(command.path, await currentPaths(work));
  const read = readFileText(new TextEncoder().encode(command.text ?? ''), { normaliseEol: true });
  if (!read.ok) throw new AppError('unsupported', read.message, { details: { reason: read.reason } });
  const { encoding, eol, text } = read;
  const file: RoomFile = { fileId: newId('fil'), path: command.path, gitMode: '100644', encoding, eol };
  return () => ({
    result: { fileId: file.fileId, path: file.path },
    put: [file],
    edits: [seeding(file, text, { author: work.actor, kind: 'edit' })],
    changed: { paths: [file.path], cause: 'create' },
  });
}

/** @throws AppError conflict when a file is there, a folder, or a file where a folder would have to be */
export function requireFree(path: string, taken: ReadonlySet<string>): void {
  const obstacle = findObstacle(path, taken);
  if (obstacle) throw new AppError('conflict', `${obstacle} Choose another name.`);
}

/** What stands in the way of a new file, as a sentence. */
export function findObstacle(path: string, taken: ReadonlySet<string>): string | undefined {
  const parts = path.split('/');
  const above = parts.slice(0, -1).map((_part, at) => parts.slice(0, at + 1).join('/'));
  const file = above.find((folder) => taken.has(folder));
  if (file !== undefined) return `${file} is a file, so nothing can be put into it.`;
  if (taken.has(path)) return `There is already a file ${path}.`;
  for (const other of taken) if (isWithin(path, other)) return `There is already a folder ${path}.`;
  return undefined;
}

/** `findObstacle` for many paths over the same taken ones. */
export function obstacleFinder(taken: ReadonlySet<string>): (path: string) => string | undefined {
  const folders = new Set<string>();
  for (const path of taken) {
    for (let end = path.lastIndexOf('/'); end !== -1; end = path.lastIndexOf('/', end - 1)) {
      const folder = path.slice(0, end);
      if (folders.has(folder)) break;
      folders.add(folder);
    }
  }
  const near = (path: string) => {
    const parts = path.split('/');
    const above = parts.slice(0, -1).map((_part, at) => parts.slice(0, at + 1).join('/'));
    const found = [...above, path].filter((one) => taken.has(one));
    return new Set(folders.has(path) ? [...found, `${path}/`] : found);
  };
  return (path) => findObstacle(path, near(path));
}

/** Moves a file or a folder, in the room and in the state commit. */
export async function renamePath(work: CommandWork, command: Command<'rename_path'>): Promise<Finish<'rename_path'>> {
  const { from, to } = command;
  assertRepoPath(from);
  assertRepoPath(to);
  if (isWithin(from, to)) throw new AppError('invalid', `${from} cannot be moved to ${to}. Choose another name.`);
  const tree = await filesOfCommit(work.repo, work.session.headCommit);
  const all = await currentPaths(work);
  const moved = [...all].filter((path) => isWithin(from, path));
  if (moved.length === 0) throw noSuchFile(from);
  for (const path of moved) all.delete(path);
  requireFree(to, all);
  const pairs = moved.map((path) => ({ from: path, to: to + path.slice(from.length) }));
  for (const pair of pairs) assertRepoPath(pair.to);
  const changes = pairs.flatMap((pair) => moveInTree(tree.get(pair.from), pair.to));
  const headCommit = await writeState(work, work.session.headCommit, changes);
  const newPath = new Map(pairs.map((pair) => [pair.from, pair.to]));
  const files = [...work.room.files.values()].flatMap((file) => {
    const path = newPath.get(file.path);
    return path === undefined ? [] : [{ ...file, path }];
  });
  return () => ({
    result: { paths: pairs, commit: headCommit },
    put: files,
    edits: [showing(files)],
    headCommit,
    changed: { paths: pairs.flatMap((pair) => [pair.from, pair.to]), cause: 'rename' },
  });
}

/** A file that is only in the room has no entry to move. */
function moveInTree(entry: TreeEntry | undefined, to: string): TreeChange[] {
  return entry ? [{ path: entry.path, remove: true }, entryAt(entry, to)] : [];
}

/** @throws AppError unsupported for a submodule, which is no file of this repository */
export function entryAt(entry: Pick<TreeEntry, 'mode' | 'oid'>, path: string): TreeChange {
  const mode = (['100644', '100755', '120000'] as const).find((known) => known === entry.mode);
  if (!mode)
    throw new AppError('unsupported', `${path} is another repository inside this one; it cannot be changed here.`);
  return { path, mode, oid: entry.oid };
}

/** Deletes a file or a folder; the state before is kept in `restoreCommit`. */
export async function deletePath(work: CommandWork, command: Command<'delete_path'>): Promise<Finish<'delete_path'>> {
  assertRepoPath(command.path);
  const paths = [...(await currentPaths(work))].filter((path) => isWithin(command.path, path));
  if (paths.length === 0) throw noSuchFile(command.path);
  const point = await pointBefore(work, { type: 'delete', path: command.path });
  const restoreCommit = point.commit;
  const headCommit = await writeState(
    work,
    restoreCommit,
    paths.map((path) => ({ path, remove: true })),
  );
  const files = [...work.room.files.values()].filter((file) => isWithin(command.path, file.path));
  return () => {
    point.requireUntouched(paths);
    return {
      result: { paths, commit: headCommit, restoreCommit },
      remove: files,
      edits: [removing(files, { author: work.actor, kind: 'edit' })],
      headCommit,
      also: point.store,
      changed: { paths, cause: 'delete' },
    };
  };
}
