import { AppError } from '../core/errors.ts';
import { changedSpan } from '../core/text-diff.ts';
import { readyCheckpoint, roomPosition, storeCheckpoint, type ReadyCheckpoint } from '../workspace/checkpoint.ts';
import { writeBlob, type TreeChange, type TreeEntry } from '../workspace/git-objects.ts';
import type { RoomCommand } from '../workspace/room-command.ts';
import { LiveTextMoved, maxNamedPaths, removing, showing, type Effects, type Finish } from './command-effects.ts';
import { bringingBack, recordAuthorship, type FileAuthorship } from './recorded-authorship.ts';
import { planRestore, type LiveRestore, type RestorePlan } from './restore-plan.ts';
import { applyEdits, findText } from './room-document.ts';
import type { Edit } from './room.ts';
import {
  filesOfCommit,
  materialized,
  pointId,
  stateOver,
  typedSince,
  writeState,
  type CommandWork,
  type TypedFile,
} from './session-state.ts';
import { requireCommit } from './state-commands.ts';

type RestoreTree = Extract<RoomCommand, { kind: 'restore_tree' }>;

/** What was read and compared before the moment of restoring. */
type Prepared = {
  command: RestoreTree;
  now: string;
  tree: ReadonlyMap<string, TreeEntry>;
  plan: RestorePlan;
  updateId: number;
  before: ReadyCheckpoint;
  headCommit: string;
};

/**
 * Gives the session the state of a checkpoint as a new state. What people type until the very moment becomes part of the
 * checkpoint that is stored with it, so that nothing is between the two.
 */
export async function restoreTree(work: CommandWork, command: RestoreTree): Promise<Finish<'restore_tree'>> {
  await requireCommit(work, command.commit);
  const updateId = await roomPosition(work.db, work.session);
  const now = await materialized(work);
  const tree = await filesOfCommit(work.repo, now);
  const plan = await planRestore(work, { now, commit: command.commit, paths: command.paths });
  requireSpace(work, plan);
  if (plan.paths.length === 0) return () => finishWithout(work, { command, tree, plan });
  const before = await readyCheckpoint(work.db, { ...pointBefore(work, command), commit: now, updateId });
  const headCommit = await writeState(work, now, plan.changes);
  return () => finish(work, { command, now, tree, plan, updateId, before, headCommit });
}

function requireSpace({ room }: CommandWork, { live }: RestorePlan): void {
  const insertedBytes = live.flatMap(({ edits }) => edits).reduce((sum, edit) => sum + edit.insert.length * 3, 0);
  if (room.hasRoomFor(insertedBytes)) return;
  throw new AppError(
    'too_large',
    'The session holds too much text to take this in. Restore fewer files, or commit and open a new session.',
  );
}

function pointBefore(work: CommandWork, { title, paths }: RestoreTree) {
  const { session, repo, actor } = work;
  const cause = { type: 'restore' as const, to: title, ...(paths && { paths: [...paths] }) };
  return { session, repo, actor, cause, id: pointId(work) };
}

/** Nothing differs, unless somebody typed just now. */
function finishWithout(
  work: CommandWork,
  { command, tree, plan }: Pick<Prepared, 'command' | 'tree' | 'plan'>,
): Effects<'restore_tree'> {
  requirePlanned(typedSince(work, tree), { command, plan });
  return { result: { paths: [], left: plan.left, undoId: null } };
}

/** @throws LiveTextMoved when somebody typed into a file that was as in the checkpoint before */
function requirePlanned(late: readonly TypedFile[], { command, plan }: Pick<Prepared, 'command' | 'plan'>): void {
  const planned = new Set([...plan.live.map(({ file }) => file.fileId), ...plan.leaving.map(({ fileId }) => fileId)]);
  const isAsked = (path: string) => command.paths?.includes(path) ?? true;
  const moved = late.find(({ file }) => isAsked(file.path) && !planned.has(file.fileId));
  if (moved) throw new LiveTextMoved(moved.file.path);
}

function finish(work: CommandWork, prepared: Prepared): Effects<'restore_tree'> {
  const { command, plan, before, headCommit } = prepared;
  const late = typedSince(work, prepared.tree);
  requirePlanned(late, prepared);
  const credits = late.map(({ file, blob }) => ({ path: file.path, blob, runs: work.room.authorsOf(file.fileId) }));
  const by = { author: work.actor, kind: 'restore' as const };
  const put = plan.live.map(({ next }) => next);
  const undoId = late.length > 0 ? pointId(work) : before.id;
  const { checkpointId, title, paths } = command;
  const named = plan.paths.slice(0, maxNamedPaths);
  return {
    result: { paths: plan.paths, left: plan.left, undoId },
    edits: [...plan.live.map((one) => ({ ...by, ...editOf(one) })), removing(plan.leaving, by), showing(put)],
    put,
    remove: plan.leaving,
    headCommit,
    event: { type: 'checkpoint_restored', checkpointId, title, paths: named, isPart: paths !== undefined, undoId },
    also: async (tx) => {
      const ready = late.length > 0 ? await withLate(work, prepared, { late, credits }) : before;
      await storeCheckpoint(tx, ready);
    },
  };
}

/** What was typed since the edits were computed goes first, as one span; then they fit. */
function editOf({ file, text, ours, edits, runs }: LiveRestore): Pick<Edit, 'apply' | 'authorship'> {
  return {
    ...bringingBack(file.fileId, { runs, text, next: text }),
    apply: (doc) => {
      const live = findText(doc, file.fileId);
      applyEdits(live, changedSpan(live?.toJSON() ?? '', ours));
      applyEdits(live, edits);
    },
  };
}

/** The point before the restore, with what was typed at the last moment. */
async function withLate(
  work: CommandWork,
  { command, now, updateId }: Prepared,
  { late, credits }: { late: readonly TypedFile[]; credits: readonly FileAuthorship[] },
): Promise<ReadyCheckpoint> {
  const changes: TreeChange[] = [];
  for (const { file, bytes } of late)
    changes.push({ path: file.path, mode: file.gitMode, oid: await writeBlob(work.repo, bytes) });
  await recordAuthorship(work, credits, { isPassing: false });
  const commit = await stateOver(work, now, changes);
  return readyCheckpoint(work.db, { ...pointBefore(work, command), commit, updateId, evenIfSame: true });
}
