import type { MemoryTables } from '../../db/testing-memory-store.ts';
import { MemoryIds, MemoryStore } from '../../db/testing-memory-store.ts';
import type { Author } from '../../server/collab/room-store.ts';
import { Room } from '../../server/collab/room.ts';
import { IdRanges } from './evidence.ts';

const actOf = (author: Author, kind: string) => `${author.kind}:${author.id}:${kind}`;

/** A web process: one room, its own view of the store, and what the server itself changed there. */
export class VirtualNode {
  readonly nodeId: string;
  readonly store: MemoryStore;
  readonly ids: MemoryIds;
  room: Room | undefined;
  /** A process that is stopped: it reads nothing and writes nothing until it wakes up. */
  isAsleep = false;
  /** A command of the room is being made durable. */
  isBusy = false;
  /** Structs and deletions of the server's own changes, by whom and as what they were made. */
  readonly #made = new Map<string, { structs: IdRanges; deletions: IdRanges }>();
  readonly #tables: MemoryTables;

  constructor(nodeId: string, tables: MemoryTables) {
    this.nodeId = nodeId;
    this.#tables = tables;
    this.store = new MemoryStore({ tables });
    this.ids = new MemoryIds(tables, { isPrompt: false });
  }

  /** Takes the room and loads it, all at one moment. */
  async start(): Promise<Room> {
    const fence = this.#tables.take(this.nodeId);
    const key = { sessionId: 'ses', teamId: 'team', nodeId: this.nodeId, fence };
    const stored = await this.store.load();
    this.room = new Room(stored, { key, store: this.store, clientIds: this.ids, onEmpty: () => undefined });
    return this.room;
  }

  /** kill -9: what is not stored is gone, sockets break. */
  kill(): void {
    this.store.drop();
    this.room?.close(1006, 'gone');
    this.room = undefined;
  }

  madeAs(author: Author, kind: string): { structs: IdRanges; deletions: IdRanges } {
    const act = actOf(author, kind);
    const made = this.#made.get(act) ?? { structs: new IdRanges(), deletions: new IdRanges() };
    this.#made.set(act, made);
    return made;
  }
}
