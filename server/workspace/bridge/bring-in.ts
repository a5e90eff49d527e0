import type { AuditRecord } from '../../audit/append.ts';
import { diffCommits, writeBlob, type TreeDifference } from '../git-objects.ts';
import { differenceProblem } from '../worktree-snapshot.ts';
import { askRoom } from './ask-room.ts';
import { keepConflicts } from './conflicts.ts';
import { commitOf, commitOn, sideOf, type BridgePlace, type Known } from './known-state.ts';
import type { LateWrite } from './replaced-files.ts';

/** What git calls a file without content. */
const emptyBlob = 'e69de29bb2d1d6434b8b29ae775ad8c2e48c5391';

/**
 * Brings what is on disk into the session, three ways over what both sides had last.
 * @param found the files on disk; `isFinal` when nothing writes there any more
 * @returns whether something was asked of the room
 */
export async function bringIn(
  place: BridgePlace,
  known: Known,
  found: { tree: string; isFinal: boolean },
): Promise<boolean> {
  const { repo } = place.worktree;
  const all = await diffCommits(repo, known.base, found.tree);
  forgetSettled(known, all);
  const due = all.filter((difference) => isDue(place, known, { difference, isFinal: found.isFinal }));
  if (due.length === 0) return false;
  const result =
    due.length === all.length
      ? await commitOf(place, known.base, found.tree)
      : await commitOn(
          place,
          known.base,
          due.map((difference) => sideOf(difference, 'new')),
        );
  const older = await known.recent.readBefore(repo, due);
  const base =
    older.length === 0
      ? known.base
      : await commitOn(
          place,
          known.base,
          older.map((difference) => sideOf(difference, 'old')),
        );
  const isQuiet = due.every(({ path }) => known.paths.has(path));
  const command = { kind: 'apply_tree', base, result, cause: 'command', isQuiet } as const;
  // The audit log has the beginning and the end; what lies between is in the room's own rows, as typing is.
  const audit = found.isFinal || known.paths.size === 0 ? auditOf(place, command) : undefined;
  const { paths, conflicts, reasons } = await askRoom(place, command, audit);
  for (const path of paths) known.paths.add(path);
  const why = new Map(reasons.map(({ path, reason }) => [path, reason]));
  const left = due.filter(({ path }) => conflicts.includes(path));
  known.base =
    left.length === 0
      ? result
      : await commitOn(
          place,
          result,
          left.map((difference) => sideOf(difference, 'old')),
        );
  await keepConflicts(place, known, { due, left, why, result });
  return true;
}

function auditOf({ task }: BridgePlace, { base, result }: { base: string; result: string }): AuditRecord {
  return {
    teamId: task.teamId,
    action: 'task.apply_changes',
    resource: { type: 'session', id: task.sessionId },
    detail: { taskId: task.id, base, result },
  };
}

/** A conflict ends when the disk has what both sides had, or what the session has. */
function forgetSettled(known: Known, differences: readonly TreeDifference[]): void {
  const paths = new Set(differences.map(({ path }) => path));
  for (const path of known.conflicts.keys()) if (!paths.has(path)) known.conflicts.delete(path);
  for (const path of known.refused.keys()) if (!paths.has(path)) known.refused.delete(path);
}

type Judged = { difference: TreeDifference; isFinal: boolean };

function isDue(place: BridgePlace, known: Known, { difference, isFinal }: Judged): boolean {
  const { path, newOid, newMode, oldOid } = difference;
  const problem = differenceProblem(difference);
  if (problem !== undefined) {
    if (known.refused.get(path) !== problem) place.note(`Not taken over: ${problem}`);
    known.refused.set(path, problem);
    return false;
  }
  const wasEmptied = known.emptied.delete(path);
  if (newOid === emptyBlob && !/^0+$/.test(oldOid) && !isFinal && !wasEmptied) {
    known.emptied.add(path);
    return false;
  }
  const conflict = known.conflicts.get(path);
  const isAsTried = conflict?.difference.newOid === newOid && conflict.difference.newMode === newMode;
  return !isAsTried || conflict.isDue || isFinal;
}

/**
 * Brings in what a program wrote into a file that it had open when the bridge put the session's version in its place. The
 * next writing takes the merged text to disk.
 */
export async function bringInLate(place: BridgePlace, known: Known, late: LateWrite): Promise<void> {
  const { repo } = place.worktree;
  const mode = late.mode === '100755' ? '100755' : '100644';
  const { path } = late;
  const before = await commitOn(place, known.base, [{ path, mode, oid: await writeBlob(repo, late.before) }]);
  const after = await commitOn(place, before, [{ path, mode, oid: await writeBlob(repo, late.after) }]);
  const done = await askRoom(place, { kind: 'apply_tree', base: before, result: after, cause: 'command' });
  for (const changed of done.paths) known.paths.add(changed);
  const [difference] = await diffCommits(repo, before, after);
  const left = difference && done.conflicts.length > 0 ? [difference] : [];
  if (left.length > 0) await keepConflicts(place, known, { due: [], left, why: new Map(), result: after });
}
