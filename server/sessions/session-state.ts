import { and, eq, isNull } from 'drizzle-orm';
import { schema } from '../../db/client.ts';
import type { ParticipantAccess } from '../auth/authorize-participant.ts';
import type { Context } from '../context.ts';
import { requestRoomCommand } from '../workspace/room-command.ts';

export type StateNow = {
  baseCommit: string;
  headCommit: string;
  /** False when the room did not answer in time: the commit is the last known state, without the latest typing. */
  isCurrent: boolean;
  /** Files in the room by path. */
  openFiles: Map<string, string>;
};

/** The session's state as a commit, with what people typed until now. Waits at most `waitMs` for the room. */
export async function stateNow(
  ctx: Context,
  { session, teamId }: ParticipantAccess,
  waitMs = 5_000,
): Promise<StateNow> {
  const openFiles = await filesInRoom(ctx, { sessionId: session.id, teamId });
  const { baseCommit, headCommit } = session;
  if (openFiles.size === 0) return { baseCommit, headCommit, isCurrent: true, openFiles };
  const request = { sessionId: session.id, teamId, command: { kind: 'materialize' as const } };
  const outcome = await requestRoomCommand(ctx, request, waitMs);
  if (outcome.state === 'pending') return { baseCommit, headCommit, isCurrent: false, openFiles };
  return { baseCommit, headCommit: outcome.result.commit, isCurrent: true, openFiles };
}

async function filesInRoom(
  ctx: Context,
  { sessionId, teamId }: { sessionId: string; teamId: string },
): Promise<Map<string, string>> {
  const { roomFile } = schema;
  const rows = await ctx.db
    .select({ fileId: roomFile.fileId, path: roomFile.path })
    .from(roomFile)
    .where(and(eq(roomFile.teamId, teamId), eq(roomFile.sessionId, sessionId), isNull(roomFile.removedAt)));
  return new Map(rows.map((row) => [row.path, row.fileId]));
}
