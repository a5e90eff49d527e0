import { setTimeout as delay } from 'node:timers/promises';
import { eq, inArray, sql } from 'drizzle-orm';
import { schema, type Database } from '../../db/client.ts';
import { isForeignKeyViolation } from '../../db/postgres-error.ts';
import { log } from '../platform/log.ts';
import { count } from '../platform/metrics.ts';
import { ClientIds } from './client-ids.ts';
import { findHeld, releaseLease, takeLease } from './lease.ts';
import { Loading, type Waiting } from './loading.ts';
import { Room, UnreadableRoom } from './room.ts';
import { createRoomStore, type RoomStore, type StoredRoom } from './room-store.ts';

/** How long a room without people stays in memory. */
const idleMs = 30_000;
const lastWriteMs = 5_000;
/** A document that cannot be read is not read again for so long, however often clients ask. */
const unreadableMs = 10_000;
/** What a process keeps in memory: rooms, and bytes of their encoded documents. */
const bounds = { rooms: 2_000, bytes: 512 * 1024 * 1024 };

/** Another node owns the room. */
export class RoomElsewhere extends Error {
  override name = 'RoomElsewhere';
}

export class RoomAbsent extends Error {
  override name = 'RoomAbsent';
}

/** So many rooms are in use that no other can be loaded. */
export class RoomsFull extends Error {
  override name = 'RoomsFull';
}

type Entry = {
  loading: Loading;
  room: Room | undefined;
  holds: number;
  idle: NodeJS.Timeout | undefined;
  usedAt: number;
};

export type RoomsOptions = {
  db: Database;
  nodeId: string;
  idleMs?: number;
  store?: RoomStore;
  bounds?: Partial<typeof bounds>;
  /** Whether rooms of a node that shows no life may be taken; always, if not given. */
  mayInherit?: () => boolean;
};

/**
 * The rooms this process owns. Concurrent opens share one load; a room goes only after its last write. Above the bounds
 * rooms without people go first, the one that was used longest ago before the others.
 */
export class Rooms {
  readonly #db: Database;
  readonly #nodeId: string;
  readonly #idleMs: number;
  readonly #store: RoomStore;
  readonly #bounds: typeof bounds;
  readonly #mayInherit: () => boolean;
  readonly #entries = new Map<string, Entry>();
  readonly #unreadable = new Map<string, UnreadableRoom>();
  #closed = false;

  constructor(options: RoomsOptions) {
    this.#db = options.db;
    this.#nodeId = options.nodeId;
    this.#idleMs = options.idleMs ?? idleMs;
    this.#store = options.store ?? createRoomStore(options.db);
    this.#bounds = { ...bounds, ...options.bounds };
    this.#mayInherit = options.mayInherit ?? (() => true);
  }

  /** The rooms that are loaded. */
  *loaded(): Generator<Room> {
    for (const { room } of this.#entries.values()) if (room) yield room;
  }

  find(sessionId: string): Room | undefined {
    return this.#entries.get(sessionId)?.room;
  }

  /** Rooms whose load fails and is tried again. */
  get failingCount(): number {
    let failing = 0;
    for (const { loading } of this.#entries.values()) if (loading.isFailing) failing++;
    return failing;
  }

  get sizeBytes(): number {
    let bytes = 0;
    for (const room of this.loaded()) bytes += room.sizeBytes;
    return bytes;
  }

  /**
   * Runs `fn` with the room, loading it when nobody is in it; it stays loaded at least until `fn` is done.
   * @throws RoomElsewhere, RoomAbsent, UnreadableRoom, RoomsFull, and without `onFailing` whatever a load fails with
   */
  async with<T>(sessionId: string, fn: (room: Room) => T | Promise<T>, waiting: Waiting = {}): Promise<T> {
    if (this.#closed) throw stopping();
    const unreadable = this.#unreadable.get(sessionId);
    if (unreadable) throw unreadable;
    const entry = this.#entries.get(sessionId) ?? this.#startLoading(sessionId);
    entry.holds++;
    clearTimeout(entry.idle);
    try {
      return await fn(await entry.loading.wait(waiting));
    } finally {
      entry.holds--;
      this.#rest(sessionId);
    }
  }

  #startLoading(sessionId: string): Entry {
    const loading = new Loading({
      sessionId,
      load: () => this.#load(sessionId),
      isFinal: (error) => isAnswer(error) || this.#closed,
      isWanted: () => entry.holds > 0,
    });
    const entry: Entry = { loading, room: undefined, holds: 0, idle: undefined, usedAt: performance.now() };
    this.#entries.set(sessionId, entry);
    loading.done.then(
      (room) => {
        // It may have been lost before anybody could use it.
        if (!room.isClosed) entry.room = room;
        else if (this.#entries.get(sessionId) === entry) this.#entries.delete(sessionId);
      },
      () => {
        if (this.#entries.get(sessionId) === entry) this.#entries.delete(sessionId);
      },
    );
    return entry;
  }

  async #load(sessionId: string): Promise<Room> {
    await this.#makeSpaceFor(sessionId);
    const fence = await this.#takeLease(sessionId);
    if (fence === undefined) throw new RoomElsewhere(`another server owns the room ${sessionId}`);
    const lease = { sessionId, nodeId: this.#nodeId, fence };
    try {
      const stored = await this.#store.load(sessionId);
      if (!stored) throw new RoomAbsent(`there is no session ${sessionId}`);
      return await this.#open(stored, { ...lease, teamId: stored.teamId });
    } catch (error) {
      await releaseLease(this.#db, lease).catch(() => undefined);
      throw error;
    }
  }

  async #open(stored: StoredRoom, key: Room['key']): Promise<Room> {
    const clientIds = new ClientIds(this.#db, key);
    let room: Room | undefined;
    try {
      room = new Room(stored, { key, store: this.#store, clientIds, onEmpty: (one) => this.#onEmpty(one) });
      await this.#db.delete(schema.roomQuarantine).where(eq(schema.roomQuarantine.sessionId, key.sessionId));
      return room;
    } catch (error) {
      room?.close(1013, 'The room could not be opened.');
      if (error instanceof UnreadableRoom) await this.#quarantine(error, key);
      throw error;
    }
  }

  /** Written down for the operator; the document itself is left as it is. */
  async #quarantine(error: UnreadableRoom, { sessionId, teamId }: Room['key']): Promise<void> {
    const { roomQuarantine } = schema;
    log().error({ err: error, sessionId }, 'a room is kept closed: its document cannot be read');
    count('ensemble_rooms_unreadable_total', 'Times a room stayed closed because its document cannot be read');
    this.#unreadable.set(sessionId, error);
    setTimeout(() => this.#unreadable.delete(sessionId), unreadableMs).unref();
    await this.#db
      .insert(roomQuarantine)
      .values({ sessionId, teamId, reason: error.message })
      .onConflictDoUpdate({ target: roomQuarantine.sessionId, set: { reason: error.message } });
  }

  async #takeLease(sessionId: string): Promise<number | undefined> {
    try {
      return await takeLease(this.#db, { sessionId, nodeId: this.#nodeId, mayInherit: this.#mayInherit() });
    } catch (error) {
      // The lease refers to its session.
      if (isForeignKeyViolation(error)) throw new RoomAbsent(`there is no session ${sessionId}`, { cause: error });
      throw error;
    }
  }

  #isFullBeside(sessionId: string): boolean {
    const others = this.#entries.size - (this.#entries.has(sessionId) ? 1 : 0);
    return others >= this.#bounds.rooms || this.sizeBytes >= this.#bounds.bytes;
  }

  /** Unloads rooms that nobody uses until there is space for another. @throws RoomsFull */
  async #makeSpaceFor(sessionId: string): Promise<void> {
    if (!this.#isFullBeside(sessionId)) return;
    const unused = [...this.#entries].filter(([, entry]) => isUnused(entry));
    for (const [id, entry] of unused.toSorted(([, a], [, b]) => a.usedAt - b.usedAt)) {
      await this.#unload(id, entry);
      if (!this.#isFullBeside(sessionId)) return;
    }
    throw new RoomsFull(`${this.#entries.size} rooms of ${this.sizeBytes} bytes are in use`);
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
    entry.usedAt = performance.now();
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

  /** Closes the rooms that went elsewhere. */
  async closeLost(): Promise<void> {
    const rooms = [...this.loaded()];
    const own = await findHeld(this.#db, { nodeId: this.#nodeId, held: rooms.map((room) => room.key) });
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

  /** Opens no further room; who waits for one is told. */
  stopLoading(): void {
    this.#closed = true;
    for (const { loading } of this.#entries.values()) loading.stop(stopping());
  }

  /** Stores what is not stored, folds the logs, gives every room back. At most five seconds. */
  async close(): Promise<void> {
    this.stopLoading();
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

const stopping = () => new RoomElsewhere('this server is stopping');

/** Trying again would give the same answer. */
const isAnswer = (error: unknown) =>
  error instanceof RoomAbsent ||
  error instanceof RoomElsewhere ||
  error instanceof RoomsFull ||
  error instanceof UnreadableRoom;

const isUnused = (entry: Entry) => entry.holds === 0 && (entry.room?.connections.size ?? 1) === 0;
