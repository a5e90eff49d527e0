import { setImmediate as nextTurn } from 'node:timers/promises';
import { maxTextBytes, readFileText, type FileFormat } from '../core/file-text.ts';
import { repoPathProblem } from '../core/repo-path.ts';
import { mergeInThread, type MarkedResult } from '../platform/merge-worker.ts';
import {
  findRenames,
  readBlobs,
  writeBlob,
  type TreeChange,
  type TreeDifference,
  type TreeEntry,
} from '../workspace/git-objects.ts';
import { entryAt } from './file-commands.ts';
import { readText, type RoomFile } from './room-document.ts';
import { filesOfCommit, findRoomFile, type CommandWork } from './session-state.ts';

/** What becomes of one path of a tree that is brought into a session; the texts are those of the moment of planning. */
export type PathPlan =
  | { kind: 'tree'; change: TreeChange; isConflict?: boolean }
  | { kind: 'live_text'; file: RoomFile; next: RoomFile; ours: string; merged: MarkedResult; change?: TreeChange }
  | { kind: 'live_removal'; file: RoomFile; expected: string }
  /** The old name of an open file that is planned under its new one. */
  | { kind: 'moved'; change?: TreeChange }
  | { kind: 'same' }
  /** Left as it is. `reason` when it is not that people changed the same lines. */
  | { kind: 'conflict'; reason?: string };

export type PlannedPath = { path: string; plan: PathPlan };

type Wanted = { base: string; result: string; marks: boolean };
type Blobs = Awaited<ReturnType<typeof readBlobs>>;
type Planning = { work: CommandWork; tree: ReadonlyMap<string, TreeEntry>; blobs: Blobs; marks: boolean };

const labels = { ours: 'this session', theirs: 'incoming' };
const absent = /^0+$/;
/** Between two short merges on this thread others get their turn after so many milliseconds. */
const sliceMs = 8;

const isSubmodule = ({ oldMode, newMode }: TreeDifference) => oldMode === '160000' || newMode === '160000';

const reasons = {
  submodule: 'it is a repository of its own',
  link: 'it is open in the session as text and is now a symbolic link',
  deletedButChanged: 'it was deleted, but people changed it meanwhile',
  deletedHere: 'it was deleted or renamed in the session',
  noText: 'the two versions cannot be merged as text',
  binary: 'it is open in the session as text and is now a binary file',
  encoding: 'it is open in the session as text and is not UTF-8 any more',
  too_large: 'it is open in the session as text and is now larger than 5 MB',
  mixed_eol: '',
} as const;

/** Decides about each path that differs between two commits, without changing anything. */
export async function planTree(
  work: CommandWork,
  differences: readonly TreeDifference[],
  wanted: Wanted,
): Promise<PlannedPath[]> {
  const tree = await filesOfCommit(work.repo, work.session.headCommit);
  const blobs = await readSides(work, differences, tree);
  const planning: Planning = { work, tree, blobs, marks: wanted.marks };
  const planned = await planRenames(planning, differences, wanted);
  let turnAt = performance.now();
  for (const difference of differences) {
    const { path } = difference;
    if (planned.has(path)) continue;
    if (performance.now() - turnAt > sliceMs) {
      await nextTurn();
      turnAt = performance.now();
    }
    planned.set(path, await planPath(planning, difference));
  }
  return Array.from(planned, ([path, plan]) => ({ path, plan }));
}

async function readSides(
  work: CommandWork,
  differences: readonly TreeDifference[],
  tree: ReadonlyMap<string, TreeEntry>,
): Promise<Blobs> {
  const live = new Set([...work.room.files.values()].map((file) => file.path));
  const leaves = differences.some(({ path, newOid }) => absent.test(newOid) && live.has(path));
  const wanted = new Set<string>();
  for (const difference of differences.filter((one) => !isSubmodule(one))) {
    const { path, oldOid, newOid } = difference;
    const ownOid = tree.get(path)?.oid ?? '0';
    // A new file may be an open one under another name.
    const isPlain = ownOid === oldOid || (absent.test(ownOid) && absent.test(oldOid) && !leaves);
    const merged = isPlain && !live.has(path) ? [] : [oldOid, newOid, ownOid];
    for (const oid of merged) if (!absent.test(oid)) wanted.add(oid);
  }
  return readBlobs(work.repo, [...wanted], { maxBytesEach: maxTextBytes });
}

/** Open files that have another name in the result stay the same files, with their comments and cursors. */
async function planRenames(
  planning: Planning,
  differences: readonly TreeDifference[],
  wanted: Wanted,
): Promise<Map<string, PathPlan>> {
  const { work, tree } = planning;
  const planned = new Map<string, PathPlan>();
  const leaves = differences.some((one) => one.status === 'deleted' && findRoomFile(work.room, one.path));
  if (!leaves || !differences.some((one) => one.status === 'added')) return planned;
  const byPath = new Map(differences.map((difference) => [difference.path, difference]));
  for (const { from, to } of await findRenames(work.repo, wanted.base, wanted.result)) {
    const [old, added, file] = [byPath.get(from), byPath.get(to), findRoomFile(work.room, from)];
    const isTaken = tree.has(to) || findRoomFile(work.room, to) !== undefined || repoPathProblem(to) !== undefined;
    if (!old || !added || !file || isTaken) continue;
    const plan = await planLive(planning, file, { ...added, oldMode: old.oldMode, oldOid: old.oldOid });
    // What people changed in the same lines stays under its name, and the new name is a file of its own.
    if (plan.kind !== 'live_text') continue;
    planned.set(from, { kind: 'moved', ...(tree.has(from) && { change: { path: from, remove: true } }) });
    planned.set(to, { ...plan, change: entryAt({ mode: added.newMode, oid: added.newOid }, to) });
  }
  return planned;
}

async function planPath(planning: Planning, difference: TreeDifference): Promise<PathPlan> {
  if (isSubmodule(difference)) return { kind: 'conflict', reason: reasons.submodule };
  const file = findRoomFile(planning.work.room, difference.path);
  return file ? planLive(planning, file, difference) : planStored(planning, difference);
}

async function planLive(
  { work, blobs, marks }: Planning,
  file: RoomFile,
  difference: TreeDifference,
): Promise<PathPlan> {
  const { oldMode, newMode, oldOid, newOid } = difference;
  const base = sideOf(blobs, oldOid);
  const ours = readText(work.room.doc, file.fileId);
  if (absent.test(newOid)) {
    if (!base.ok || base.text !== ours) return { kind: 'conflict', reason: reasons.deletedButChanged };
    return { kind: 'live_removal', file, expected: ours };
  }
  if (newMode === '120000') return { kind: 'conflict', reason: reasons.link };
  const theirs = sideOf(blobs, newOid);
  if (!theirs.ok) return { kind: 'conflict', reason: reasons[theirs.reason] };
  if (!base.ok) return { kind: 'conflict', reason: reasons.noText };
  const merged = await mergeInThread({ kind: 'marks', base: base.text, ours, theirs: theirs.text, labels });
  if (merged.conflicts > 0 && !marks) return { kind: 'conflict' };
  const isModeChange = oldMode !== newMode && !absent.test(oldOid);
  const gitMode = isModeChange ? (newMode === '100755' ? '100755' : '100644') : file.gitMode;
  const next = { ...file, ...formatChange(base.format, theirs.format), gitMode, path: difference.path };
  return { kind: 'live_text', file, next, ours, merged };
}

type Side = { ok: true; text: string; format: FileFormat | undefined } | { ok: false; reason: keyof typeof reasons };

/** Text with LF inside; an absent side is empty. Its format is undefined where it says nothing, as with mixed line ends. */
function sideOf(blobs: Blobs, oid: string): Side {
  if (absent.test(oid)) return { ok: true, text: '', format: undefined };
  const blob = blobs.get(oid);
  if (!blob?.bytes) return { ok: false, reason: blob ? 'too_large' : 'noText' };
  const plain = readFileText(blob.bytes);
  if (plain.ok) return { ok: true, text: plain.text, format: plain.text.includes('\n') ? plain : undefined };
  if (plain.reason !== 'mixed_eol') return { ok: false, reason: plain.reason };
  const read = readFileText(blob.bytes, { normaliseEol: true });
  return read.ok ? { ok: true, text: read.text, format: undefined } : { ok: false, reason: read.reason };
}

/** Line ends and byte order mark follow the incoming side when it changed them. */
function formatChange(base: FileFormat | undefined, theirs: FileFormat | undefined): Partial<FileFormat> {
  if (!base || !theirs) return {};
  return {
    ...(base.eol !== theirs.eol && { eol: theirs.eol }),
    ...(base.encoding !== theirs.encoding && { encoding: theirs.encoding }),
  };
}

async function planStored({ work, tree, blobs, marks }: Planning, difference: TreeDifference): Promise<PathPlan> {
  const { path, oldOid, newOid, oldMode, newMode } = difference;
  const entry = tree.get(path);
  const isAt = (mode: string, oid: string) => (entry ? entry.oid === oid && entry.mode === mode : absent.test(oid));
  if (isAt(newMode, newOid)) return { kind: 'same' };
  const next: TreeChange = absent.test(newOid) ? { path, remove: true } : entryAt({ mode: newMode, oid: newOid }, path);
  if (isAt(oldMode, oldOid)) return { kind: 'tree', change: next };
  if (!entry) return { kind: 'conflict', reason: reasons.deletedHere };
  if (absent.test(newOid)) return { kind: 'conflict', reason: reasons.deletedButChanged };
  const texts = [rawText(blobs, oldOid), rawText(blobs, entry.oid), rawText(blobs, newOid)];
  const mode = oldMode === newMode || absent.test(oldOid) ? entry.mode : newMode;
  return mergeStored(work, texts, { path, mode, marks });
}

async function mergeStored(
  work: CommandWork,
  [base, ours, theirs]: readonly (string | undefined)[],
  { path, mode, marks }: { path: string; mode: string; marks: boolean },
): Promise<PathPlan> {
  if (base === undefined || ours === undefined || theirs === undefined)
    return { kind: 'conflict', reason: reasons.noText };
  const merged = await mergeInThread({ kind: 'marks', base, ours, theirs, labels });
  if (merged.conflicts > 0 && !marks) return { kind: 'conflict' };
  const oid = await writeBlob(work.repo, new TextEncoder().encode(merged.text));
  return { kind: 'tree', change: entryAt({ mode, oid }, path), isConflict: merged.conflicts > 0 };
}

/** Text as it lies in the repository, line ends included. */
function rawText(blobs: Blobs, oid: string): string | undefined {
  if (absent.test(oid)) return '';
  const bytes = blobs.get(oid)?.bytes;
  if (!bytes || bytes.subarray(0, 8192).includes(0)) return undefined;
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}
