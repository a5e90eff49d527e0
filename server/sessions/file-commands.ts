import { z } from 'zod';
import { authorizeParticipant } from '../auth/authorize-participant.ts';
import type { Context } from '../context.ts';
import { AppError } from '../core/errors.ts';
import { repoPathProblem } from '../core/repo-path.ts';
import {
  requestRoomCommand,
  requireDone,
  type RoomCommand,
  type RoomCommandResults,
} from '../workspace/room-command.ts';
import { isAncestor, repoPath, resolveCommit } from '../workspace/git.ts';
import { requireActiveSession } from './require-active-session.ts';

const path = z.string().min(1).max(4096);
const inSession = { sessionId: z.string() };

export const createFileInput = z.object({
  ...inSession,
  path,
  text: z
    .string()
    .max(5 * 1024 * 1024)
    .optional(),
});
export const renamePathInput = z.object({ ...inSession, from: path, to: path });
export const deletePathInput = z.object({ ...inSession, path });
export const discardFileInput = z.object({ ...inSession, path });
export const restoreFileInput = z.object({ ...inSession, path, commit: z.string().regex(/^[0-9a-f]{40,64}$/) });

type Asking<Command extends RoomCommand> = {
  sessionId: string;
  command: Command;
  /** What the audit log calls it, and which paths it names. */
  action: string;
  detail: Record<string, string>;
};

/** Authorizes editing of what is not archived, asks the room, and appends to the audit log in the transaction that asks. */
async function askRoom<Command extends RoomCommand>(
  ctx: Context,
  { sessionId, command, action, detail }: Asking<Command>,
): Promise<RoomCommandResults[Command['kind']]> {
  const { teamId, session } = await authorizeParticipant(ctx, sessionId, 'edit');
  requireActiveSession(session);
  for (const named of [detail['path'], detail['to'], detail['from']]) requirePath(named);
  const audit = { teamId, action, resource: { type: 'session', id: sessionId }, detail };
  return requireDone(await requestRoomCommand(ctx, { sessionId, teamId, command, audit }));
}

/** @throws AppError invalid, before anything is written */
function requirePath(given: string | undefined): void {
  const problem = given === undefined ? undefined : repoPathProblem(given);
  if (problem)
    throw new AppError('invalid', `The path ${JSON.stringify(given?.slice(0, 200))} ${problem}. Choose another.`);
}

/** Makes a file that all see at once. @throws AppError conflict when something is there */
export async function createFile(
  ctx: Context,
  given: z.infer<typeof createFileInput>,
): Promise<RoomCommandResults['create_file']> {
  const input = createFileInput.parse(given);
  const command = {
    kind: 'create_file' as const,
    path: input.path,
    ...(input.text !== undefined && { text: input.text }),
  };
  return askRoom(ctx, { sessionId: input.sessionId, command, action: 'file.create', detail: { path: input.path } });
}

/** Renames or moves a file, or a folder with all in it. @throws AppError not_found, conflict, invalid */
export async function renamePath(
  ctx: Context,
  given: z.infer<typeof renamePathInput>,
): Promise<RoomCommandResults['rename_path']> {
  const { sessionId, from, to } = renamePathInput.parse(given);
  return askRoom(ctx, {
    sessionId,
    command: { kind: 'rename_path', from, to },
    action: 'file.rename',
    detail: { from, to },
  });
}

/** Deletes a file, or a folder with all in it. `restoreCommit` of the answer brings each path back. */
export async function deletePath(
  ctx: Context,
  given: z.infer<typeof deletePathInput>,
): Promise<RoomCommandResults['delete_path']> {
  const input = deletePathInput.parse(given);
  const command = { kind: 'delete_path' as const, path: input.path };
  return askRoom(ctx, { sessionId: input.sessionId, command, action: 'file.delete', detail: { path: input.path } });
}

/** Gives a file its committed state back. `restoreCommit` of the answer undoes it. */
export async function discardFile(
  ctx: Context,
  given: z.infer<typeof discardFileInput>,
): Promise<RoomCommandResults['discard_file']> {
  const input = discardFileInput.parse(given);
  const command = { kind: 'discard_file' as const, path: input.path };
  return askRoom(ctx, { sessionId: input.sessionId, command, action: 'file.discard', detail: { path: input.path } });
}

/** Gives a file the state it has in a commit: undoes a discard or a deletion. */
export async function restoreFile(
  ctx: Context,
  given: z.infer<typeof restoreFileInput>,
): Promise<RoomCommandResults['restore_text']> {
  const { sessionId, path: restored, commit } = restoreFileInput.parse(given);
  await requireOwnPast(ctx, sessionId, commit);
  const command = { kind: 'restore_text' as const, path: restored, commit };
  return askRoom(ctx, { sessionId, command, action: 'file.restore', detail: { path: restored, commit } });
}

/** A guest brings back what this session had, nothing of other branches. @throws not_found */
async function requireOwnPast(ctx: Context, sessionId: string, commit: string): Promise<void> {
  const { role, project, session } = await authorizeParticipant(ctx, sessionId, 'edit');
  if (role !== null) return;
  const repo = repoPath(project.id);
  const isKnown = (await resolveCommit(repo, commit)) !== undefined;
  if (!isKnown || !(await isAncestor(repo, commit, session.headCommit)))
    throw new AppError('not_found', 'This session never had such a state.');
}
