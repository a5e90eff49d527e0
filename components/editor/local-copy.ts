import type { KeptEdit } from './outbox.ts';

/** Why edits were not merged into the room, but laid aside for their author to look at. */
export type AsideReason = 'rights' | 'closed' | 'deleted' | 'set_back' | 'refused';

/** Edits that could not reach the room: the texts with them in, to compare with the room's and to copy. */
export type Aside = {
  id: string;
  at: number;
  reason: AsideReason;
  edits: number;
  files: readonly { fileId: string; path: string; text: string }[];
  /** The edits themselves, when they may fit in again once the right to edit is back. */
  update: Uint8Array | undefined;
};

export type LocalState = { text: Uint8Array | undefined; edits: KeptEdit[] };

/** Where edits are kept: the browser keeps them over reloads; without its storage they live as long as the tab. */
export type Keeping = 'browser' | 'tab';

const databaseName = 'ensemble-rooms';
const texts = 'texts';
const edits = 'edits';
const asides = 'asides';
const stores = [texts, edits, asides];
const keepDays = 30;
const flushMs = 250;
const againMs = 5_000;
/** A session is not held up by a storage that does not answer. */
const readWithinMs = 10_000;

/** This page is about to be left by who signed out in it. */
let isSignedOut = false;

type Key = [personId: string, sessionId: string, ...rest: string[]];

/**
 * What one person's browser keeps of one session: its last text, and this person's edits that the server has not
 * called durable (docs/spec/collab.md, Offline). Records are keyed by person, and nobody reads those of another.
 * Nothing here throws: when the browser has no room, edits stay in memory and `onKeeping` says so.
 */
export class LocalCopy {
  private readonly personId: string;
  private readonly sessionId: string;
  private readonly opened: Promise<IDBDatabase>;
  private readonly puts = new Map<string, KeptEdit>();
  private readonly deletes = new Set<string>();
  private timer: ReturnType<typeof setTimeout> | undefined;
  private keeping: Keeping = 'browser';
  private heldAsides: readonly Aside[] = [];
  /** Told when edits begin and stop to be safe from a reload. */
  onKeeping: (keeping: Keeping) => void = () => {};

  constructor(personId: string, sessionId: string) {
    this.personId = personId;
    this.sessionId = sessionId;
    this.opened = openDatabase();
    this.opened.catch(() => {});
  }

  isOf(personId: string, sessionId: string): boolean {
    return this.personId === personId && this.sessionId === sessionId;
  }

  get asides(): readonly Aside[] {
    return this.heldAsides;
  }

  async load(): Promise<LocalState> {
    try {
      const db = await Promise.race([this.opened, noAnswerAfter(readWithinMs)]);
      await sweep(db, this.personId);
      const transaction = db.transaction(stores);
      const [text, kept, aside] = await Promise.all([
        read<{ state: Uint8Array } | undefined>(transaction.objectStore(texts).get(this.key())),
        read<KeptEdit[]>(transaction.objectStore(edits).getAll(this.mine())),
        read<Aside[]>(transaction.objectStore(asides).getAll(this.mine())),
      ]);
      const known = new Set(aside.map(({ id }) => id));
      this.heldAsides = [...aside, ...this.heldAsides.filter(({ id }) => !known.has(id))];
      return { text: text?.state, edits: kept };
    } catch {
      this.say('tab');
      return { text: undefined, edits: [] };
    }
  }

  /** Keeps an edit; without a connection at once, with one unless it is stored on the server soon anyway. */
  keep(edit: KeptEdit, isConnected: boolean): void {
    this.puts.set(edit.key, edit);
    if (isConnected) this.timer ??= setTimeout(() => void this.flush(), flushMs);
    else void this.flush();
  }

  /** These edits are durable on the server. */
  drop(keys: readonly string[]): void {
    for (const key of keys) {
      if (!this.puts.delete(key)) this.deletes.add(key);
    }
    if (this.deletes.size > 0) this.timer ??= setTimeout(() => void this.flush(), flushMs);
  }

  async flush(): Promise<void> {
    clearTimeout(this.timer);
    this.timer = undefined;
    if (this.puts.size === 0 && this.deletes.size === 0) return;
    const put = [...this.puts.values()];
    const gone = [...this.deletes];
    this.puts.clear();
    this.deletes.clear();
    const written = await this.write([edits], (transaction) => {
      const store = transaction.objectStore(edits);
      for (const edit of put) store.put({ ...edit, at: Date.now() }, this.key(edit.key));
      for (const key of gone) store.delete(this.key(key));
    });
    if (written) return;
    for (const edit of put) if (!this.deletes.has(edit.key)) this.puts.set(edit.key, edit);
    for (const key of gone) this.deletes.add(key);
    this.timer ??= setTimeout(() => void this.flush(), againMs);
  }

  /** Keeps the text as it is on the screen. It may be lost: the server has it. */
  async keepText(state: Uint8Array): Promise<void> {
    await this.flush();
    if (isSignedOut) return;
    const db = await this.opened.catch(() => undefined);
    if (!db) return;
    const transaction = db.transaction([texts], 'readwrite');
    transaction.objectStore(texts).put({ state, at: Date.now() }, this.key());
    await completion(transaction).catch(() => {});
  }

  /** Lays edits aside: they wait for their author, not for the server any more. The kept text goes with them. */
  async setAside(aside: Aside, keys: readonly string[]): Promise<void> {
    this.heldAsides = [...this.heldAsides, aside];
    for (const key of keys) {
      this.puts.delete(key);
      this.deletes.delete(key);
    }
    await this.write(stores, (transaction) => {
      transaction.objectStore(asides).put(aside, this.key(aside.id));
      for (const key of keys) transaction.objectStore(edits).delete(this.key(key));
      if (keys.length > 0) transaction.objectStore(texts).delete(this.key());
    });
  }

  /** Keeps of what was laid aside only what is said here; nothing when no file is left. */
  async reduceAside(aside: Aside): Promise<void> {
    const isGone = aside.files.length === 0;
    this.heldAsides = this.heldAsides.flatMap((one) => (one.id !== aside.id ? [one] : isGone ? [] : [aside]));
    await this.write([asides], (transaction) => {
      const store = transaction.objectStore(asides);
      if (isGone) store.delete(this.key(aside.id));
      else store.put(aside, this.key(aside.id));
    });
  }

  async forgetText(): Promise<void> {
    await this.write([texts], (transaction) => transaction.objectStore(texts).delete(this.key()));
  }

  private key(...rest: string[]): Key {
    return [this.personId, this.sessionId, ...rest];
  }

  private mine(): IDBKeyRange {
    return IDBKeyRange.bound(this.key(), [...this.key(), []]);
  }

  /** @returns whether the browser took it. Texts of other sessions make room for edits. */
  private async write(names: string[], change: (transaction: IDBTransaction) => void): Promise<boolean> {
    const attempt = async (before: (transaction: IDBTransaction) => void) => {
      const transaction = (await this.opened).transaction([...new Set([...names, texts])], 'readwrite');
      before(transaction);
      change(transaction);
      await completion(transaction);
    };
    try {
      await attempt(() => {}).catch(() => attempt((transaction) => transaction.objectStore(texts).clear()));
      this.say('browser');
      return true;
    } catch {
      this.say('tab');
      return false;
    }
  }

  private say(keeping: Keeping): void {
    if (keeping === this.keeping) return;
    this.keeping = keeping;
    this.onKeeping(keeping);
  }
}

/** On signing out: texts leave this browser. Edits that never reached the server wait for their author. */
export async function forgetTexts(): Promise<void> {
  isSignedOut = true;
  try {
    const transaction = (await openDatabase()).transaction([texts], 'readwrite');
    transaction.objectStore(texts).clear();
    await completion(transaction);
  } catch {
    // A browser that has no storage kept no text.
  }
}

function noAnswerAfter(ms: number): Promise<never> {
  return new Promise((_, reject) => {
    setTimeout(() => reject(new Error('the storage does not answer')), ms);
  });
}

function openDatabase(): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(databaseName, 1);
    request.onupgradeneeded = () => {
      for (const name of stores) request.result.createObjectStore(name).createIndex('at', 'at');
    };
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error ?? new Error('the browser has no storage'));
    request.onblocked = () => reject(new Error('the storage is held by another page'));
  });
}

/** Texts that others left in this browser go, and whatever is older than a month. */
async function sweep(db: IDBDatabase, personId: string): Promise<void> {
  const transaction = db.transaction(stores, 'readwrite');
  const mine = IDBKeyRange.bound([personId], [personId, []]);
  const others = transaction.objectStore(texts);
  for (const key of await read(others.getAllKeys())) if (!mine.includes(key)) others.delete(key);
  const old = IDBKeyRange.upperBound(Date.now() - keepDays * 24 * 60 * 60 * 1000);
  for (const name of stores) {
    const request = transaction.objectStore(name).index('at').openCursor(old);
    request.onsuccess = () => {
      request.result?.delete();
      request.result?.continue();
    };
  }
  await completion(transaction);
}

function read<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error ?? new Error('the storage could not be read'));
  });
}

function completion(transaction: IDBTransaction): Promise<void> {
  return new Promise((resolve, reject) => {
    transaction.oncomplete = () => resolve();
    transaction.onerror = transaction.onabort = () => reject(transaction.error ?? new Error('the storage is full'));
  });
}
