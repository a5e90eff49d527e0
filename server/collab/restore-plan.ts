import type { AuthorRun } from '../core/authorship.ts';
import { maxTextBytes, readFileText } from '../core/file-text.ts';
import { repoPathProblem } from '../core/repo-path.ts';
import type { TextEdit } from '../core/text-diff.ts';
import { mergeInThread } from '../platform/merge-worker.ts';
import { diffCommits, findRenames, readBlobs, type TreeChange, type TreeDifference } from '../workspace/git-objects.ts';
import { entryAt, obstacleFinder } from './file-commands.ts';
import { recordedAuthorship } from './recorded-authorship.ts';
import { readText, type RoomFile } from './room-document.ts';
import { filesOfCommit, findRoomFile, type CommandWork } from './session-state.ts';

/** A file of the room that gets another text, name or format. `edits` turn `ours` into `text`. */
export type LiveRestore = {
  file: RoomFile;
  next: RoomFile;
  ours: string;
  text: string;
  edits: TextEdit[];
  runs: AuthorRun[] | undefined;
};

export type Left = { path: string; reason: string };

/** What a restore does, by two states: the one now and the wanted one. */
export type RestorePlan = {
  paths: string[];
  live: LiveRestore[];
  /** Files of the room that are not text, or not there, in the wanted state. */
  leaving: RoomFile[];
  changes: TreeChange[];
  left: Left[];
};

export type Wanted = { now: string; commit: string; paths?: readonly string[] | undefined };

const absent = /^0+$/;

/** Decides about each file that differs, without changing anything. */
export async function planRestore(work: CommandWork, wanted: Wanted): Promise<RestorePlan> {
  const chosen = wanted.paths && new Set(wanted.paths);
  const all = await diffCommits(work.repo, wanted.now, wanted.commit);
  const asked = chosen ? all.filter(({ path }) => chosen.has(path)) : all;
  const { possible, left } = await withoutImpossible(work, wanted, asked);
  const names = await formerNames(work, wanted, possible);
  const files = new Map<string, RoomFile>();
  for (const { path } of possible) {
    const file = findRoomFile(work.room, names.get(path) ?? path);
    if (file) files.set(path, file);
  }
  const live = await planTexts(work, possible, files);
  const staying = new Set(live.map(({ file }) => file.fileId));
  const leaving = [...files.values()].filter(({ fileId }) => !staying.has(fileId));
  return { paths: possible.map(({ path }) => path), live, leaving, changes: treeChanges(possible), left };
}

const isSubmodule = ({ oldMode, newMode }: TreeDifference) => oldMode === '160000' || newMode === '160000';

/** A part of a state may have no place: where a folder would have to be is a file now, or the other way round. */
async function withoutImpossible(
  work: CommandWork,
  wanted: Wanted,
  asked: readonly TreeDifference[],
): Promise<{ possible: TreeDifference[]; left: Left[] }> {
  const taken = new Set((await filesOfCommit(work.repo, wanted.now)).keys());
  for (const { path, newOid } of asked) if (absent.test(newOid)) taken.delete(path);
  const obstacleTo = obstacleFinder(taken);
  const left: Left[] = [];
  const possible = asked.filter((difference) => {
    const { path, oldOid } = difference;
    const obstacle = absent.test(oldOid) ? obstacleTo(path) : undefined;
    const problem = repoPathProblem(path);
    const reason = isSubmodule(difference)
      ? 'it is a repository of its own'
      : (obstacle?.replace(/\.$/, '') ?? (problem && `its name ${problem}`));
    if (reason !== undefined) left.push({ path, reason });
    return reason === undefined;
  });
  return { possible, left };
}

/** Open files that had another name then stay the same files, with their cursors and comments: wanted name → name now. */
async function formerNames(
  work: CommandWork,
  { now, commit }: Wanted,
  possible: readonly TreeDifference[],
): Promise<Map<string, string>> {
  const names = new Map<string, string>();
  const goes = new Set(possible.filter((one) => one.status === 'deleted').map(({ path }) => path));
  const comes = new Set(possible.filter((one) => one.status === 'added').map(({ path }) => path));
  if (comes.size === 0 || ![...goes].some((path) => findRoomFile(work.room, path))) return names;
  for (const { from, to } of await findRenames(work.repo, now, commit)) {
    if (goes.has(from) && comes.has(to)) names.set(to, from);
  }
  return names;
}

function treeChanges(possible: readonly TreeDifference[]): TreeChange[] {
  const changes = possible.map(({ path, newMode, newOid }): TreeChange =>
    absent.test(newOid) ? { path, remove: true } : entryAt({ mode: newMode, oid: newOid }, path),
  );
  // A file may take the place of a folder that goes.
  return [...changes.filter((change) => 'remove' in change), ...changes.filter((change) => !('remove' in change))];
}

async function planTexts(
  work: CommandWork,
  possible: readonly TreeDifference[],
  files: ReadonlyMap<string, RoomFile>,
): Promise<LiveRestore[]> {
  const wanted = possible.filter(({ path, newMode }) => files.has(path) && newMode.startsWith('100'));
  const oids = wanted.map(({ newOid }) => newOid);
  const blobs = await readBlobs(work.repo, oids, { maxBytesEach: maxTextBytes });
  const live: LiveRestore[] = [];
  for (const { path, newMode, newOid } of wanted) {
    const file = files.get(path);
    const bytes = blobs.get(newOid)?.bytes;
    const read = bytes && readFileText(bytes);
    if (!file || !read?.ok) continue;
    const { text, encoding, eol } = read;
    const ours = readText(work.room.doc, file.fileId);
    const gitMode = newMode === '100755' ? ('100755' as const) : ('100644' as const);
    live.push({
      file,
      next: { ...file, path, gitMode, encoding, eol },
      ours,
      text,
      edits: await mergeInThread({ kind: 'edits', before: ours, after: text }),
      runs: await recordedAuthorship(work, { path, blob: newOid }),
    });
  }
  return live;
}
