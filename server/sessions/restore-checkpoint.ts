import type { z } from 'zod';
import type { Context } from '../context.ts';
import { requestRoomCommand, requireDone, type RoomCommandResults } from '../workspace/room-command.ts';
import { authorizeCheckpoint, restoreTitle } from './checkpoint-access.ts';
import { previewRestoreInput } from './preview-restore.ts';
import { requireActiveSession } from './require-active-session.ts';

const roomWaitMs = 20_000;

/**
 * Gives the session, or some of its files, the state of a checkpoint as a new state. Nothing is lost: what it was is the
 * checkpoint `undoId`, which brings it back. The conversation and the branch stay.
 * @throws AppError conflict when the session is archived; pending when the room does not answer in time
 */
export async function restoreCheckpoint(
  ctx: Context,
  given: z.infer<typeof previewRestoreInput>,
): Promise<RoomCommandResults['restore_tree']> {
  const { checkpointId, paths } = previewRestoreInput.parse(given);
  const access = await authorizeCheckpoint(ctx, checkpointId, 'edit');
  requireActiveSession(access.session);
  const { checkpoint, teamId, session } = access;
  const title = restoreTitle(checkpoint);
  const command = {
    kind: 'restore_tree' as const,
    checkpointId,
    title,
    commit: checkpoint.commit,
    ...(paths && { paths }),
  };
  const audit = {
    teamId,
    action: 'checkpoint.restore',
    resource: { type: 'checkpoint', id: checkpointId },
    detail: { sessionId: session.id, title, commit: checkpoint.commit, ...(paths && { paths }) },
  };
  return requireDone(await requestRoomCommand(ctx, { sessionId: session.id, teamId, command, audit }, roomWaitMs));
}
