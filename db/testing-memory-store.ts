import * as Y from 'yjs';
import type { ClientRegistry } from '../server/collab/client-ids.ts';
import { serverClientId, type RoomFile } from '../server/collab/room-document.ts';
import {
  FenceLost,
  type Alongside,
  type Author,
  type RoomKey,
  type RoomStore,
  type Snapshot,
  type StoredRoom,
  type StoredUpdate,
} from '../server/collab/room-store.ts';
import type { Transaction } from './client.ts';

export type MemoryRow = StoredUpdate & { id: number; at: number; nodeId: string; fence: number };

/** Who wrote what of a snapshot is not known when it was made by hand. */
type MemorySnapshot = Omit<Snapshot, 'authorship'> & { authorship?: Uint8Array };

/** Rows of one room, shared by every node of a virtual cluster. */
export class MemoryTables {
  rows: MemoryRow[] = [];
  snapshot: MemorySnapshot = { state: Y.encodeStateAsUpdate(new Y.Doc()), throughId: 0 };
  readonly files = new Map<string, RoomFile>();
  /** Whose a client id is. */
  readonly owners = new Map<number, string>();
  owner = { nodeId: 'node', fence: 1 };
  /** Hears of each row when it is written. */
  onRow: (row: MemoryRow) => void = () => undefined;
  #nextId = 1;

  /** A node becomes the owner, as with a lease that ran out. */
  take(nodeId: string): number {
    this.owner = { nodeId, fence: this.owner.fence + 1 };
    return this.owner.fence;
  }

  requireFence(key: RoomKey): void {
    if (key.fence !== this.owner.fence || key.nodeId !== this.owner.nodeId) throw new FenceLost('taken');
  }

  /** All or nothing, with what is written beside them. @returns the id of the last row, 0 when there is none */
  async insert(key: RoomKey, updates: readonly StoredUpdate[], beside: () => Promise<void>): Promise<number> {
    this.requireFence(key);
    const rows = updates.map((update) => ({
      ...update,
      id: this.#nextId++,
      at: Date.now(),
      nodeId: key.nodeId,
      fence: key.fence,
    }));
    this.rows.push(...rows);
    for (const row of rows) this.onRow(row);
    try {
      await beside();
    } catch (error) {
      this.rows = this.rows.filter((row) => !rows.includes(row));
      throw error;
    }
    return rows.at(-1)?.id ?? 0;
  }
}

/** What is written beside updates in memory goes to `MemoryTables`, so there is nothing to hand over. */
const noTransaction: Transaction = Object.create(null);

type Write = { apply: () => Promise<void>; fail: (error: Error) => void };

/**
 * A room's store as one node sees it. Writes wait until a test lets them happen, fail, or never answer; with `isPrompt`
 * they happen at once.
 */
export class MemoryStore implements RoomStore {
  readonly tables: MemoryTables;
  readonly #isPrompt: boolean;
  #waiting: Write[] = [];

  constructor(options: { tables?: MemoryTables; isPrompt?: boolean } = {}) {
    this.tables = options.tables ?? new MemoryTables();
    this.#isPrompt = options.isPrompt ?? false;
  }

  get rows(): readonly MemoryRow[] {
    return this.tables.rows;
  }

  get snapshot(): MemorySnapshot {
    return this.tables.snapshot;
  }

  set snapshot(snapshot: MemorySnapshot) {
    this.tables.snapshot = snapshot;
  }

  /** How many writes wait. */
  get waiting(): number {
    return this.#waiting.length;
  }

  load(): Promise<StoredRoom> {
    const { snapshot, rows, files } = this.tables;
    const { throughId } = snapshot;
    const after = rows.filter((row) => row.id > throughId);
    return Promise.resolve({
      teamId: 'team',
      projectId: 'prj',
      snapshot: snapshot.state,
      authorship: snapshot.authorship,
      updates: after,
      throughId: after.at(-1)?.id ?? throughId,
      files: [...files.values()],
    });
  }

  append(key: RoomKey, updates: readonly StoredUpdate[], alongside: readonly Alongside[] = []): Promise<number> {
    return this.#write(() =>
      this.tables.insert(key, updates, async () => {
        for (const write of alongside) await write(noTransaction);
      }),
    );
  }

  compact(key: RoomKey, snapshot: Snapshot): Promise<void> {
    return this.#write(async () => {
      this.tables.requireFence(key);
      this.tables.snapshot = snapshot;
      this.tables.rows = this.tables.rows.filter((row) => row.id > snapshot.throughId);
    });
  }

  #write<T>(make: () => Promise<T>): Promise<T> {
    if (this.#isPrompt) return Promise.resolve().then(make);
    return new Promise((resolve, reject) => {
      const apply = () => make().then(resolve, reject);
      this.#waiting.push({ apply, fail: reject });
    });
  }

  /** A write that waits happens. */
  step(at = 0): void {
    const [write] = this.#waiting.splice(at, 1);
    void write?.apply();
  }

  /** A write that waits fails and leaves nothing. */
  fail(at = 0): void {
    const [write] = this.#waiting.splice(at, 1);
    write?.fail(new Error('the store does not answer'));
  }

  /** A write that waits happens, but whoever asked for it hears of a failure. */
  loseAnswer(at = 0): void {
    const [write] = this.#waiting.splice(at, 1);
    write?.fail(new Error('the connection to the store broke'));
    void write?.apply();
  }

  /** Writes under way vanish with the process that made them. */
  drop(): void {
    this.#waiting = [];
  }
}

const keyOf = (actor: Author) => `${actor.kind}:${actor.id}`;

/** Whose client ids are, in memory. Answers wait as in the store, unless `isPrompt`. */
export class MemoryIds implements ClientRegistry {
  readonly #tables: MemoryTables;
  readonly #isPrompt: boolean;
  readonly #known = new Map<number, string>();
  #waiting: (() => void)[] = [];

  constructor(tables: MemoryTables, options: { isPrompt?: boolean } = {}) {
    this.#tables = tables;
    this.#isPrompt = options.isPrompt ?? true;
  }

  check(clientIds: Iterable<number>, actor: Author): boolean | undefined {
    let isKnown = true;
    for (const id of clientIds) {
      if (id === serverClientId) return false;
      const owner = this.#known.get(id);
      if (owner === undefined) isKnown = false;
      else if (owner !== keyOf(actor)) return false;
    }
    return isKnown ? true : undefined;
  }

  claim(clientIds: Iterable<number>, actor: Author): Promise<boolean> {
    const ids = [...clientIds];
    const claimNow = () => {
      for (const id of ids) {
        if (id === serverClientId) continue;
        const owner = this.#tables.owners.get(id) ?? keyOf(actor);
        this.#tables.owners.set(id, owner);
        this.#known.set(id, owner);
      }
      return this.check(ids, actor) === true;
    };
    if (this.#isPrompt) return Promise.resolve(claimNow());
    return new Promise((resolve) => this.#waiting.push(() => resolve(claimNow())));
  }

  /** The next answer comes. @returns false when nobody asked */
  step(): boolean {
    const answer = this.#waiting.shift();
    answer?.();
    return answer !== undefined;
  }
}
