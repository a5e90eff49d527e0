import { and, asc, eq, gt, isNull, lte, sql } from 'drizzle-orm';
import { schema, type Database, type Transaction } from '../../db/client.ts';
import type { RoomUpdateKind } from '../../db/schema/room.ts';
import type { StoredCredit } from '../core/authorship.ts';
import { appendAtOnce, mostAtOnce } from './append-updates.ts';
import type { RoomFile } from './room-document.ts';

/** Who a change is recorded for. Updates of different authors are never mixed in one row. */
export type Author = { kind: 'person' | 'run' | 'system'; id: string };

export type StoredUpdate = {
  author: Author;
  kind: RoomUpdateKind;
  update: Uint8Array;
  fileIds?: readonly string[];
  /** Text in it that others wrote first. */
  credits?: readonly StoredCredit[];
};

/** A change as the log has it. */
export type LoadedUpdate = Omit<StoredUpdate, 'fileIds'> & { at: number };

export type StoredRoom = {
  teamId: string;
  projectId: string;
  snapshot: Uint8Array | undefined;
  /** Who wrote what of the snapshot. */
  authorship?: Uint8Array | undefined;
  updates: LoadedUpdate[];
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
  /** Replaces the log up to `throughId` by a snapshot, and by who changed which file. @throws FenceLost */
  compact(key: RoomKey, snapshot: Snapshot): Promise<void>;
};

export type Snapshot = { state: Uint8Array; authorship: Uint8Array; throughId: number };

const { roomUpdate, roomSnapshot, roomFile, roomLease, session } = schema;

export function createRoomStore(db: Database): RoomStore {
  return {
    load: (sessionId) => db.transaction((tx) => load(tx, sessionId), { isolationLevel: 'repeatable read' }),
    append: (key, updates, alongside) => append(db, { key, updates, alongside }),
    compact: (key, snapshot) => db.transaction((tx) => compact(tx, key, snapshot)),
  };
}

type Appended = { key: RoomKey; updates: readonly StoredUpdate[]; alongside: readonly Alongside[] };

async function append(db: Database, { key, updates, alongside }: Appended): Promise<number> {
  if (alongside.length === 0 && updates.length > 0 && updates.length <= mostAtOnce) {
    const lastId = await appendAtOnce(db.$client, key, updates);
    if (lastId === undefined) throw fenceLost(key);
    return lastId;
  }
  return db.transaction(async (tx) => {
    await requireFence(tx, key);
    let lastId = 0;
    for (let from = 0; from < updates.length; from += mostAtOnce)
      lastId = await insertUpdates(tx, key, updates.slice(from, from + mostAtOnce));
    for (const write of alongside) await write(tx);
    return lastId;
  });
}

const fenceLost = (key: RoomKey) => new FenceLost(`room ${key.sessionId} is no longer owned under fence ${key.fence}`);

async function load(tx: Transaction, sessionId: string): Promise<StoredRoom | undefined> {
  const [owner] = await tx
    .select({ teamId: session.teamId, projectId: session.projectId })
    .from(session)
    .where(eq(session.id, sessionId));
  if (!owner) return undefined;
  const [snapshot] = await tx.select().from(roomSnapshot).where(eq(roomSnapshot.sessionId, sessionId));
  const updates = await tx
    .select({
      id: roomUpdate.id,
      actorKind: roomUpdate.actorKind,
      actorId: roomUpdate.actorId,
      kind: roomUpdate.kind,
      update: roomUpdate.update,
      credits: roomUpdate.credits,
      createdAt: roomUpdate.createdAt,
    })
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
    authorship: snapshot?.authorship ?? undefined,
    updates: updates.map((row) => ({
      author: { kind: row.actorKind, id: row.actorId },
      kind: row.kind,
      update: row.update,
      credits: row.credits ?? [],
      at: row.createdAt.getTime(),
    })),
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

/** A node that stops in the middle of a transaction holds up whoever takes the room no longer than this. */
const stalledMs = 3_000;

/**
 * Held until the transaction ends: a node that takes the room waits for it, and so loads what is written here. A node
 * that was slow finds its fence gone.
 */
async function requireFence(tx: Transaction, key: RoomKey): Promise<void> {
  const [row] = await tx
    .select({
      fence: roomLease.fence,
      // Set here, for a statement of its own would be a way more to the database and back with every change.
      limit: sql`set_config('idle_in_transaction_session_timeout', ${String(stalledMs)}, true)`,
    })
    .from(roomLease)
    .where(
      and(eq(roomLease.sessionId, key.sessionId), eq(roomLease.nodeId, key.nodeId), eq(roomLease.fence, key.fence)),
    )
    .for('share');
  if (!row) throw fenceLost(key);
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
        fileIds: [...(one.fileIds ?? [])],
        credits: one.credits?.length ? [...one.credits] : null,
      })),
    )
    .returning({ id: roomUpdate.id });
  return Math.max(...rows.map((row) => row.id));
}

async function compact(tx: Transaction, key: RoomKey, { state, authorship, throughId }: Snapshot): Promise<void> {
  await requireFence(tx, key);
  const row = { teamId: key.teamId, throughId, fence: key.fence, state, authorship };
  await tx
    .insert(roomSnapshot)
    .values({ sessionId: key.sessionId, ...row })
    .onConflictDoUpdate({ target: roomSnapshot.sessionId, set: { ...row, createdAt: sql`now()` } });
  await keepContributions(tx, key, throughId);
  await tx.delete(roomUpdate).where(and(eq(roomUpdate.sessionId, key.sessionId), lte(roomUpdate.id, throughId)));
}

/** Who changed which file, up to which row: what the next commit and the restoring of a checkpoint ask for. */
async function keepContributions(tx: Transaction, { sessionId }: RoomKey, throughId: number): Promise<void> {
  await tx.execute(sql`
    insert into room_contribution (session_id, file_id, actor_kind, actor_id, kind, team_id, last_update_id, last_at)
    select session_id, changed.file_id, actor_kind, actor_id, kind, team_id, max(id), max(created_at)
    from room_update
    cross join lateral unnest(case when file_ids = '{}' then array[''] else file_ids end) as changed (file_id)
    where session_id = ${sessionId} and id <= ${throughId}
    group by session_id, changed.file_id, actor_kind, actor_id, kind, team_id
    on conflict (session_id, file_id, actor_kind, actor_id, kind) do update
    set last_update_id = greatest(room_contribution.last_update_id, excluded.last_update_id),
      last_at = greatest(room_contribution.last_at, excluded.last_at)`);
}
