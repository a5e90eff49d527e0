import { setTimeout as delay } from 'node:timers/promises';
import { inArray, sql } from 'drizzle-orm';
import { schema, type Database } from '../../db/client.ts';
import { log } from '../platform/log.ts';
import { ClientIds } from './client-ids.ts';
import { releaseLease, renewLeases, takeLease } from './lease.ts';
import { Room, UnreadableRoom } from './room.ts';
import { createRoomStore, type RoomStore } from './room-store.ts';

/** How long a room without people stays in memory. */
const idleMs = 30_000;
const lastWriteMs = 5_000;

/** Another node owns the room. */
export class RoomElsewhere extends Error {
  override name = 'RoomElsewhere';
}

export class RoomAbsent extends Error {
  override name = 'RoomAbsent';
}

type Entry = { loading: Promise<Room>; room: Room | undefined; holds: number; idle: NodeJS.Timeout | undefined };

export type RoomsOptions = { db: Database; nodeId: string; idleMs?: number; store?: RoomStore };

/** The rooms this process owns. Concurrent opens share one load; a room goes only after its last write. */
export class Rooms {
  readonly #db: Database;
  readonly #nodeId: string;
  readonly #idleMs: number;
  readonly #store: RoomStore;
  readonly #entries = new Map<string, Entry>();
  #closed = false;

  constructor(options: RoomsOptions) {
    this.#db = options.db;
    this.#nodeId = options.nodeId;
    this.#idleMs = options.idleMs ?? idleMs;
    this.#store = options.store ?? createRoomStore(options.db);
  }

  /** The rooms that are loaded. */
  *loaded(): Generator<Room> {
    for (const { room } of this.#entries.values()) if (room) yield room;
  }

  find(sessionId: string): Room | undefined {
    return this.#entries.get(sessionId)?.room;
  }

  /**
   * Runs `fn` with the room, loading it when nobody is in it; it stays loaded at least until `fn` is done.
   * @throws RoomElsewhere, RoomAbsent, UnreadableRoom
   */
  async with<T>(sessionId: string, fn: (room: Room) => T | Promise<T>): Promise<T> {
    if (this.#closed) throw new RoomElsewhere('this server is stopping');
    const entry = this.#entries.get(sessionId) ?? this.#startLoading(sessionId);
    entry.holds++;
    clearTimeout(entry.idle);
    try {
      return await fn(await entry.loading);
    } finally {
      entry.holds--;
      this.#rest(sessionId);
    }
  }

  #startLoading(sessionId: string): Entry {
    const entry: Entry = { loading: this.#load(sessionId), room: undefined, holds: 0, idle: undefined };
    this.#entries.set(sessionId, entry);
    entry.loading.then(
      (room) => {
        entry.room = room;
      },
      () => {
        if (this.#entries.get(sessionId) === entry) this.#entries.delete(sessionId);
      },
    );
    return entry;
  }

  async #load(sessionId: string): Promise<Room> {
    const fence = await this.#takeLease(sessionId);
    if (fence === undefined) throw new RoomElsewhere(`another server owns the room ${sessionId}`);
    const stored = await this.#store.load(sessionId);
    if (!stored) throw new RoomAbsent(`there is no session ${sessionId}`);
    const key = { sessionId, teamId: stored.teamId, nodeId: this.#nodeId, fence };
    const clientIds = new ClientIds(this.#db, { sessionId, teamId: stored.teamId });
    try {
      return new Room(stored, { key, store: this.#store, clientIds, onEmpty: (room) => this.#onEmpty(room) });
    } catch (error) {
      if (error instanceof UnreadableRoom)
        log().error({ err: error, sessionId }, 'a room is kept closed: its document cannot be read');
      await releaseLease(this.#db, key);
      throw error;
    }
  }

  async #takeLease(sessionId: string): Promise<number | undefined> {
    try {
      return await takeLease(this.#db, { sessionId, nodeId: this.#nodeId });
    } catch (error) {
      // The lease refers to its session.
      if (isForeignKeyViolation(error)) throw new RoomAbsent(`there is no session ${sessionId}`, { cause: error });
      throw error;
    }
  }

  #onEmpty(room: Room): void {
    const entry = this.#entries.get(room.sessionId);
    if (entry?.room !== room) return;
    if (room.isClosed) this.#entries.delete(room.sessionId);
    else this.#rest(room.sessionId);
  }

  /** Starts the idle time of a room that nobody uses. */
  #rest(sessionId: string): void {
    const entry = this.#entries.get(sessionId);
    if (!entry || !isUnused(entry)) return;
    clearTimeout(entry.idle);
    entry.idle = setTimeout(() => void this.#unload(sessionId, entry), this.#idleMs);
    entry.idle.unref();
  }

  /** Unloads after the last write; who comes back meanwhile finds the room as it was. */
  async #unload(sessionId: string, entry: Entry): Promise<void> {
    const { room } = entry;
    if (!room) return;
    await room.settled().catch(() => undefined);
    await room.compact();
    if (!isUnused(entry) || this.#entries.get(sessionId) !== entry) return;
    this.#entries.delete(sessionId);
    room.close(1001, 'The room was closed.');
    await releaseLease(this.#db, room.key).catch((error: unknown) =>
      log().warn({ err: error, sessionId }, 'could not give a room back'),
    );
  }

  /** Gives a sign of life for every room, and closes those that went elsewhere. */
  async renew(): Promise<void> {
    const rooms = [...this.loaded()];
    const own = await renewLeases(this.#db, { nodeId: this.#nodeId, held: rooms.map((room) => room.key) });
    for (const room of rooms) {
      if (!own.has(room.sessionId)) room.close(1013, 'The room has moved to another server. Connect again.');
    }
  }

  /** Typing is activity of a session too: those with edits since the last call are marked. */
  async markActivity(): Promise<void> {
    const active = [...this.loaded()].filter((room) => room.takeActivity()).map((room) => room.sessionId);
    if (active.length === 0) return;
    await this.#db
      .update(schema.session)
      .set({ lastActivityAt: sql`now()` })
      .where(inArray(schema.session.id, active));
  }

  /** Stores what is not stored, folds the logs, gives every room back. At most five seconds. */
  async close(): Promise<void> {
    this.#closed = true;
    const rooms = [...this.loaded()];
    const store = Promise.all(
      rooms.map(async (room) => {
        await room.settled().catch(() => undefined);
        await room.compact();
      }),
    );
    await Promise.race([store, delay(lastWriteMs, undefined, { ref: false })]);
    for (const entry of this.#entries.values()) clearTimeout(entry.idle);
    for (const room of rooms) room.close(1012, 'The server restarts. Connect again.');
    await Promise.all(rooms.map((room) => releaseLease(this.#db, room.key).catch(() => undefined)));
    this.#entries.clear();
  }
}

const isUnused = (entry: Entry) => entry.holds === 0 && (entry.room?.connections.size ?? 1) === 0;

function isForeignKeyViolation(error: unknown): boolean {
  const cause = error instanceof Error ? error.cause : undefined;
  return typeof cause === 'object' && cause !== null && 'code' in cause && cause.code === '23503';
}
