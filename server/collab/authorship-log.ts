import * as Y from 'yjs';
import type { RoomUpdateKind } from '../../db/schema/room.ts';
import {
  creditGrainMs,
  joinRuns,
  sliceRuns,
  type AuthorRun,
  type Credit,
  type CreditKind,
  type StoredCredit,
} from '../core/authorship.ts';
import { Authorship } from './authorship.ts';
import { DeletedTexts } from './deleted-texts.ts';
import { findText } from './room-document.ts';
import type { Author } from './room-store.ts';

/** What a transaction of a room's document was made by. */
export type ChangeOrigin = {
  author: Author;
  kind: RoomUpdateKind;
  /** When it was made; now, unless it is read from the log. */
  at?: number;
  /** What the log says that others wrote first. */
  credits?: readonly StoredCredit[] | null;
  /** Who wrote the texts that these files have afterwards, where this change brings text that is older than it. */
  authorship?: ReadonlyMap<string, readonly AuthorRun[]> | undefined;
};

/** What is stored beside an update. */
export type ChangeRecord = { fileIds: string[]; credits: StoredCredit[] };

const creditKinds: Record<RoomUpdateKind, CreditKind> = {
  edit: 'edit',
  undo: 'edit',
  restore: 'restore',
  accept: 'accept',
  merge: 'merge',
  open: 'open',
};

/** Follows a room's document and knows who wrote each part of its texts (CB130 to CB133). */
export class AuthorshipLog {
  readonly #doc: Y.Doc;
  readonly #written: Authorship;
  readonly #deleted = new DeletedTexts();
  #record: ChangeRecord = { fileIds: [], credits: [] };

  constructor(doc: Y.Doc, stored: Uint8Array | undefined) {
    this.#doc = doc;
    this.#written = stored ? Authorship.decode(stored) : new Authorship();
    // Before Yjs forgets what was deleted.
    doc.on('afterTransaction', (transaction: Y.Transaction) => {
      const origin: unknown = transaction.origin;
      if (isChangeOrigin(origin)) this.#follow(transaction, origin);
    });
  }

  /** What the transaction that just ended leaves to be stored. */
  get lastChange(): ChangeRecord {
    return this.#record;
  }

  encode(): Uint8Array {
    return this.#written.encode();
  }

  /** Who wrote the text of a file as it is now. */
  runsOf(fileId: string): AuthorRun[] {
    const runs: AuthorRun[] = [];
    for (const item of itemsOf(findText(this.#doc, fileId))) runs.push(...this.#runsOfItem(item));
    return joinRuns(runs);
  }

  #runsOfItem({ id, length }: Y.Item): AuthorRun[] {
    return this.#written.runsOf(id.client, { clock: id.clock, length });
  }

  #follow(transaction: Y.Transaction, origin: ChangeOrigin): void {
    this.#keepDeleted(transaction);
    const at = origin.at ?? Date.now();
    const { kind, id } = origin.author;
    const credit: Credit = {
      actor: { kind, id },
      kind: creditKinds[origin.kind],
      at: Math.floor(at / creditGrainMs) * creditGrainMs,
    };
    for (const [client, clock] of transaction.afterState) {
      const before = transaction.beforeState.get(client) ?? 0;
      if (clock > before) this.#written.set(client, { clock: before, length: clock - before }, credit);
    }
    const credits = origin.credits ? [...origin.credits] : this.#earlierCredits(transaction, origin);
    for (const { client, ...span } of credits) this.#written.set(client, span, span.credit);
    this.#record = { fileIds: fileIdsOf(transaction), credits };
  }

  #keepDeleted(transaction: Y.Transaction): void {
    for (const [client, ranges] of transaction.deleteSet.clients) {
      const structs = transaction.doc.store.clients.get(client) ?? [];
      const items = ranges.flatMap(({ clock, len }) => [...itemsIn(structs, clock, clock + len)]);
      for (const item of items.filter(isTextItem)) {
        const fileId = fileIdOf(item.parent);
        if (fileId !== undefined) this.#deleted.add({ client, clock: item.id.clock, fileId, text: item.content.str });
      }
    }
  }

  /** Which parts of what a change brings were there before, and whose they were then. */
  #earlierCredits(transaction: Y.Transaction, origin: ChangeOrigin): StoredCredit[] {
    if (origin.authorship) return this.#givenCredits(transaction, origin.authorship);
    const mayBringBack = origin.kind === 'edit' || origin.kind === 'undo' || origin.kind === 'restore';
    if (!mayBringBack) return [];
    const credits: StoredCredit[] = [];
    for (const item of newTexts(transaction)) {
      const from = this.#origin(item, origin.kind);
      if (!from) continue;
      const runs = this.#written.runsOf(from.client, { clock: from.clock, length: item.length });
      credits.push(...creditsOf(item.id, runs));
    }
    return credits;
  }

  /** The ids of the deleted text that an item brings back: an undo builds on them, a restore has the same words. */
  #origin(item: TextItem, kind: RoomUpdateKind): { client: number; clock: number } | undefined {
    const { str } = item.content;
    if (item.rightOrigin && this.#deleted.has(item.rightOrigin, str)) return item.rightOrigin;
    const fileId = kind === 'restore' ? fileIdOf(item.parent) : undefined;
    return fileId === undefined ? undefined : this.#deleted.find(fileId, str);
  }

  #givenCredits(transaction: Y.Transaction, authorship: ReadonlyMap<string, readonly AuthorRun[]>): StoredCredit[] {
    const credits: StoredCredit[] = [];
    for (const [fileId, runs] of authorship) {
      let index = 0;
      for (const item of itemsOf(findText(this.#doc, fileId))) {
        const isNew = item.id.clock >= (transaction.beforeState.get(item.id.client) ?? 0);
        if (isNew) credits.push(...creditsOf(item.id, sliceRuns(runs, index, item.length)));
        index += item.length;
      }
    }
    return credits;
  }
}

function isChangeOrigin(origin: unknown): origin is ChangeOrigin {
  return typeof origin === 'object' && origin !== null && 'author' in origin && 'kind' in origin;
}

/** What has no credit is the change's own. */
function creditsOf(id: Y.ID, runs: readonly AuthorRun[]): StoredCredit[] {
  const credits: StoredCredit[] = [];
  let clock = id.clock;
  for (const { length, credit } of runs) {
    if (credit) credits.push({ client: id.client, clock, length, credit });
    clock += length;
  }
  return credits;
}

type TextItem = Y.Item & { content: Y.ContentString };

/** The texts that a transaction wrote and that are still there. */
function* newTexts(transaction: Y.Transaction): Generator<TextItem> {
  for (const [client, end] of transaction.afterState) {
    const start = transaction.beforeState.get(client) ?? 0;
    if (end <= start) continue;
    const structs = transaction.doc.store.clients.get(client) ?? [];
    for (const item of itemsIn(structs, start, end)) {
      if (!item.deleted && isTextItem(item) && item.parentSub === null) yield item;
    }
  }
}

const isTextItem = (item: Y.Item): item is TextItem => item.content instanceof Y.ContentString;

function* itemsIn(structs: (Y.Item | Y.GC)[], start: number, end: number): Generator<Y.Item> {
  if (structs.length === 0) return;
  for (let i = Y.findIndexSS(structs, start); i < structs.length; i++) {
    const struct = structs[i];
    if (!struct || struct.id.clock >= end) return;
    if (struct instanceof Y.Item) yield struct;
  }
}

/** The items of a text that hold its characters, in their order. */
function* itemsOf(text: Y.Text | undefined): Generator<Y.Item> {
  for (let item = text?._start ?? null; item; item = item.right) if (!item.deleted && item.countable) yield item;
}

/** The file whose entry, or whose text, a type is. */
function fileIdOf(type: unknown): string | undefined {
  const entry = type instanceof Y.Text ? type.parent : type;
  return entry instanceof Y.Map ? (entry._item?.parentSub ?? undefined) : undefined;
}

function fileIdsOf(transaction: Y.Transaction): string[] {
  const files = transaction.doc.getMap('files');
  const ids = new Set<string>();
  for (const [type, keys] of transaction.changed) {
    const changed = Object.is(type, files) ? [...keys] : [fileIdOf(type)];
    for (const id of changed) if (typeof id === 'string') ids.add(id);
  }
  return [...ids];
}
