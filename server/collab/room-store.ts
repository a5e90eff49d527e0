import { and, asc, eq, gt, inArray, isNull, lt, lte, or, sql } from 'drizzle-orm';
import { schema, type Database, type Transaction } from '../../db/client.ts';
import type { RoomUpdateKind } from '../../db/schema/room.ts';
import type { RoomFile } from './room-document.ts';

/** Who a change is recorded for. Updates of different authors are never mixed in one row. */
export type Author = { kind: 'person' | 'run' | 'system'; id: string };

export type StoredUpdate = { author: Author; kind: RoomUpdateKind; update: Uint8Array };

export type StoredRoom = {
  teamId: string;
  projectId: string;
  snapshot: Uint8Array | undefined;
  updates: Uint8Array[];
  /** The last update that `snapshot` and `updates` hold. */
  throughId: number;
  files: RoomFile[];
};

/** What a room is stored under. */
export type RoomKey = { sessionId: string; teamId: string; nodeId: string; fence: number };

/** Rows that must become durable together with updates. */
export type Alongside = (tx: Transaction) => Promise<void>;

/** Another node has taken the room: nothing was written, and nothing more will be. */
export class FenceLost extends Error {
  override name = 'FenceLost';
}

export type RoomStore = {
  /** @returns undefined when the session does not exist */
  load(sessionId: string): Promise<StoredRoom | undefined>;
  /** Writes all or nothing. @returns the id of the last update. @throws FenceLost */
  append(key: RoomKey, updates: readonly StoredUpdate[], alongside: readonly Alongside[]): Promise<number>;
  /** Replaces the state up to `throughId`; rows no longer needed for authorship go. @throws FenceLost */
  compact(key: RoomKey, snapshot: { state: Uint8Array; throughId: number }): Promise<void>;
};

const { roomUpdate, roomSnapshot, roomFile, roomLease, session, sessionCommit } = schema;

export function createRoomStore(db: Database): RoomStore {
  return {
    load: (sessionId) => db.transaction((tx) => load(tx, sessionId), { isolationLevel: 'repeatable read' }),
    append: (key, updates, alongside) =>
      db.transaction(async (tx) => {
        await requireFence(tx, key);
        const lastId = updates.length === 0 ? 0 : await insertUpdates(tx, key, updates);
        for (const write of alongside) await write(tx);
        return lastId;
      }),
    compact: (key, snapshot) => db.transaction((tx) => compact(tx, key, snapshot)),
  };
}

async function load(tx: Transaction, sessionId: string): Promise<StoredRoom | undefined> {
  const [owner] = await tx
    .select({ teamId: session.teamId, projectId: session.projectId })
    .from(session)
    .where(eq(session.id, sessionId));
  if (!owner) return undefined;
  const [snapshot] = await tx.select().from(roomSnapshot).where(eq(roomSnapshot.sessionId, sessionId));
  const updates = await tx
    .select({ id: roomUpdate.id, update: roomUpdate.update })
    .from(roomUpdate)
    .where(and(eq(roomUpdate.sessionId, sessionId), gt(roomUpdate.id, snapshot?.throughId ?? 0)))
    .orderBy(asc(roomUpdate.id));
  const files = await tx
    .select()
    .from(roomFile)
    .where(and(eq(roomFile.sessionId, sessionId), isNull(roomFile.removedAt)));
  return {
    ...owner,
    snapshot: snapshot?.state,
    updates: updates.map((row) => row.update),
    throughId: updates.at(-1)?.id ?? snapshot?.throughId ?? 0,
    files: files.map((row) => ({
      fileId: row.fileId,
      path: row.path,
      gitMode: row.gitMode === '100755' ? '100755' : '100644',
      encoding: row.encoding === 'utf-8-bom' ? 'utf-8-bom' : 'utf-8',
      eol: row.eol,
    })),
  };
}

/**
 * Held until the transaction ends: a node that takes the room waits for it, and so loads what is written here. A node
 * that was slow finds its fence gone.
 */
async function requireFence(tx: Transaction, key: RoomKey): Promise<void> {
  const [row] = await tx
    .select({ fence: roomLease.fence })
    .from(roomLease)
    .where(
      and(eq(roomLease.sessionId, key.sessionId), eq(roomLease.nodeId, key.nodeId), eq(roomLease.fence, key.fence)),
    )
    .for('share');
  if (!row) throw new FenceLost(`room ${key.sessionId} is no longer owned under fence ${key.fence}`);
}

async function insertUpdates(tx: Transaction, key: RoomKey, updates: readonly StoredUpdate[]): Promise<number> {
  const rows = await tx
    .insert(roomUpdate)
    .values(
      updates.map((one) => ({
        teamId: key.teamId,
        sessionId: key.sessionId,
        fence: key.fence,
        actorKind: one.author.kind,
        actorId: one.author.id,
        kind: one.kind,
        update: one.update,
      })),
    )
    .returning({ id: roomUpdate.id });
  return Math.max(...rows.map((row) => row.id));
}

async function compact(
  tx: Transaction,
  key: RoomKey,
  { state, throughId }: { state: Uint8Array; throughId: number },
): Promise<void> {
  await requireFence(tx, key);
  const row = { teamId: key.teamId, throughId, fence: key.fence, state };
  await tx
    .insert(roomSnapshot)
    .values({ sessionId: key.sessionId, ...row })
    .onConflictDoUpdate({ target: roomSnapshot.sessionId, set: { ...row, createdAt: sql`now()` } });
  const lastCommit = tx
    .select({ at: sql`max(${sessionCommit.createdAt}) - interval '1 minute'` })
    .from(sessionCommit)
    .where(eq(sessionCommit.sessionId, key.sessionId));
  // What was written since the last commit still has to be attributed in the next one; a minute's grace covers what
  // was typed while that commit was being made.
  await tx
    .delete(roomUpdate)
    .where(
      and(
        eq(roomUpdate.sessionId, key.sessionId),
        lte(roomUpdate.id, throughId),
        or(lt(roomUpdate.createdAt, sql`(${lastCommit})`), inArray(roomUpdate.kind, ['open'])),
      ),
    );
}
