import { maxTextBytes, readFileText } from '../core/file-text.ts';
import { mergeWithMarks } from '../core/text-merge.ts';
import {
  diffCommits,
  readBlobs,
  writeBlob,
  type TreeChange,
  type TreeDifference,
  type TreeEntry,
} from '../workspace/git-objects.ts';
import type { RoomCommand } from '../workspace/room-command.ts';
import { LiveTextMoved, removing, type Effects, type Finish } from './command-effects.ts';
import type { Edit } from './room.ts';
import { entryAt, findObstacle } from './file-commands.ts';
import { findText, readText, replaceText, type RoomFile } from './room-document.ts';
import { currentPaths, filesOfCommit, findRoomFile, writeState, type CommandWork } from './session-state.ts';
import { requireCommit } from './state-commands.ts';

type ApplyTree = Extract<RoomCommand, { kind: 'apply_tree' }>;
type Blobs = Awaited<ReturnType<typeof readBlobs>>;

/** What becomes of one path; decided before the live texts are looked at, as far as it can be. */
type PathPlan =
  | { kind: 'tree'; change: TreeChange; isConflict?: boolean }
  | { kind: 'live_text'; file: RoomFile; base: string; theirs: string; gitMode: RoomFile['gitMode'] }
  | { kind: 'live_removal'; file: RoomFile; expected: string }
  | { kind: 'same' }
  | { kind: 'conflict'; path: string };

type PlannedPath = { path: string; plan: PathPlan };

const labels = { ours: 'this session', theirs: 'incoming' };
const absent = /^0+$/;
const none = '0'.repeat(40);

const isSubmodule = ({ oldMode, newMode }: TreeDifference) => oldMode === '160000' || newMode === '160000';

/** Brings the difference of two commits into the session, file by file, three ways. */
export async function applyTree(work: CommandWork, command: ApplyTree): Promise<Finish<'apply_tree'>> {
  await requireCommit(work, command.base);
  await requireCommit(work, command.result);
  const differences = await diffCommits(work.repo, command.base, command.result);
  const tree = await filesOfCommit(work.repo, work.session.headCommit);
  const blobs = await readSides(work, differences, tree);
  const planned: PlannedPath[] = [];
  for (const difference of differences) {
    const given = { difference, blobs, entry: tree.get(difference.path), marks: command.onConflict === 'mark' };
    planned.push({ path: difference.path, plan: await planPath(work, given) });
  }
  const plans = withoutObstacles(planned, await currentPaths(work));
  const changes = plans.flatMap(({ path, plan }): TreeChange[] => {
    if (plan.kind === 'tree') return [plan.change];
    return plan.kind === 'live_removal' && tree.has(path) ? [{ path, remove: true }] : [];
  });
  const headCommit = await writeState(work, work.session.headCommit, changes);
  return () => finish(work, command, { plans, headCommit });
}

/** A new file never replaces a folder of the session, nor a folder a file: such a path is a conflict. */
function withoutObstacles(planned: readonly PlannedPath[], paths: ReadonlySet<string>): PlannedPath[] {
  const taken = new Set(paths);
  for (const { path, plan } of planned) {
    if (plan.kind === 'live_removal' || (plan.kind === 'tree' && 'remove' in plan.change)) taken.delete(path);
  }
  return planned.map(({ path, plan }) => {
    const isNew = plan.kind === 'tree' && !('remove' in plan.change) && !paths.has(path);
    return isNew && findObstacle(path, taken) ? { path, plan: { kind: 'conflict', path } } : { path, plan };
  });
}

async function readSides(
  work: CommandWork,
  differences: readonly TreeDifference[],
  tree: ReadonlyMap<string, TreeEntry>,
): Promise<Blobs> {
  const wanted = new Set<string>();
  for (const difference of differences.filter((one) => !isSubmodule(one))) {
    const { path, oldOid, newOid } = difference;
    const ownOid = tree.get(path)?.oid ?? none;
    const isUntouched = ownOid === oldOid && !findRoomFile(work.room, path);
    const merged = isUntouched ? [] : [oldOid, newOid, ownOid];
    for (const oid of merged) if (!absent.test(oid)) wanted.add(oid);
  }
  return readBlobs(work.repo, [...wanted], { maxBytesEach: maxTextBytes });
}

type Planning = { difference: TreeDifference; blobs: Blobs; entry: TreeEntry | undefined; marks: boolean };

async function planPath(work: CommandWork, given: Planning): Promise<PathPlan> {
  const { path } = given.difference;
  if (isSubmodule(given.difference)) return { kind: 'conflict', path };
  const file = findRoomFile(work.room, path);
  return file ? planLive(work, file, given) : planStored(work, given);
}

function planLive(work: CommandWork, file: RoomFile, { difference, blobs }: Planning): PathPlan {
  const base = textOf(blobs, difference.oldOid);
  if (absent.test(difference.newOid)) {
    const isUntouched = base === readText(work.room.doc, file.fileId);
    return isUntouched ? { kind: 'live_removal', file, expected: base } : { kind: 'conflict', path: file.path };
  }
  const theirs = textOf(blobs, difference.newOid);
  const isRegular = difference.newMode === '100644' || difference.newMode === '100755';
  if (base === undefined || theirs === undefined || !isRegular) return { kind: 'conflict', path: file.path };
  const isModeChange = difference.oldMode !== difference.newMode && !absent.test(difference.oldOid);
  const newMode = difference.newMode === '100755' ? '100755' : '100644';
  return { kind: 'live_text', file, base, theirs, gitMode: isModeChange ? newMode : file.gitMode };
}

/** LF inside; an absent side is empty; undefined for what is no text. */
function textOf(blobs: Blobs, oid: string): string | undefined {
  if (absent.test(oid)) return '';
  const bytes = blobs.get(oid)?.bytes;
  const read = bytes && readFileText(bytes, { normaliseEol: true });
  return read?.ok ? read.text : undefined;
}

async function planStored(work: CommandWork, { difference, blobs, entry, marks }: Planning): Promise<PathPlan> {
  const { path, oldOid, newOid, oldMode, newMode } = difference;
  const isAt = (mode: string, oid: string) => (entry ? entry.oid === oid && entry.mode === mode : absent.test(oid));
  if (isAt(newMode, newOid)) return { kind: 'same' };
  const next: TreeChange = absent.test(newOid) ? { path, remove: true } : entryAt({ mode: newMode, oid: newOid }, path);
  if (isAt(oldMode, oldOid)) return { kind: 'tree', change: next };
  if (!entry || absent.test(newOid)) return { kind: 'conflict', path };
  const merged = mergeStored(blobs, [oldOid, entry.oid, newOid]);
  if (!merged || (merged.conflicts > 0 && !marks)) return { kind: 'conflict', path };
  const oid = await writeBlob(work.repo, new TextEncoder().encode(merged.text));
  const mode = oldMode === newMode || absent.test(oldOid) ? entry.mode : newMode;
  return { kind: 'tree', change: entryAt({ mode, oid }, path), isConflict: merged.conflicts > 0 };
}

function mergeStored(blobs: Blobs, oids: readonly string[]): ReturnType<typeof mergeWithMarks> | undefined {
  const [base, ours, theirs] = oids.map((oid) => rawText(blobs, oid));
  if (base === undefined || ours === undefined || theirs === undefined) return undefined;
  return mergeWithMarks({ base, ours, theirs, labels });
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

type Planned = { plans: readonly PlannedPath[]; headCommit: string };

function finish(work: CommandWork, command: ApplyTree, { plans, headCommit }: Planned): Effects<'apply_tree'> {
  const paths: string[] = [];
  const conflicts: string[] = [];
  const edits: Edit[] = [];
  const put: RoomFile[] = [];
  const remove: RoomFile[] = [];
  const by = { author: work.actor, kind: 'merge' as const };
  for (const { path, plan } of plans) {
    const done = carryOut(work, plan, command.onConflict === 'mark');
    if (done.isConflict) conflicts.push(path);
    if (done.isChanged) paths.push(path);
    if (done.apply) edits.push({ ...by, apply: done.apply });
    if (done.put) put.push(done.put);
    if (done.remove) remove.push(done.remove);
  }
  if (remove.length > 0) edits.push(removing(remove, by));
  const result = { commit: headCommit, paths, conflicts };
  return { result, edits, put, remove, headCommit, changed: { paths, cause: command.cause } };
}

type CarriedOut = {
  isConflict: boolean;
  isChanged: boolean;
  apply?: Edit['apply'];
  put?: RoomFile;
  remove?: RoomFile;
};

function carryOut(work: CommandWork, plan: PathPlan, marks: boolean): CarriedOut {
  switch (plan.kind) {
    case 'same':
      return { isConflict: false, isChanged: false };
    case 'conflict':
      return { isConflict: true, isChanged: false };
    case 'tree':
      return { isConflict: plan.isConflict ?? false, isChanged: true };
    case 'live_removal':
      if (readText(work.room.doc, plan.file.fileId) !== plan.expected) throw new LiveTextMoved(plan.file.path);
      return { isConflict: false, isChanged: true, remove: plan.file };
    case 'live_text':
      return mergeLive(work, plan, marks);
  }
}

function mergeLive(work: CommandWork, plan: Extract<PathPlan, { kind: 'live_text' }>, marks: boolean): CarriedOut {
  const { file, base, theirs, gitMode } = plan;
  const ours = readText(work.room.doc, file.fileId);
  const { text, conflicts } = mergeWithMarks({ base, ours, theirs, labels });
  if (conflicts > 0 && !marks) return { isConflict: true, isChanged: false };
  return {
    isConflict: conflicts > 0,
    isChanged: text !== ours || gitMode !== file.gitMode,
    apply: (doc) => {
      const live = findText(doc, file.fileId);
      if (live) replaceText(live, text);
    },
    ...(gitMode !== file.gitMode && { put: { ...file, gitMode } }),
  };
}
