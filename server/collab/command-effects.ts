import { and, eq, sql } from 'drizzle-orm';
import { schema, type Transaction } from '../../db/client.ts';
import { AppError } from '../core/errors.ts';
import type { SessionEventBody } from '../core/session-event.ts';
import { appendSessionEvent } from '../runs/event-log.ts';
import type { RoomCommandKind, RoomCommandResults } from '../workspace/room-command.ts';
import { putFile, removeFile, showPath, type RoomFile } from './room-document.ts';
import type { Edit, Room } from './room.ts';
import type { Author } from './room-store.ts';
import type { CommandWork } from './session-state.ts';

export type ChangeCause = Extract<SessionEventBody, { type: 'files_changed' }>['cause'];

/** Everything a command does, decided at one moment and made durable in one transaction with the command itself. */
export type Effects<Kind extends RoomCommandKind = RoomCommandKind> = {
  result: RoomCommandResults[Kind];
  edits?: Edit[];
  /** Files that come into the room or whose path or format changes. */
  put?: RoomFile[];
  /** Files that leave the room. */
  remove?: RoomFile[];
  headCommit?: string;
  baseCommit?: string;
  changed?: { paths: string[]; cause: ChangeCause };
  /** An entry of the log that says more than `changed`. */
  event?: SessionEventBody;
  /** Rows of the command's own; may be repeated when the store fails. */
  also?: (tx: Transaction) => Promise<void>;
};

/**
 * What a handler returns after its reading: decides and edits at one moment, with the live texts as they are then.
 * @throws LiveTextMoved when the texts are not those the handler prepared for; then it is asked again
 */
export type Finish<Kind extends RoomCommandKind = RoomCommandKind> = () => Effects<Kind>;

/** People typed between the reading and the deciding. */
export class LiveTextMoved extends Error {
  override name = 'LiveTextMoved';
}

export const serverAuthor: Author = { kind: 'system', id: 'room' };

/** Brings a file into the document with its text. */
export function seeding(file: RoomFile, text: string, by: Omit<Edit, 'apply'>): Edit {
  return { ...by, bringsBytes: Buffer.byteLength(text), apply: (doc) => putFile(doc, file, text) };
}

/** @throws AppError too_large when the room would hold more than it may; what only removes text always passes */
export function requireRoomFor(room: Room, edits: readonly Edit[]): void {
  const bytes = edits.reduce((sum, edit) => sum + (edit.bringsBytes ?? 0), 0);
  if (bytes === 0 || room.hasRoomFor(bytes)) return;
  throw new AppError(
    'too_large',
    'The session holds too much text to take this in. Remove text, or commit and open a new session.',
  );
}

export function removing(files: readonly RoomFile[], by: Pick<Edit, 'author' | 'kind'>): Edit {
  return {
    ...by,
    apply: (doc) => {
      for (const file of files) removeFile(doc, file.fileId);
    },
  };
}

export function showing(files: readonly RoomFile[]): Edit {
  return {
    author: serverAuthor,
    kind: 'restore',
    apply: (doc) => {
      for (const file of files) showPath(doc, file);
    },
  };
}

/** The most paths an entry of the log names. */
export const maxNamedPaths = 500;

/** Writes the rows of a command. Paths are freed before they are taken, for a file may take another's place. */
export async function writeEffects(tx: Transaction, work: CommandWork, effects: Effects): Promise<void> {
  const { session, actor } = work;
  await effects.also?.(tx);
  for (const file of effects.remove ?? []) {
    await tx
      .update(schema.roomFile)
      .set({ removedAt: sql`now()` })
      .where(and(eq(schema.roomFile.fileId, file.fileId), eq(schema.roomFile.sessionId, session.id)));
  }
  for (const file of effects.put ?? []) {
    const { fileId, ...kept } = file;
    await tx
      .insert(schema.roomFile)
      .values({ fileId, teamId: session.teamId, sessionId: session.id, ...kept })
      .onConflictDoUpdate({ target: schema.roomFile.fileId, set: kept });
  }
  // The log first and the session's row then, as everyone who appends to the log does.
  if (effects.changed && effects.changed.paths.length > 0) {
    const { paths, cause } = effects.changed;
    const body = { type: 'files_changed' as const, paths: paths.slice(0, maxNamedPaths), cause };
    await appendSessionEvent(tx, { sessionId: session.id, teamId: session.teamId, actor, body });
  }
  if (effects.event) {
    await appendSessionEvent(tx, { sessionId: session.id, teamId: session.teamId, actor, body: effects.event });
  }
  const commits = {
    ...(effects.headCommit !== undefined && { headCommit: effects.headCommit }),
    ...(effects.baseCommit !== undefined && { baseCommit: effects.baseCommit }),
  };
  if (Object.keys(commits).length > 0) {
    await tx.update(schema.session).set(commits).where(eq(schema.session.id, session.id));
  }
}
