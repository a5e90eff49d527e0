import { rm } from 'node:fs/promises';
import { eq } from 'drizzle-orm';
import { schema } from '../../db/client.ts';
import type { ProjectRow, SessionRow } from '../auth/authorize.ts';
import { createContext, systemContext, withTransaction, type Context } from '../context.ts';
import { AppError, isAppError } from '../core/errors.ts';
import { log } from '../platform/log.ts';
import { newId } from '../platform/ids.ts';
import { startBridge } from './bridge/bridge.ts';
import type { Known } from './bridge/known-state.ts';
import { checkpointNow, recordCheckpoint, roomPosition } from './checkpoint.ts';
import { openCommandBox } from './command-box.ts';
import { packageCachePath } from './project-files.ts';
import { repoPath } from './git.ts';
import { requestRoomCommand, requireDone } from './room-command.ts';
import { runInSandbox, type StopReason } from './sandbox.ts';
import { claimTask, holdTask, type ClaimedTask } from './task-claim.ts';
import { endTask, type TaskEnd } from './task-end.ts';
import { maxOutputBytes, TaskOutput } from './task-output.ts';
import { createWorktree, openWorktree, syncWorktree, type Worktree } from './worktree.ts';

/** The longest that a command may run. */
export const taskTimeoutMs = 30 * 60_000;
const roomWaitMs = 15_000;

type Place = ClaimedTask & { ctx: Context; session: SessionRow; project: ProjectRow };

/**
 * Runs a command of the Run panel: the work behind the `task` queue. The session's state is written into its worktree, the
 * command runs there in the sandbox, and what it changed in tracked or new files comes back as the edit of the person who
 * ran it.
 * @param signal the job's: the worker is stopping, so the command is ended and the task says so
 */
export async function runTask(payload: { taskId: string }, signal: AbortSignal): Promise<void> {
  const ctx = systemContext('tasks');
  const claimed = await claimTask(ctx, { taskId: payload.taskId, workerId: newId('node') });
  if (!claimed) return;
  const hold = await holdTask(ctx, claimed);
  const output = new TaskOutput(ctx, claimed.task, claimed.actorRef);
  let end: TaskEnd;
  try {
    const place = await placeOf(ctx, claimed);
    end = await work(place, { output, cancelled: hold.signal, stopping: signal, look: () => hold.look() });
  } catch (error) {
    end = endOfError(error, { cancelled: hold.signal, stopping: signal });
  }
  await hold.stop();
  const reason = end.state === 'cancelled' ? hold.reason() : undefined;
  if (reason !== undefined) end = { ...end, error: reason };
  const outputBlobId = await output.end();
  await withTransaction(ctx, async (tx) => {
    const whole = { ...end, ...(outputBlobId !== undefined && { outputBlobId }) };
    await endTask(tx, { task: claimed.task, actor: claimed.actorRef, from: 'running', end: whole });
  });
}

async function placeOf(ctx: Context, claimed: ClaimedTask): Promise<Place> {
  const [row] = await ctx.db
    .select({ session: schema.session, project: schema.project })
    .from(schema.session)
    .innerJoin(schema.project, eq(schema.project.id, schema.session.projectId))
    .where(eq(schema.session.id, claimed.task.sessionId));
  if (!row || row.session.deletedAt || row.project.deletedAt)
    throw new AppError('not_found', 'The session has been deleted.');
  return { ...claimed, ...row, ctx: createContext({ actor: claimed.actor }) };
}

type Why = { cancelled: AbortSignal; stopping: AbortSignal };
type Doing = Why & { output: TaskOutput; look: () => Promise<void> };

async function work(place: Place, doing: Doing): Promise<TaskEnd> {
  const signal = AbortSignal.any([doing.cancelled, doing.stopping]);
  const { commit, beforeId } = await startingPoint(place);
  signal.throwIfAborted();
  const worktree = await worktreeOf(place, commit);
  signal.throwIfAborted();
  const { ctx, task, actor } = place;
  const mayGoOn = async () => {
    await doing.look();
    signal.throwIfAborted();
  };
  const author = actor.kind === 'person' ? { name: actor.name, email: actor.email, at: ctx.now() } : undefined;
  const note = (text: string) => doing.output.note(text);
  const bridge = startBridge({ ctx, task, author, worktree, commit, signal, note, mayGoOn });
  let end: TaskEnd | undefined;
  try {
    end = await runCommand(place, { worktree, signal, doing });
    // What was stopped halfway leaves halves; the worktree is made anew for the next command.
    if (end.state === 'cancelled' || end.error !== undefined) return end;
    await mayGoOn();
    const known = await bridge.finish();
    sayWhatChanged(known, note);
    if (known.paths.size === 0) return end;
    await checkpointNow(ctx, place.session, { cause: causeOf(place, 'after') });
    return { ...end, beforeId };
  } finally {
    await bridge.stop();
  }
}

/** What a person should know about the command's changes, in words. */
function sayWhatChanged(known: Known, note: (text: string) => void): void {
  const paths = [...known.paths].filter((path) => !known.conflicts.has(path));
  if (paths.length > 0)
    note(`\nChanged ${paths.length} ${paths.length === 1 ? 'file' : 'files'}: ${paths.slice(0, 10).join(', ')}`);
  const conflicts = [...known.conflicts];
  const overlapping = conflicts.filter(([, { reason }]) => reason === undefined).map(([path]) => path);
  if (overlapping.length > 0)
    note(`\nNot taken over, because people changed the same lines meanwhile: ${overlapping.join(', ')}`);
  for (const [path, { reason }] of conflicts)
    if (reason !== undefined) note(`\nNot taken over: ${JSON.stringify(path)}, because ${reason}.`);
}

const causeOf = ({ task }: Place, side: 'before' | 'after') => ({ type: 'command' as const, side, name: task.name });

/** The state that the command begins with; it stays as a checkpoint when it is another than the last. */
async function startingPoint(place: Place): Promise<{ commit: string; beforeId: string }> {
  const { ctx, session, project } = place;
  const updateId = await roomPosition(ctx.db, session);
  const commit = await materialize(place);
  const cause = causeOf(place, 'before');
  const beforeId = await recordCheckpoint(ctx, { session, projectId: project.id, commit, updateId, cause });
  return { commit, beforeId };
}

async function materialize({ ctx, task }: Place): Promise<string> {
  const request = { sessionId: task.sessionId, teamId: task.teamId, command: { kind: 'materialize' } } as const;
  return requireDone(await requestRoomCommand(ctx, request, roomWaitMs)).commit;
}

async function worktreeOf({ session, project }: Place, commit: string): Promise<Worktree> {
  const at = { kind: 'session', id: session.id, repo: repoPath(project.id) } as const;
  const worktree = await openWorktree(at);
  if (!worktree) return createWorktree({ ...at, commit });
  await syncWorktree(worktree, commit);
  return worktree;
}

async function runCommand(
  place: Place,
  at: { worktree: Worktree; signal: AbortSignal; doing: Doing },
): Promise<TaskEnd> {
  const { task, project } = place;
  const { output, cancelled, stopping } = at.doing;
  const box = await openCommandBox(at.worktree, {
    text: task.command,
    taskId: task.id,
    projectId: project.id,
    allowDownloads: project.allowPackageDownloads,
  });
  try {
    const options = { ...box.options, signal: at.signal, timeoutMs: taskTimeoutMs };
    const onOutput = (stream: 'stdout' | 'stderr', chunk: Buffer) => output.push(stream, chunk);
    const result = await runInSandbox(options, box.argv, { maxOutputBytes, onOutput });
    if (cancelled.aborted) return { state: 'cancelled' };
    if (stopping.aborted) return { state: 'failed', error: serverStopped };
    // A cache that outgrew its limit would stop every later command as well.
    if (result.reason === 'disk') await rm(packageCachePath(project.id), { recursive: true, force: true });
    if (result.reason) return { state: 'failed', exitCode: result.code, error: stopped[result.reason] };
    return { state: result.code === 0 ? 'succeeded' : 'failed', exitCode: result.code };
  } finally {
    await box.stop();
  }
}

const serverStopped = 'The server was stopped while the command ran. Run it again.';

const stopped: Record<StopReason, string> = {
  timeout: 'The command took longer than 30 minutes and was stopped.',
  cancelled: 'The command was stopped.',
  'output-limit': 'The command printed more than 2 MB and was stopped. Let it print less, or write to a file.',
  memory: 'The command used more memory than a sandbox has and was stopped.',
  disk: 'The command wrote more to disk than a sandbox has and was stopped.',
  processes: 'The command started more processes than a sandbox has and was stopped.',
};

function endOfError(error: unknown, why: Why): TaskEnd {
  if (why.cancelled.aborted) return { state: 'cancelled' };
  if (why.stopping.aborted) return { state: 'failed', error: serverStopped };
  if (isAppError(error)) return { state: 'failed', error: error.message };
  // The task must end whatever happened; the cause is for the log.
  log().error({ err: error }, 'running a command');
  return { state: 'failed', error: 'The server met a fault it did not expect while it ran the command. Run it again.' };
}
