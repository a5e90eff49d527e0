import { z } from 'zod';
import { authorizeParticipant } from '../auth/authorize-participant.ts';
import type { Context } from '../context.ts';
import { requestRoomCommand, requireDone, type RoomCommandResults } from '../workspace/room-command.ts';

export const openFileInput = z.object({
  sessionId: z.string(),
  path: z.string().min(1).max(4096),
  /** Consents to one kind of line end in a file that has several. */
  normaliseEol: z.boolean().optional(),
});

/**
 * Brings a file's text into the session's room; whoever asks first, all get the same file. Whoever may view may open.
 * @throws AppError not_found; unsupported with `details.reason` binary, encoding, mixed_eol, too_large, symlink or
 *   submodule; pending when the room does not answer within 5 s
 */
export async function openFile(
  ctx: Context,
  given: z.infer<typeof openFileInput>,
): Promise<RoomCommandResults['open_file']> {
  const { sessionId, path, normaliseEol } = openFileInput.parse(given);
  // Opening changes no text, but making line ends alike does.
  const { teamId } = await authorizeParticipant(ctx, sessionId, normaliseEol ? 'edit' : 'view');
  const command = { kind: 'open_file' as const, path, ...(normaliseEol && { normaliseEol }) };
  return requireDone(await requestRoomCommand(ctx, { sessionId, teamId, command }));
}
