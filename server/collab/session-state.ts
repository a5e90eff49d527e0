import type { Database } from '../../db/client.ts';
import type { ActorRef } from '../core/actor.ts';
import { writeFileText } from '../core/file-text.ts';
import { resolveCommit, updateRef } from '../workspace/git.ts';
import {
  commitTree,
  readTree,
  treeOf,
  writeBlob,
  writeTreeChanges,
  type TreeChange,
  type TreeEntry,
} from '../workspace/git-objects.ts';
import { recordAuthorship } from './recorded-authorship.ts';
import { blobId, liveBlob } from './live-blobs.ts';
import type { Room } from './room.ts';
import { readText, type RoomFile } from './room-document.ts';

/** What a command works on: a room, its repository, and the session's state as of this command. */
export type CommandWork = {
  db: Database;
  room: Room;
  repo: string;
  session: { id: string; teamId: string; baseCommit: string; headCommit: string };
  actor: ActorRef;
  commandId: string;
};

/** The checkpoint that a command stores has one id, however often the command is prepared. */
export const pointId = ({ commandId }: CommandWork): string => commandId.replace(/^cmd_/, 'chk_');

/** The ref that keeps the chain of a session's state commits. */
const stateRef = (sessionId: string) => `refs/ensemble/sessions/${sessionId}`;

const committer = { name: 'Ensemble', email: 'ensemble@localhost' };

/** Trees of commits never change, so the last ones read are kept. */
const treesKept = 8;
const trees = new Map<string, Promise<Map<string, TreeEntry>>>();

/** Every file of a commit by its path. */
export function filesOfCommit(repo: string, commit: string): Promise<Map<string, TreeEntry>> {
  const key = `${repo}\0${commit}`;
  const known = trees.get(key);
  if (known) return known;
  const reading = readTree(repo, commit).then((entries) => new Map(entries.map((entry) => [entry.path, entry])));
  trees.set(key, reading);
  reading.catch(() => trees.delete(key));
  for (const oldest of trees.keys()) {
    if (trees.size <= treesKept) break;
    trees.delete(oldest);
  }
  return reading;
}

export function findRoomFile(room: Room, path: string): RoomFile | undefined {
  for (const file of room.files.values()) if (file.path === path) return file;
  return undefined;
}

/** Every path of the session now: what the state commit has, and what is new in the room. */
export async function currentPaths(work: CommandWork): Promise<Set<string>> {
  const paths = new Set((await filesOfCommit(work.repo, work.session.headCommit)).keys());
  for (const file of work.room.files.values()) paths.add(file.path);
  return paths;
}

/**
 * Writes changes over the session's state as a new state commit and moves its ref; the commit becomes the session's
 * when the command is done.
 * @returns the new commit, or the given one when the changes change nothing
 */
export async function writeState(work: CommandWork, over: string, changes: readonly TreeChange[]): Promise<string> {
  const { repo, session } = work;
  const commit = await stateOver(work, over, changes);
  if (commit === over) return over;
  const ref = stateRef(session.id);
  await updateRef(repo, ref, { to: commit, expected: (await resolveCommit(repo, ref)) ?? null });
  return commit;
}

/** `writeState` without moving the session's ref: a commit that only who asks knows of. */
export async function stateOver(work: CommandWork, over: string, changes: readonly TreeChange[]): Promise<string> {
  if (changes.length === 0) return over;
  const { repo, actor } = work;
  const tree = await writeTreeChanges(repo, over, changes);
  if (tree === (await treeOf(repo, over))) return over;
  const at = new Date();
  return commitTree(repo, {
    tree,
    parents: [over],
    message: 'Session state',
    author: { name: actor.name, email: `${actor.id}@users.ensemble.invalid`, at },
    committer: { ...committer, at },
  });
}

/**
 * The session's whole state as a commit: the texts of the room written over the state commit, where they differ. Who
 * wrote them is kept with it.
 */
export async function materialized(work: CommandWork, { isPassing } = { isPassing: false }): Promise<string> {
  const { room, repo, session } = work;
  await room.settled();
  const tree = await filesOfCommit(repo, session.headCommit);
  const changed = [...room.files.values()].flatMap((file) => {
    const entry = tree.get(file.path);
    const blob = liveBlob(room.doc, file, entry?.oid.length ?? session.headCommit.length);
    if (entry?.mode === file.gitMode && entry.oid === blob) return [];
    const bytes = writeFileText(readText(room.doc, file.fileId), file);
    return [{ file, bytes, blob, runs: room.authorsOf(file.fileId) }];
  });
  const changes: TreeChange[] = [];
  for (const { file, bytes } of changed)
    changes.push({ path: file.path, mode: file.gitMode, oid: await writeBlob(repo, bytes) });
  const files = changed.map(({ file, blob, runs }) => ({ path: file.path, blob, runs }));
  await recordAuthorship(work, files, { isPassing });
  return writeState(work, session.headCommit, changes);
}

export type TypedFile = { file: RoomFile; bytes: Uint8Array; blob: string };

/** The files of the room whose bytes are not those of a state that was written a moment ago. */
export function typedSince({ room }: CommandWork, state: ReadonlyMap<string, TreeEntry>): TypedFile[] {
  return [...room.files.values()].flatMap((file) => {
    const bytes = writeFileText(readText(room.doc, file.fileId), file);
    const entry = state.get(file.path);
    const blob = blobId(bytes, entry?.oid.length ?? 40);
    return entry?.oid === blob ? [] : [{ file, bytes, blob }];
  });
}
