import * as Y from 'yjs';

type Range = { clock: number; end: number };

/** Sets of Yjs ids, as ranges of clocks for each client id. */
export class IdRanges {
  readonly #clients = new Map<number, Range[]>();

  add(client: number, clock: number, length: number): void {
    const ranges = this.#clients.get(client) ?? [];
    this.#clients.set(client, ranges);
    const merged: Range = { clock, end: clock + length };
    const apart = ranges.filter((range) => {
      if (range.end < merged.clock || range.clock > merged.end) return true;
      merged.clock = Math.min(merged.clock, range.clock);
      merged.end = Math.max(merged.end, range.end);
      return false;
    });
    apart.push(merged);
    this.#clients.set(client, apart);
  }

  covers(client: number, clock: number, length: number): boolean {
    const end = clock + length;
    return (this.#clients.get(client) ?? []).some((range) => range.clock <= clock && range.end >= end);
  }
}

type Deletion = { client: number; clock: number; length: number; why: string };

/** What must be in the document from now on: changes that somebody has seen, or that were called saved. */
export class Evidence {
  readonly #clocks = new Map<number, { clock: number; why: string }>();
  #deletions: Deletion[] = [];
  readonly #accusations: string[] = [];
  /** Broadcast frames are shared by many; each needs looking at once. */
  #known = new WeakSet<Uint8Array>();

  /** @param why who says that it is durable */
  addUpdate(update: Uint8Array, why: string): void {
    if (this.#known.has(update)) return;
    this.#known.add(update);
    const { structs, ds } = Y.decodeUpdate(update);
    for (const struct of structs) {
      if (!(struct instanceof Y.Skip)) this.addClock(struct.id.client, struct.id.clock + struct.length, why);
    }
    this.#addDeletions(ds, why);
  }

  addClock(client: number, clock: number, why: string): void {
    if (clock > (this.#clocks.get(client)?.clock ?? 0)) this.#clocks.set(client, { clock, why });
  }

  /** What is known until now, to hold against something that is read meanwhile. */
  soFar(): Evidence {
    const copy = new Evidence();
    for (const [client, { clock, why }] of this.#clocks) copy.addClock(client, clock, why);
    copy.#deletions = [...this.#deletions];
    return copy;
  }

  /** Something happened that must not. */
  accuse(what: string): void {
    this.#accusations.push(what);
  }

  /** @throws when something happened that must not */
  requireInnocence(): void {
    const [first] = this.#accusations;
    if (first !== undefined) throw new Error(first);
  }

  #addDeletions(ds: ReturnType<typeof Y.decodeUpdate>['ds'], why: string): void {
    for (const [client, ranges] of ds.clients) {
      for (const { clock, len } of ranges) this.#deletions.push({ client, clock, length: len, why });
    }
  }

  /** @throws when the document lacks any of it; otherwise all that the document has is evidence from now on */
  requireIn(doc: Y.Doc): void {
    for (const [client, { clock, why }] of this.#clocks) {
      const has = Y.getState(doc.store, client);
      if (has < clock) throw new Error(`lost: text of client ${client} from ${has} to ${clock}, ${why}`);
    }
    for (const deletion of this.#deletions) {
      if (!isDeleted(doc, deletion)) throw new Error(`lost: a deletion of ${JSON.stringify(deletion)}`);
    }
    const { sv, ds } = Y.snapshot(doc);
    for (const [client, clock] of sv) this.addClock(client, clock, 'was loaded before');
    this.#deletions = [];
    this.#addDeletions(ds, 'was loaded before');
  }
}

function isDeleted(doc: Y.Doc, { client, clock, length }: Deletion): boolean {
  const structs = doc.store.clients.get(client);
  if (!structs || Y.getState(doc.store, client) < clock + length) return false;
  for (let i = Y.findIndexSS(structs, clock); i < structs.length; i++) {
    const struct = structs[i];
    if (!struct || struct.id.clock >= clock + length) break;
    if (!struct.deleted) return false;
  }
  return true;
}
