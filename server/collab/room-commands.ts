import { and, asc, eq, sql } from 'drizzle-orm';
import { schema, type Database, type Transaction } from '../../db/client.ts';
import { systemContext } from '../context.ts';
import { AppError, isAppError } from '../core/errors.ts';
import { log } from '../platform/log.ts';
import { notify } from '../platform/notify.ts';
import { settleHunkCommand } from '../review/settle-hunk.ts';
import { repoPath } from '../workspace/git.ts';
import { roomCommandSchema, type RoomCommand } from '../workspace/room-command.ts';
import { LiveTextMoved, requireRoomFor, writeEffects, type Effects, type Finish } from './command-effects.ts';
import { createFile, deletePath, openFile, renamePath } from './file-commands.ts';
import { applyHunk } from './hunk-commands.ts';
import { RoomLost, UnreadableRoom, type Room } from './room.ts';
import { RoomAbsent, RoomElsewhere, type Rooms } from './rooms.ts';
import type { CommandWork } from './session-state.ts';
import { restoreTree } from './restore-command.ts';
import { discardFile, materialize, restoreText, setBase } from './state-commands.ts';
import { applyTree } from './tree-command.ts';

/**
 * Executes room commands: queued → done | failed, each once and in the order of asking within a session. What a command
 * does becomes durable in the transaction that marks it done.
 */
export type CommandRunner = {
  /** Executes what is queued for a session, unless another node owns its room. */
  run(sessionId: string): Promise<void>;
  /** Looks for sessions with queued commands: notifications are hints. */
  runQueued(): Promise<void>;
  /** Lets what is being executed finish, and takes nothing new. */
  close(): Promise<void>;
};

/** After so many starts a command is given up: the process died or failed in it each time. */
const maxAttempts = 5;
/** How often a command is prepared anew because people typed meanwhile. */
const maxPreparations = 50;

type CommandRow = typeof schema.roomCommand.$inferSelect;
type Runner = { db: Database; rooms: Rooms; isClosed: boolean };

export function createCommandRunner(given: { db: Database; rooms: Rooms }): CommandRunner {
  const runner: Runner = { ...given, isClosed: false };
  const active = new Map<string, { done: Promise<void>; again: boolean }>();

  function run(sessionId: string): Promise<void> {
    const current = active.get(sessionId);
    if (current) {
      current.again = true;
      return current.done;
    }
    const entry = { done: Promise.resolve(), again: false };
    active.set(sessionId, entry);
    entry.done = (async () => {
      try {
        do {
          entry.again = false;
          await drain(runner, sessionId);
        } while (entry.again && !runner.isClosed);
      } finally {
        active.delete(sessionId);
      }
    })();
    return entry.done;
  }

  return {
    run,
    async runQueued() {
      const rows = await given.db
        .selectDistinct({ sessionId: schema.roomCommand.sessionId })
        .from(schema.roomCommand)
        .where(eq(schema.roomCommand.state, 'queued'));
      await Promise.all(rows.map((row) => run(row.sessionId)));
    },
    async close() {
      runner.isClosed = true;
      await Promise.allSettled([...active.values()].map((entry) => entry.done));
    },
  };
}

async function drain(runner: Runner, sessionId: string): Promise<void> {
  for (;;) {
    const row = runner.isClosed ? undefined : await nextQueued(runner.db, sessionId);
    if (!row) return;
    if (!(await attempt(runner, row))) return;
    if (row.kind === 'apply_hunk' || row.kind === 'undo_hunk') {
      const settling = settleHunkCommand(systemContext('room', { db: runner.db }), {
        commandId: row.id,
        teamId: row.teamId,
      });
      await settling.catch((error: unknown) =>
        log().warn({ err: error, commandId: row.id }, 'could not settle a hunk; the next start does'),
      );
    }
  }
}

async function nextQueued(db: Database, sessionId: string): Promise<CommandRow | undefined> {
  const { roomCommand } = schema;
  const [row] = await db
    .select()
    .from(roomCommand)
    .where(and(eq(roomCommand.sessionId, sessionId), eq(roomCommand.state, 'queued')))
    .orderBy(asc(roomCommand.createdAt), asc(roomCommand.id))
    .limit(1);
  return row;
}

/** @returns whether to go on with the next command; false leaves this one queued for later or for another node */
async function attempt(runner: Runner, row: CommandRow): Promise<boolean> {
  try {
    await runner.rooms.with(row.sessionId, (room) => executeOrRefuse(runner.db, room, row));
    return true;
  } catch (error) {
    if (error instanceof RoomElsewhere || error instanceof RoomLost) return false;
    const refusal = refusalWithoutRoom(error);
    if (!refusal) {
      log().warn({ err: error, commandId: row.id, kind: row.kind }, 'a room command failed and is tried again');
      return false;
    }
    await runner.db.transaction((tx) => markFailed(tx, row, refusal));
    return true;
  }
}

/** No node can open this room, so none is in the middle of the command. */
function refusalWithoutRoom(error: unknown): AppError | undefined {
  if (error instanceof RoomAbsent)
    return new AppError('not_found', 'There is no such session, or you have no access to it.');
  return error instanceof UnreadableRoom ? new AppError('unavailable', error.says) : undefined;
}

/**
 * Only the owner refuses, under its fence: another node may be making the command's changes durable at this moment, and
 * they must not stand without the command.
 */
async function executeOrRefuse(db: Database, room: Room, row: CommandRow): Promise<void> {
  try {
    await execute(db, room, row);
  } catch (error) {
    const refusal = refusalOf(error, row);
    if (!refusal) throw error;
    if (!isAppError(error)) log().error({ err: error, commandId: row.id, kind: row.kind }, 'a room command failed');
    await room.changeAll([], (tx) => markFailed(tx, row, refusal));
  }
}

/** Undefined: worth another try. */
function refusalOf(error: unknown, row: CommandRow): AppError | undefined {
  if (isAppError(error)) return error;
  if (error instanceof RoomAbsent || error instanceof RoomLost) return undefined;
  if (row.attempts + 1 < maxAttempts) return undefined;
  return new AppError(
    'unavailable',
    'The room could not do this: it met a fault it did not expect. An admin finds the cause in the log.',
  );
}

async function execute(db: Database, room: Room, row: CommandRow): Promise<void> {
  const { roomCommand, session } = schema;
  const [counted] = await db
    .update(roomCommand)
    .set({ attempts: sql`${roomCommand.attempts} + 1` })
    .where(and(eq(roomCommand.id, row.id), eq(roomCommand.state, 'queued')))
    .returning({ attempts: roomCommand.attempts });
  if (!counted) return;
  if (counted.attempts > maxAttempts)
    throw new AppError(
      'unavailable',
      'The room could not do this: the server stopped in it several times. An admin finds the cause in the log.',
    );
  const command = roomCommandSchema.parse({ ...row.payload, kind: row.kind });
  const [state] = await db
    .select({ id: session.id, teamId: session.teamId, baseCommit: session.baseCommit, headCommit: session.headCommit })
    .from(session)
    .where(eq(session.id, row.sessionId));
  if (!state) throw new RoomAbsent(`there is no session ${row.sessionId}`);
  const work: CommandWork = {
    db,
    room,
    session: state,
    actor: row.actor,
    repo: repoPath(room.projectId),
    commandId: row.id,
  };
  await carryOut(work, row, await decide(work, command));
}

/** Prepares and decides; prepares again while people type into what it is about. */
async function decide(work: CommandWork, command: RoomCommand): Promise<Effects> {
  for (let left = maxPreparations; left > 0; left--) {
    const finish = await prepare(work, command);
    try {
      return finish();
    } catch (error) {
      if (!(error instanceof LiveTextMoved)) throw error;
    }
  }
  throw new AppError('conflict', 'People are typing in this file without a pause. Try again in a moment.');
}

function prepare(work: CommandWork, command: RoomCommand): Promise<Finish> {
  switch (command.kind) {
    case 'open_file':
      return openFile(work, command);
    case 'create_file':
      return createFile(work, command);
    case 'rename_path':
      return renamePath(work, command);
    case 'delete_path':
      return deletePath(work, command);
    case 'materialize':
      return materialize(work, command);
    case 'set_base':
      return setBase(work, command);
    case 'apply_tree':
      return applyTree(work, command);
    case 'apply_hunk':
    case 'undo_hunk':
      return applyHunk(work, command);
    default:
      return prepareRestore(work, command);
  }
}

/** What brings older texts back. */
function prepareRestore(
  work: CommandWork,
  command: Extract<RoomCommand, { kind: 'discard_file' | 'restore_text' | 'restore_tree' }>,
): Promise<Finish> {
  switch (command.kind) {
    case 'discard_file':
      return discardFile(work, command);
    case 'restore_text':
      return restoreText(work, command);
    case 'restore_tree':
      return restoreTree(work, command);
  }
}

/** Edits the document at once and waits until edits, rows and the command's end are durable together. */
async function carryOut(work: CommandWork, row: CommandRow, effects: Effects): Promise<void> {
  const { room } = work;
  requireRoomFor(room, effects.edits ?? []);
  for (const file of effects.remove ?? []) room.files.delete(file.fileId);
  for (const file of effects.put ?? []) room.files.set(file.fileId, file);
  await room.changeAll(effects.edits ?? [], async (tx) => {
    const { roomCommand } = schema;
    const done = await tx
      .update(roomCommand)
      .set({ state: 'done', result: effects.result, finishedAt: sql`now()` })
      .where(and(eq(roomCommand.id, row.id), eq(roomCommand.state, 'queued')))
      .returning({ id: roomCommand.id });
    // A commit whose answer was lost is tried again; what it did stands.
    if (done.length === 0) return;
    await writeEffects(tx, work, effects);
    await notify(tx, 'room_command_done', row.id);
  });
}

async function markFailed(tx: Transaction, row: CommandRow, { code, message, details }: AppError): Promise<void> {
  await tx
    .update(schema.roomCommand)
    .set({ state: 'failed', result: { code, message, ...(details && { details }) }, finishedAt: sql`now()` })
    .where(and(eq(schema.roomCommand.id, row.id), eq(schema.roomCommand.state, 'queued')));
  await notify(tx, 'room_command_done', row.id);
}
