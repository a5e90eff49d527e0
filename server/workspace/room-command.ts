import { and, eq } from 'drizzle-orm';
import { z } from 'zod';
import { schema } from '../../db/client.ts';
import { appendAudit, type AuditRecord } from '../audit/append.ts';
import { withTransaction, type Context } from '../context.ts';
import { actorRef } from '../core/actor.ts';
import { AppError, errorCodes } from '../core/errors.ts';
import { newId } from '../platform/ids.ts';
import { notifications } from '../platform/notifications.ts';
import { notify } from '../platform/notify.ts';

/**
 * Everything that acts on live text from elsewhere is a row (ARCHITECTURE, decision 3): the owner of the room executes
 * it once, in the order of asking; the caller waits a little for the result. Rules: docs/spec/collab.md, "Commands".
 */
const path = z.string().min(1).max(4096);
const commit = z.string().regex(/^[0-9a-f]{40,64}$/);
/** `resolution`: the text a person chose for the live lines in conflict; `resolutionFor`: those lines as the person saw them. */
const hunk = {
  suggestionId: z.string(),
  hunkId: z.string(),
  resolution: z.string().optional(),
  resolutionFor: z.string().optional(),
};

export const roomCommandSchema = z.discriminatedUnion('kind', [
  /** Brings a file's text into the room, unless it is there. `normaliseEol` consents to one kind of line end. */
  z.object({ kind: z.literal('open_file'), path, normaliseEol: z.boolean().optional() }),
  z.object({ kind: z.literal('create_file'), path, text: z.string().optional() }),
  /** A file, or a folder with all that is in it. */
  z.object({ kind: z.literal('rename_path'), from: path, to: path }),
  z.object({ kind: z.literal('delete_path'), path }),
  /**
   * Writes the room's texts over the session's latest state commit, when they differ from it. `isPassing`: nobody comes
   * back to this state, so who wrote it is kept only until the next one.
   */
  z.object({ kind: z.literal('materialize'), isPassing: z.boolean().optional() }),
  z.object({ kind: z.literal('apply_hunk'), ...hunk }),
  z.object({ kind: z.literal('undo_hunk'), ...hunk }),
  /** Gives a file back the state it has in the session's base commit. */
  z.object({ kind: z.literal('discard_file'), path }),
  /** Gives a file back the state it has in `commit`: the undo of a discard. */
  z.object({ kind: z.literal('restore_text'), path, commit }),
  /**
   * Brings the difference of two commits into the session, three ways. Where people changed the same lines the file
   * stays as it is and is listed; with `onConflict: 'mark'` it gets both versions between conflict markers.
   */
  z.object({
    kind: z.literal('apply_tree'),
    base: commit,
    result: commit,
    cause: z.enum(['command', 'merge', 'restore', 'discard', 'accept']),
    onConflict: z.enum(['list', 'mark']).optional(),
    /** Edits of open texts are not announced, as typing is not. */
    isQuiet: z.boolean().optional(),
  }),
  /**
   * Gives the session, or some of its files, the state of a checkpoint again; what it is at that moment becomes another
   * checkpoint. `title`: the checkpoint in words.
   */
  z.object({
    kind: z.literal('restore_tree'),
    checkpointId: z.string(),
    title: z.string(),
    commit,
    paths: z.array(path).optional(),
  }),
  /** Counts uncommitted changes from `commit` onwards. */
  z.object({ kind: z.literal('set_base'), commit }),
]);

export type RoomCommand = z.infer<typeof roomCommandSchema>;
export type RoomCommandKind = RoomCommand['kind'];

/** What a command answers. Commits are full object names. */
export type RoomCommandResults = {
  open_file: { fileId: string; path: string; sizeBytes: number; eol: 'lf' | 'crlf' };
  create_file: { fileId: string; path: string };
  rename_path: { paths: { from: string; to: string }[]; commit: string };
  delete_path: { paths: string[]; commit: string; restoreCommit: string };
  materialize: { commit: string };
  /** `changed` false: the text was as wanted already. */
  apply_hunk: { path: string; changed?: boolean };
  undo_hunk: { path: string; changed?: boolean };
  /** `restoreCommit` holds the state before: restore_text from it undoes what was done. */
  discard_file: { path: string; restoreCommit: string };
  restore_text: { path: string; restoreCommit: string };
  /** `conflicts` are left as they are in the session; `reasons` says why for those that are no overlap of lines. */
  apply_tree: {
    commit: string;
    paths: string[];
    conflicts: string[];
    reasons: { path: string; reason: string }[];
  };
  /** `undoId` brings back what was there before; null when nothing had to change. `left` stays as it is in the session. */
  restore_tree: { paths: string[]; left: { path: string; reason: string }[]; undoId: string | null };
  set_base: { commit: string };
};

export type RoomCommandOutcome<Kind extends RoomCommandKind = RoomCommandKind> =
  | { state: 'done'; commandId: string; result: RoomCommandResults[Kind] }
  | { state: 'pending'; commandId: string };

/** A refusal as it is stored with a failed command. */
export const commandErrorSchema = z.object({
  code: z.enum(errorCodes),
  message: z.string(),
  details: z.record(z.string(), z.unknown()).optional(),
});

export type RoomCommandRequest<Command extends RoomCommand = RoomCommand> = {
  sessionId: string;
  teamId: string;
  command: Command;
  /** Appended in the transaction that asks. */
  audit?: AuditRecord;
  /** Runs in the transaction that asks, with the command's id: for rows that must not exist without the command. */
  also?: (ctx: Context, commandId: string) => Promise<void>;
};

/**
 * Asks the room's owner to do something and waits for it, at most `waitMs`. The caller has authorized.
 * @throws the refusal of the room as AppError; an Error when called inside a transaction, which would wait for itself
 */
export async function requestRoomCommand<Command extends RoomCommand>(
  ctx: Context,
  request: RoomCommandRequest<Command>,
  waitMs = 5_000,
): Promise<RoomCommandOutcome<Command['kind']>> {
  if (ctx.inTransaction) throw new Error(`room command ${request.command.kind} asked for inside a transaction`);
  const listening = await notifications();
  const commandId = newId('cmd');
  const done = Promise.withResolvers<void>();
  const stop = listening.on('room_command_done', (id) => {
    if (id === commandId) done.resolve();
  });
  try {
    await insertCommand(ctx, request, commandId);
    return await outcomeWithin(ctx, { commandId, teamId: request.teamId, done: done.promise, waitMs });
  } finally {
    stop();
  }
}

async function insertCommand(ctx: Context, request: RoomCommandRequest, commandId: string): Promise<void> {
  if (!ctx.actor) throw new Error(`room command ${request.command.kind} without an actor`);
  const { kind, ...payload } = request.command;
  const actor = actorRef(ctx.actor);
  await withTransaction(ctx, async (tx) => {
    await tx.db
      .insert(schema.roomCommand)
      .values({ id: commandId, teamId: request.teamId, sessionId: request.sessionId, kind, payload, actor });
    if (request.audit) await appendAudit(tx, request.audit);
    await request.also?.(tx, commandId);
    await notify(tx.db, 'room_command', `${request.sessionId}:${commandId}`);
  });
}

type Waiting = { commandId: string; teamId: string; done: Promise<void>; waitMs: number };

async function outcomeWithin<Kind extends RoomCommandKind>(
  ctx: Context,
  { commandId, teamId, done, waitMs }: Waiting,
): Promise<RoomCommandOutcome<Kind>> {
  const until = Date.now() + waitMs;
  for (;;) {
    const outcome = await findCommandOutcome<Kind>(ctx, { commandId, teamId });
    if (outcome?.state === 'done' || Date.now() >= until) return outcome ?? { state: 'pending', commandId };
    await Promise.race([done, pause(Math.min(250, Math.max(1, until - Date.now())))]);
  }
}

const pause = (waitMs: number) => new Promise<void>((resolve) => void setTimeout(resolve, waitMs));

/**
 * How far a command is.
 * @returns undefined when there is no such command
 * @throws the refusal of the room as AppError
 */
export async function findCommandOutcome<Kind extends RoomCommandKind = RoomCommandKind>(
  ctx: Context,
  { commandId, teamId }: { commandId: string; teamId: string },
): Promise<RoomCommandOutcome<Kind> | undefined> {
  const [row] = await ctx.db
    .select({ state: schema.roomCommand.state, result: schema.roomCommand.result })
    .from(schema.roomCommand)
    .where(and(eq(schema.roomCommand.id, commandId), eq(schema.roomCommand.teamId, teamId)));
  if (!row) return undefined;
  if (row.state === 'queued') return { state: 'pending', commandId };
  if (row.state === 'failed') throw storedRefusal(row.result);
  return { state: 'done', commandId, result: storedResult<Kind>(row.result) };
}

function storedRefusal(stored: unknown): AppError {
  const { code, message, details } = commandErrorSchema.parse(stored);
  return new AppError(code, message, details ? { details } : {});
}

/** The executor writes each result with the type of its kind, in one place: server/collab/room-commands.ts. */
function storedResult<Kind extends RoomCommandKind>(stored: unknown): RoomCommandResults[Kind] {
  return stored as RoomCommandResults[Kind];
}

/** For callers that cannot go on without the result. @throws pending when the room did not answer in time */
export function requireDone<Kind extends RoomCommandKind>(outcome: RoomCommandOutcome<Kind>): RoomCommandResults[Kind] {
  if (outcome.state === 'done') return outcome.result;
  throw new AppError(
    'pending',
    'The room has not answered yet; what you asked for will still be done. Look again in a moment.',
    { details: { commandId: outcome.commandId } },
  );
}
