import { and, eq } from 'drizzle-orm';
import { schema } from '../../db/client.ts';
import { maxTextBytes, readFileText } from '../core/file-text.ts';
import { assertRepoPath } from '../core/repo-path.ts';
import { newId } from '../platform/ids.ts';
import {
  hunkFileConflict,
  mergePlan,
  planHunk,
  sidesOf,
  type Direction,
  type HunkPlan,
  type PlannedSide,
} from '../review/hunk-plan.ts';
import { readBlob } from '../workspace/git-objects.ts';
import type { RoomCommand } from '../workspace/room-command.ts';
import { textEdits } from '../core/text-diff.ts';
import { LiveTextMoved, removing, seeding, type Effects, type Finish } from './command-effects.ts';
import type { Edit } from './room.ts';
import { entryAt, opening, readForRoom, requireFree, type StoredFile } from './file-commands.ts';
import { bringingBack, recordedAuthorship } from './recorded-authorship.ts';
import { findText, insertedBytes, readText, replaceText, type RoomFile } from './room-document.ts';
import type { Author } from './room-store.ts';
import { currentPaths, filesOfCommit, findRoomFile, writeState, type CommandWork } from './session-state.ts';

type HunkKind = 'apply_hunk' | 'undo_hunk';
type HunkCommand = Extract<RoomCommand, { kind: HunkKind }>;
type HunkEffects = Omit<Effects<HunkKind>, 'changed'>;

/** Merges a hunk of a suggestion onto the live text, or takes it out again. Recorded as the run's work. */
export async function applyHunk(work: CommandWork, command: HunkCommand): Promise<Finish<HunkKind>> {
  const { suggestionId, hunkId } = command;
  const plan = await planHunk(work.db, { teamId: work.session.teamId, suggestionId, hunkId });
  assertRepoPath(plan.path);
  const direction = command.kind === 'apply_hunk' ? 'apply' : 'undo';
  const author: Author = direction === 'apply' ? await authorOf(work, suggestionId) : work.actor;
  const by = { author, kind: direction === 'apply' ? ('accept' as const) : ('restore' as const) };
  const finish = plan.isText
    ? await mergeText(work, { plan, direction, command, by })
    : await replaceFile(work, { plan, direction, by });
  return () => {
    const effects = finish();
    const changed = { paths: [plan.path], cause: direction === 'apply' ? ('accept' as const) : ('restore' as const) };
    return effects.result.changed === false ? effects : { ...effects, changed };
  };
}

async function authorOf(work: CommandWork, suggestionId: string): Promise<Author> {
  const { suggestion } = schema;
  const [row] = await work.db
    .select({ runId: suggestion.runId })
    .from(suggestion)
    .where(and(eq(suggestion.id, suggestionId), eq(suggestion.teamId, work.session.teamId)));
  return row ? { kind: 'run', id: row.runId } : work.actor;
}

type By = Pick<Edit, 'author' | 'kind'>;
type Merging = { plan: HunkPlan; direction: Direction; command: HunkCommand; by: By };

/** The file in the room, with the text it has or would have; undefined when the session has no such file. */
type LiveFile = StoredFile & { isOpen: boolean };

async function liveFile(work: CommandWork, path: string): Promise<LiveFile | undefined> {
  const open = findRoomFile(work.room, path);
  if (open) return { file: open, text: readText(work.room.doc, open.fileId), runs: undefined, isOpen: true };
  const entries = await filesOfCommit(work.repo, work.session.headCommit);
  return entries.has(path) ? { ...(await readForRoom(work, { path })), isOpen: false } : undefined;
}

async function mergeText(work: CommandWork, { plan, direction, command, by }: Merging): Promise<() => HunkEffects> {
  const live = await liveFile(work, plan.path);
  const { resolution, resolutionFor } = command;
  const next = await mergePlan(plan, live?.text ?? null, { direction, resolution, resolutionFor });
  const result = { path: plan.path, changed: next !== (live?.text ?? null) };
  if (!result.changed) return () => ({ result });
  const back = direction === 'undo' && next !== null ? await bringsBack(work, plan, next) : undefined;
  const ready = live
    ? await changeFile(work, { live, next, by, back })
    : await newFile(work, { plan, direction, next, by });
  return () => {
    if (live?.isOpen && readText(work.room.doc, live.file.fileId) !== live.text) throw new LiveTextMoved(plan.path);
    return { ...ready, result };
  };
}

/** Who wrote what comes back when a hunk is taken out again, by what was recorded when the run began. */
async function bringsBack(
  work: CommandWork,
  { path, base, baseText }: HunkPlan,
  next: string,
): Promise<BroughtBack | undefined> {
  const runs = base ? await recordedAuthorship(work, { path, blob: base.oid }) : undefined;
  return runs && ((fileId) => bringingBack(fileId, { runs, text: baseText, next }));
}

type BroughtBack = (fileId: string) => ReturnType<typeof bringingBack>;
type FileChange = { live: LiveFile; next: string | null; by: By; back: BroughtBack | undefined };

async function changeFile(
  work: CommandWork,
  { live, next, by, back }: FileChange,
): Promise<Omit<HunkEffects, 'result'>> {
  const { file } = live;
  if (next === null) return removeFrom(work, file.path, by);
  const edit: Edit = {
    ...by,
    ...back?.(file.fileId),
    bringsBytes: insertedBytes(textEdits(live.text, next)),
    apply: (doc) => {
      const text = findText(doc, file.fileId);
      if (text) replaceText(text, next);
    },
  };
  if (live.isOpen) return { edits: [edit] };
  return { put: [file], edits: [opening(live), edit] };
}

async function removeFrom(work: CommandWork, path: string, by: By): Promise<Omit<HunkEffects, 'result'>> {
  const file = findRoomFile(work.room, path);
  const isStored = (await filesOfCommit(work.repo, work.session.headCommit)).has(path);
  const headCommit = isStored
    ? await writeState(work, work.session.headCommit, [{ path, remove: true }])
    : work.session.headCommit;
  const remove = file ? [file] : [];
  return { remove, edits: [removing(remove, by)], headCommit };
}

type NewFile = { plan: HunkPlan; direction: Direction; next: string | null; by: By };

async function newFile(
  work: CommandWork,
  { plan, direction, next, by }: NewFile,
): Promise<Omit<HunkEffects, 'result'>> {
  requireFree(plan.path, await currentPaths(work));
  const { to } = sidesOf(plan, direction);
  const read = to && readFileText(await readBlob(work.repo, to.oid, maxTextBytes));
  const file: RoomFile = {
    fileId: newId('fil'),
    path: plan.path,
    gitMode: to?.mode === '100755' ? '100755' : '100644',
    encoding: read?.ok ? read.encoding : 'utf-8',
    eol: read?.ok ? read.eol : 'lf',
  };
  return { put: [file], edits: [seeding(file, next ?? '', by)] };
}

type Replacing = { plan: HunkPlan; direction: Direction; by: By };

/** What is no editable text is replaced whole, when it is what the suggestion was made from. */
async function replaceFile(work: CommandWork, { plan, direction, by }: Replacing): Promise<() => HunkEffects> {
  const { from, to } = sidesOf(plan, direction);
  const file = findRoomFile(work.room, plan.path);
  if (plan.kind === 'mode' && file) return changeMode({ plan, file, from, to });
  if (file) throw hunkFileConflict(plan);
  const entry = (await filesOfCommit(work.repo, work.session.headCommit)).get(plan.path);
  const isAt = (side: PlannedSide) =>
    plan.kind === 'mode' ? entry?.mode === side?.mode : entry?.mode === side?.mode && entry?.oid === side?.oid;
  if (isAt(to)) return () => ({ result: { path: plan.path, changed: false } });
  if (!isAt(from)) throw hunkFileConflict(plan);
  if (!to) {
    const removed = await removeFrom(work, plan.path, by);
    return () => ({ ...removed, result: { path: plan.path } });
  }
  const oid = plan.kind === 'mode' && entry ? entry.oid : to.oid;
  const headCommit = await writeState(work, work.session.headCommit, [entryAt({ mode: to.mode, oid }, plan.path)]);
  return () => ({ result: { path: plan.path }, headCommit });
}

type ModeChange = { plan: HunkPlan; file: RoomFile; from: PlannedSide; to: PlannedSide };

function changeMode({ plan, file, from, to }: ModeChange): () => HunkEffects {
  if (file.gitMode === to?.mode) return () => ({ result: { path: plan.path, changed: false } });
  if (file.gitMode !== from?.mode || !to) throw hunkFileConflict(plan);
  const gitMode = to.mode === '100755' ? ('100755' as const) : ('100644' as const);
  return () => ({ result: { path: plan.path }, put: [{ ...file, gitMode }] });
}
