import { mock } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import * as Y from 'yjs';
import { MemoryTables, type MemoryRow } from '../../db/testing-memory-store.ts';
import { serverClientId } from '../../server/collab/room-document.ts';
import { Evidence, IdRanges } from './evidence.ts';
import { below, random, type Random } from './random.ts';
import type { Command } from './virtual-commands.ts';
import { deliverUp, VirtualClient, type Link } from './virtual-client.ts';
import { VirtualNode } from './virtual-node.ts';

/** The files every room of a schedule begins with. */
const firstFiles = ['src/main.ts', 'README.md', 'notes/ünïcode.txt'];

/**
 * Clients, nodes, their lines and one store, all at rest until a schedule moves something. Only the room, its log, its
 * connections and the codec are the real ones; so are the documents of the clients.
 */
export class VirtualWorld {
  readonly next: Random;
  readonly evidence = new Evidence();
  readonly tables = new MemoryTables();
  readonly clients: VirtualClient[] = [];
  /** Lines that clients gave up while the server still reads what is under way on them. */
  ghosts: Link[] = [];
  /** The nodes that live: the last one owns the room, the others sleep or are about to learn that they do not. */
  nodes: VirtualNode[] = [];
  /** Commands that were asked and are not done. */
  readonly commands: Command[] = [];
  readonly happened = new Map<string, number>();
  /** Texts that were the text of a file at some time, for worktrees and restores. */
  readonly pastTexts = new Map<string, string[]>();
  /** Who removed or replaced whole entries; texts that they had not seen go with those. */
  readonly meddlers = new Set<string>();
  /** What people deleted themselves. */
  readonly #deletedBy = new Map<string, [IdRanges]>();
  #lastName = 0;

  constructor(seed: number) {
    this.next = random(seed);
    this.tables.onRow = (row) => this.#judgeRow(row);
    for (const [at, path] of firstFiles.entries()) {
      this.commands.push({ kind: 'open', id: this.name('cmd'), fileId: `fil_${at}`, path });
    }
  }

  get owner(): VirtualNode {
    const owner = this.nodes.at(-1);
    if (!owner) throw new Error('no node lives');
    return owner;
  }

  name(prefix: string): string {
    return `${prefix}_${++this.#lastName}`;
  }

  below(limit: number): number {
    return below(this.next, limit);
  }

  count(event: string, times = 1): void {
    this.happened.set(event, (this.happened.get(event) ?? 0) + times);
  }

  addClient(personId: string): VirtualClient {
    const client = new VirtualClient({ personId, clientId: 1_000 + ++this.#lastName, evidence: this.evidence });
    const [deleted] = this.#deletedBy.get(personId) ?? [new IdRanges()];
    this.#deletedBy.set(personId, [deleted]);
    client.doc.on('afterTransaction', (transaction: Y.Transaction) => {
      if (transaction.origin === 'server') return;
      addRanges(deleted, transaction.deleteSet);
    });
    this.clients.push(client);
    return client;
  }

  /** A node becomes the owner and loads the room; nothing that was seen or called saved may be missing in it. */
  async startNode(): Promise<void> {
    const node = new VirtualNode(this.name('node'), this.tables);
    this.nodes.push(node);
    const room = await node.start();
    this.evidence.requireIn(room.doc);
    const known = [...room.files.keys()].toSorted().join();
    const shown = [...room.doc.getMap('files').keys()].toSorted().join();
    if (known !== shown) throw new Error(`files of the server ${known}, of the document ${shown}`);
  }

  /** kill -9 of a node. Of what was under way, some reached the store and some the clients, the rest is gone. */
  kill(node: VirtualNode): void {
    while (node.store.waiting > 0 && this.next() < 0.5) node.store.step();
    this.nodes = this.nodes.filter((other) => other !== node);
    this.ghosts = this.ghosts.filter((ghost) => ghost.node !== node);
    for (const client of this.clients) {
      if (client.link?.node !== node) continue;
      while (this.next() < 0.5 && client.deliverDown());
      client.letGo();
    }
    node.kill();
  }

  /** The rows of a node's own author and kind hold what that author made, and nothing else. */
  #judgeRow(row: MemoryRow): void {
    const node = this.nodes.find((one) => one.nodeId === row.nodeId);
    if (!node || node.nodeId !== this.tables.owner.nodeId) {
      return this.evidence.accuse(`a node that does not own the room wrote row ${row.id}`);
    }
    if (row.author.kind === 'system' && row.kind === 'restore') return;
    const made = node.madeAs(row.author, row.kind);
    const { structs, ds } = Y.decodeUpdate(row.update);
    const own = new IdRanges();
    for (const { id, length } of structs) {
      const isServers = id.client === serverClientId && made.structs.covers(id.client, id.clock, length);
      if (!isServers && this.tables.owners.get(id.client) !== `person:${row.author.id}`)
        this.evidence.accuse(`row ${row.id} of ${row.author.id} has text of client ${id.client}`);
      own.add(id.client, id.clock, length);
    }
    this.#judgeDeletions(row, ds, [own, made.deletions]);
  }

  #judgeDeletions(row: MemoryRow, ds: ReturnType<typeof Y.decodeUpdate>['ds'], made: IdRanges[]): void {
    if (this.meddlers.has(row.author.id)) return;
    const allowed = [...made, ...(this.#deletedBy.get(row.author.id) ?? [])];
    for (const [client, ranges] of ds.clients) {
      if (ranges.some((range) => !coversTogether(allowed, client, range)))
        this.evidence.accuse(`row ${row.id} of ${row.author.id} has a deletion of someone else's`);
    }
  }

  destroy(): void {
    for (const node of this.nodes) node.kill();
    for (const client of this.clients) client.doc.destroy();
  }
}

type Deletion = { clock: number; len: number };

/** Neighbouring deletions of different causes are one range in an update. */
function coversTogether(all: readonly IdRanges[], client: number, { clock, len }: Deletion): boolean {
  if (all.some((one) => one.covers(client, clock, len))) return true;
  for (let at = clock; at < clock + len; at++) {
    if (!all.some((one) => one.covers(client, at, 1))) return false;
  }
  return true;
}

export function addRanges(to: IdRanges, ds: Y.Transaction['deleteSet']): void {
  for (const [client, ranges] of ds.clients) {
    for (const { clock, len } of ranges) to.add(client, clock, len);
  }
}

/** Lets everything that is due in this turn happen. */
export async function settle(): Promise<void> {
  await turn();
}

export function passTime(ms: number): void {
  mock.timers.tick(ms);
}

/** Every node that is awake looks at its lease; one that lost it sends its people away. */
export function renewLeases(world: VirtualWorld): boolean {
  const former = world.nodes.filter((node) => !node.isAsleep && node !== world.owner);
  for (const node of former) {
    node.room?.close(1013, 'The room has moved to another server.');
    world.nodes = world.nodes.filter((other) => other !== node);
  }
  return former.length > 0;
}

/** Delivers a line's frames in both directions. @returns whether there were any */
export function exchange(client: VirtualClient): boolean {
  let moved = false;
  while (deliverUp(client.link) || client.deliverDown()) moved = true;
  return moved;
}
