import { actorRef } from '../../core/actor.ts';
import type { NewSessionEvent } from '../../runs/event-log.ts';
import { createRefs } from '../git.ts';
import type { TreeDifference } from '../git-objects.ts';
import { commitOn, sideOf, taskRef, type BridgePlace, type Known } from './known-state.ts';

/** What the room was asked to take: all of it, what it left, why, and the commit with the command's versions. */
export type Tried = {
  due: readonly TreeDifference[];
  left: readonly TreeDifference[];
  why: ReadonlyMap<string, string>;
  result: string;
};

/** Remembers what was left and keeps the command's versions of it by a ref. */
export async function keepConflicts(
  place: BridgePlace,
  known: Known,
  { due, left, why, result }: Tried,
): Promise<void> {
  for (const { path } of due) known.conflicts.delete(path);
  for (const difference of left) {
    const reason = why.get(difference.path);
    known.conflicts.set(difference.path, { difference, reason, triedAgainst: undefined, isDue: false });
  }
  if (left.length === 0) return;
  const all = [...known.conflicts.values()].map(({ difference }) => sideOf(difference, 'new'));
  known.keptCommit = all.length === left.length ? result : await commitOn(place, known.base, all);
  await createRefs(place.worktree.repo, [{ ref: taskRef(place.task.id), oid: known.keptCommit }]);
}

/**
 * A conflict is over when people chose the command's version, and tried again when they changed theirs.
 * @param differences of the session from the base
 * @returns the differences that are the same on both sides now, and whether a conflict is to be tried
 */
export function lookAtConflicts(
  known: Known,
  differences: readonly TreeDifference[],
): { settled: TreeDifference[]; isDue: boolean } {
  const byPath = new Map(differences.map((difference) => [difference.path, difference]));
  const settled: TreeDifference[] = [];
  let isDue = false;
  for (const [path, conflict] of known.conflicts) {
    const live = byPath.get(path);
    const { newOid, newMode } = conflict.difference;
    if (live?.newOid === newOid && live.newMode === newMode) {
      settled.push(live);
      known.conflicts.delete(path);
      continue;
    }
    const text = live?.newOid ?? '';
    conflict.isDue = conflict.triedAgainst !== undefined && conflict.triedAgainst !== text;
    conflict.triedAgainst = text;
    isDue ||= conflict.isDue;
  }
  return { settled, isDue };
}

/** The log's entry about the conflicts there are, when they are others than it says. */
export function conflictsToTell(
  { ctx, task }: BridgePlace,
  known: Known,
): { entry: NewSessionEvent; listed: string } | undefined {
  const all = [...known.conflicts.values()];
  const listed = all.map(({ difference: { path, newOid } }) => `${path} ${newOid}`).join('\n');
  if (listed === known.toldConflicts || known.keptCommit === undefined) return undefined;
  const actor = ctx.actor ? actorRef(ctx.actor) : { kind: 'system' as const, id: 'tasks', name: 'Ensemble' };
  const conflicts = all.map(({ difference: { path }, reason }) => ({ path, ...(reason !== undefined && { reason }) }));
  const body = { type: 'task_conflicts' as const, taskId: task.id, commit: known.keptCommit, conflicts };
  return { entry: { sessionId: task.sessionId, teamId: task.teamId, actor, body }, listed };
}
