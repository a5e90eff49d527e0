import type { Alongside, RoomKey, RoomStore, StoredUpdate } from './room-store.ts';
import { FenceLost } from './room-store.ts';
import * as Y from 'yjs';
import { isIntegrityViolation } from '../../db/postgres-error.ts';
import { log } from '../platform/log.ts';
import { retrying } from './retrying.ts';

/** One change on its way to the store. */
export type LogEntry = StoredUpdate & {
  /** The connection it came from: it has it already. */
  origin?: object | undefined;
  alongside?: Alongside | undefined;
};

export type RoomLogEvents = {
  /** These entries are durable now and may be seen. */
  onStored(entries: readonly LogEntry[]): void;
  /** The store fails (true) or works again (false). Nothing is lost meanwhile: the room keeps it and tries again. */
  onFailing(failing: boolean): void;
  /**
   * Another node owns the room, its session is gone, or memory and rows contradict each other: trying again would not
   * help. What is not stored is lost here and comes again from the clients.
   */
  onLost(): void;
};

/**
 * Group commit of a room: what arrives while a write is under way goes with the next one. Entries become durable in the
 * order of appending, and only then are they told to anyone.
 */
export class RoomLog {
  /** The last row that holds this room's changes. */
  throughId: number;
  updatesSinceSnapshot = 0;
  bytesSinceSnapshot = 0;
  readonly #store: RoomStore;
  readonly #key: RoomKey;
  readonly #events: RoomLogEvents;
  #queue: LogEntry[] = [];
  #appended = 0;
  #stored = 0;
  #waiting: { seq: number; fn: (stored: boolean) => void }[] = [];
  #flushing = false;
  readonly #ending = new AbortController();

  constructor(store: RoomStore, key: RoomKey, options: { throughId: number; events: RoomLogEvents }) {
    this.#store = store;
    this.#key = key;
    this.#events = options.events;
    this.throughId = options.throughId;
  }

  append(entry: LogEntry): void {
    if (this.isClosed) return;
    this.#queue.push(entry);
    this.#appended++;
    if (this.#flushing) return;
    this.#flushing = true;
    // What the same turn of the event loop brings goes into the same commit.
    setImmediate(() => void this.#flush());
  }

  /** Calls `fn` once everything appended so far is durable, at once when it is; with false when it will not be. */
  whenStored(fn: (stored: boolean) => void): void {
    if (this.isClosed) fn(false);
    else if (this.#stored === this.#appended) fn(true);
    else this.#waiting.push({ seq: this.#appended, fn });
  }

  /** Resolves once everything appended so far is durable; with false when the log was closed before. */
  settled(): Promise<boolean> {
    return new Promise((resolve) => this.whenStored(resolve));
  }

  get isSettled(): boolean {
    return this.#stored === this.#appended;
  }

  /** Stops writing; what is not stored stays unstored. Those who wait are let go. */
  close(): void {
    this.#ending.abort(new Error('the log is closed'));
    const waiting = this.#waiting.splice(0);
    for (const { fn } of waiting) fn(false);
  }

  get isClosed(): boolean {
    return this.#ending.signal.aborted;
  }

  async #flush(): Promise<void> {
    while (this.#queue.length > 0 && !this.isClosed) {
      const batch = this.#queue;
      this.#queue = [];
      if (!(await this.#storeWithRetries(batch))) return;
      this.#stored += batch.length;
      this.#events.onStored(batch);
      this.#letGo();
    }
    this.#flushing = false;
  }

  #letGo(): void {
    let ready = 0;
    while ((this.#waiting[ready]?.seq ?? Infinity) <= this.#stored) ready++;
    for (const { fn } of this.#waiting.splice(0, ready)) fn(true);
  }

  /** @returns false when the log ended before the batch was stored */
  async #storeWithRetries(batch: readonly LogEntry[]): Promise<boolean> {
    let isFailing = false;
    const onFailure = (error: unknown) => {
      if (error instanceof FenceLost || isIntegrityViolation(error)) throw error;
      log().error({ err: error, sessionId: this.#key.sessionId }, 'could not store a room, trying again');
      if (!isFailing) this.#events.onFailing(true);
      isFailing = true;
    };
    try {
      await retrying(() => this.#storeOnce(batch), { signal: this.#ending.signal, onFailure });
    } catch (error) {
      if (this.isClosed) return false;
      log().warn({ err: error, sessionId: this.#key.sessionId }, 'a room is given up');
      this.close();
      this.#events.onLost();
      return false;
    }
    if (isFailing) this.#events.onFailing(false);
    return true;
  }

  async #storeOnce(batch: readonly LogEntry[]): Promise<void> {
    const rows = foldByAuthor(batch.filter((entry) => entry.update.byteLength > 0));
    const alongside = batch.flatMap((entry) => entry.alongside ?? []);
    const lastId = await this.#store.append(this.#key, rows, alongside);
    this.throughId = Math.max(this.throughId, lastId);
    this.updatesSinceSnapshot += rows.length;
    for (const row of rows) this.bytesSinceSnapshot += row.update.byteLength;
  }
}

/** Neighbours of one author and kind become one row; authors are never mixed and their order stays. */
export function foldByAuthor(entries: readonly StoredUpdate[]): StoredUpdate[] {
  const runs: StoredUpdate[][] = [];
  for (const entry of entries) {
    const [first] = runs.at(-1) ?? [];
    const continues =
      first?.kind === entry.kind && first.author.kind === entry.author.kind && first.author.id === entry.author.id;
    if (continues) runs.at(-1)?.push(entry);
    else runs.push([entry]);
  }
  return runs.flatMap(joined);
}

function joined(entries: readonly StoredUpdate[]): StoredUpdate[] {
  const [first] = entries;
  if (!first) return [];
  const { author, kind } = first;
  const fileIds = [...new Set(entries.flatMap((entry) => entry.fileIds ?? []))];
  const credits = entries.flatMap((entry) => entry.credits ?? []);
  return [{ author, kind, update: mergeUpdates(entries.map((entry) => entry.update)), fileIds, credits }];
}

export function mergeUpdates(updates: readonly Uint8Array[]): Uint8Array {
  const [only, ...more] = updates;
  return only && more.length === 0 ? only : Y.mergeUpdates([...updates]);
}
