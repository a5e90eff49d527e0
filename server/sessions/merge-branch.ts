import { and, eq } from 'drizzle-orm';
import { schema } from '../../db/client.ts';
import { authorizeSession, type SessionAccess, type SessionRow } from '../auth/authorize.ts';
import type { Context } from '../context.ts';
import { AppError } from '../core/errors.ts';
import { checkpointNow } from '../workspace/checkpoint.ts';
import { repoPath, resolveCommit } from '../workspace/git.ts';
import {
  requestRoomCommand,
  requireDone,
  type RoomCommand,
  type RoomCommandResults,
} from '../workspace/room-command.ts';
import { requireActiveSession } from './require-active-session.ts';

export type MergedBranch = {
  /** The branch's commit that the session counts its changes from now. */
  commit: string;
  /** Files that the merge changed in the session. */
  paths: string[];
  /** Files to look at: both versions stand between marks in them, or, where that cannot be, the session's was kept. */
  conflicts: string[];
};

/**
 * Brings what others committed to the branch into the session. Where both changed the same lines, both versions
 * stand between conflict marks in the room, for people to resolve there.
 */
export async function mergeBranch(ctx: Context, input: { sessionId: string }): Promise<MergedBranch> {
  const access = await authorizeSession(ctx, input.sessionId, 'edit');
  requireActiveSession(access.session);
  return bringBranchIn(ctx, access, await branchTip(access));
}

/** For callers that have authorized. */
export async function bringBranchIn(ctx: Context, access: SessionAccess, tip: string): Promise<MergedBranch> {
  const { session } = access;
  if (tip === session.baseCommit) return { commit: tip, paths: [], conflicts: [] };
  await checkpointNow(ctx, session, { cause: { type: 'merge', branch: session.branch } });
  const { paths, conflicts } = await askRoom(ctx, session, {
    command: { kind: 'apply_tree', base: session.baseCommit, result: tip, cause: 'merge', onConflict: 'mark' },
    change: { action: 'session.merge', before: session.baseCommit, after: tip },
  });
  await askRoom(ctx, session, { command: { kind: 'set_base', commit: tip } });
  return { commit: tip, paths, conflicts };
}

/** The newest commit of the session's branch. @throws conflict when the branch is gone */
export async function branchTip({ project, session }: SessionAccess): Promise<string> {
  const tip = await resolveCommit(repoPath(project.id), `refs/heads/${session.branch}`);
  if (tip !== undefined) return tip;
  throw new AppError('conflict', `The branch ${session.branch} was deleted. Open a session on another branch.`);
}

/** Waits long: merging a whole tree takes its time. @throws pending when the room does not answer */
export async function askRoom<Command extends RoomCommand>(
  ctx: Context,
  session: SessionRow,
  { command, change }: { command: Command; change?: { action: string; before: string; after: string } },
): Promise<RoomCommandResults[Command['kind']]> {
  const audit = change && {
    teamId: session.teamId,
    action: change.action,
    resource: { type: 'session', id: session.id },
    detail: { branch: session.branch, before: { commit: change.before }, after: { commit: change.after } },
  };
  const request = { sessionId: session.id, teamId: session.teamId, command, ...(audit && { audit }) };
  return requireDone(await requestRoomCommand(ctx, request, 20_000));
}

/** The session as it is now, after commands changed it. */
export async function sessionNow(ctx: Context, before: SessionRow): Promise<SessionRow> {
  const { session } = schema;
  const [row] = await ctx.db
    .select()
    .from(session)
    .where(and(eq(session.id, before.id), eq(session.teamId, before.teamId)));
  if (!row) throw new AppError('not_found', 'There is no such session, or you have no access to it.');
  return row;
}
