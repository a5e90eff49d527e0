import { rebaseEdits } from '../core/rebase-edits.ts';
import { diffCommits, type TreeChange } from '../workspace/git-objects.ts';
import type { RoomCommand } from '../workspace/room-command.ts';
import { LiveTextMoved, removing, showing, type Effects, type Finish } from './command-effects.ts';
import type { Edit } from './room.ts';
import { obstacleFinder } from './file-commands.ts';
import { applyEdits, findText, insertedBytes, readText, type RoomFile } from './room-document.ts';
import { currentPaths, filesOfCommit, writeState, type CommandWork } from './session-state.ts';
import { requireCommit } from './state-commands.ts';
import { planTree, type PathPlan, type PlannedPath } from './tree-plan.ts';

type ApplyTree = Extract<RoomCommand, { kind: 'apply_tree' }>;

/**
 * Brings the difference of two commits into the session, file by file, three ways. Reading and merging come first, long
 * merges in a thread; then all of it is done at one moment, with the live texts as they are then.
 */
export async function applyTree(work: CommandWork, command: ApplyTree): Promise<Finish<'apply_tree'>> {
  await requireCommit(work, command.base);
  await requireCommit(work, command.result);
  const differences = await diffCommits(work.repo, command.base, command.result);
  const { base, result, onConflict } = command;
  const planned = await planTree(work, differences, { base, result, marks: onConflict === 'mark' });
  const plans = withoutObstacles(planned, await currentPaths(work));
  const tree = await filesOfCommit(work.repo, work.session.headCommit);
  const changes = plans.flatMap(({ path, plan }): TreeChange[] => {
    if (plan.kind === 'tree') return [plan.change];
    if (plan.kind === 'live_text' || plan.kind === 'moved') return plan.change ? [plan.change] : [];
    return plan.kind === 'live_removal' && tree.has(path) ? [{ path, remove: true }] : [];
  });
  const headCommit = await writeState(work, work.session.headCommit, changes);
  return () => finish(work, command, { plans, headCommit });
}

/** A new file never replaces a folder of the session, nor a folder a file: such a path is a conflict. */
function withoutObstacles(planned: readonly PlannedPath[], paths: ReadonlySet<string>): PlannedPath[] {
  const taken = new Set(paths);
  for (const { path, plan } of planned) if (frees(plan)) taken.delete(path);
  const obstacleTo = obstacleFinder(taken);
  return planned.map(({ path, plan }) => {
    const isNew = (plan.kind === 'live_text' && plan.change) || (plan.kind === 'tree' && !('remove' in plan.change));
    const obstacle = isNew && !paths.has(path) ? obstacleTo(path) : undefined;
    return obstacle === undefined ? { path, plan } : { path, plan: { kind: 'conflict', reason: inSentence(obstacle) } };
  });
}

const frees = (plan: PathPlan) =>
  plan.kind === 'live_removal' || plan.kind === 'moved' || (plan.kind === 'tree' && 'remove' in plan.change);

const inSentence = (sentence: string) => sentence.replace(/\.$/, '');

type Planned = { plans: readonly PlannedPath[]; headCommit: string };

function finish(work: CommandWork, command: ApplyTree, { plans, headCommit }: Planned): Effects<'apply_tree'> {
  const all = plans.map(({ path, plan }) => ({ path, ...carryOut(work, plan) }));
  const changed = all.filter((one) => one.isChanged);
  const result = {
    commit: headCommit,
    paths: changed.map(({ path }) => path),
    conflicts: all.flatMap(({ path, isConflict }) => (isConflict ? [path] : [])),
    reasons: all.flatMap(({ path, reason }) => (reason === undefined ? [] : [{ path, reason }])),
  };
  const by = { author: work.actor, kind: 'merge' as const };
  const put = all.flatMap((one) => one.put ?? []);
  const remove = all.flatMap((one) => one.remove ?? []);
  const edits: Edit[] = all.flatMap(({ apply, bringsBytes = 0 }) => (apply ? [{ ...by, apply, bringsBytes }] : []));
  if (remove.length > 0) edits.push(removing(remove, by));
  if (put.length > 0) edits.push(showing(put));
  const announced = changed.filter((one) => !(command.isQuiet && isEditAlone(one))).map(({ path }) => path);
  return { result, edits, put, remove, headCommit, changed: { paths: announced, cause: command.cause } };
}

const isEditAlone = ({ apply, put }: CarriedOut) => apply !== undefined && put === undefined;

type CarriedOut = {
  isConflict: boolean;
  isChanged: boolean;
  reason?: string;
  apply?: Edit['apply'];
  bringsBytes?: number;
  put?: RoomFile;
  remove?: RoomFile;
};

function carryOut(work: CommandWork, plan: PathPlan): CarriedOut {
  switch (plan.kind) {
    case 'same':
      return { isConflict: false, isChanged: false };
    case 'conflict':
      return { isConflict: true, isChanged: false, ...(plan.reason !== undefined && { reason: plan.reason }) };
    case 'moved':
      return { isConflict: false, isChanged: true };
    case 'tree':
      return { isConflict: plan.isConflict ?? false, isChanged: true };
    case 'live_removal':
      if (readText(work.room.doc, plan.file.fileId) !== plan.expected) throw new LiveTextMoved(plan.file.path);
      return { isConflict: false, isChanged: true, remove: plan.file };
    case 'live_text':
      return changeLive(work, plan);
  }
}

function changeLive(work: CommandWork, plan: Extract<PathPlan, { kind: 'live_text' }>): CarriedOut {
  const { file, next, ours, merged } = plan;
  const edits = rebaseEdits(merged.edits, ours, readText(work.room.doc, file.fileId));
  if (!edits) throw new LiveTextMoved(file.path);
  const isMoved = (['path', 'gitMode', 'eol', 'encoding'] as const).some((key) => next[key] !== file[key]);
  return {
    isConflict: merged.conflicts > 0,
    isChanged: edits.length > 0 || isMoved,
    ...(edits.length > 0 && {
      apply: (doc) => applyEdits(findText(doc, file.fileId), edits),
      bringsBytes: insertedBytes(edits),
    }),
    ...(isMoved && { put: next }),
  };
}
