import * as Y from 'yjs';
import type { RoomUpdateKind } from '../../db/schema/room.ts';
import type { AuthorRun } from '../core/authorship.ts';
import { log } from '../platform/log.ts';
import { AuthorshipLog, type ChangeOrigin } from './authorship-log.ts';
import type { ClientRegistry } from './client-ids.ts';
import { maxWaitingBytes, type Connection } from './connection.ts';
import { Presence } from './presence.ts';
import { RoomColours } from './room-colours.ts';
import {
  captureTexts,
  documentLayout,
  restoreLayout,
  serverClientId,
  setLayout,
  type RoomFile,
} from './room-document.ts';
import { mergeUpdates, RoomLog, type LogEntry } from './room-log.ts';
import { maxRoomBytes, RoomSize } from './room-size.ts';
import type { Alongside, Author, RoomKey, RoomStore, StoredRoom } from './room-store.ts';
import type { UpdateInspection } from './update-inspection.ts';
import { MalformedFrame, missingFrame, presenceFrame, updateFrame, type PresenceEntry } from './wire.ts';

/** Changes of presence are gathered this long, so that many participants cost one frame. */
const presenceMs = 20;
/** After so much has been appended the log is folded into a snapshot. */
const snapshotAfter = { updates: 500, bytes: 1024 * 1024 };

/** The stored document cannot be read. It is left as it is; nothing is written over it. */
export class UnreadableRoom extends Error {
  override name = 'UnreadableRoom';
  /** For the people who wanted to enter: at most 120 bytes, as a close frame holds. */
  readonly says: string;

  constructor(message: string, options: { cause?: unknown; says?: string } = {}) {
    super(message, { cause: options.cause });
    this.says = options.says ?? 'The text of this session cannot be read. It is kept as it is; tell an admin.';
  }
}

/** The room went to another node, or was closed, before a change was durable. */
export class RoomLost extends Error {
  override name = 'RoomLost';
}

/** A change of the server's and who it is recorded for. */
export type Edit = {
  author: Author;
  kind: RoomUpdateKind;
  apply: (doc: Y.Doc) => void;
  /** New text in it. */
  bringsBytes?: number;
  /** Who wrote the texts that these files have afterwards, where the change brings older text. */
  authorship?: ReadonlyMap<string, readonly AuthorRun[]>;
};

export type RoomOptions = {
  key: RoomKey;
  store: RoomStore;
  clientIds: ClientRegistry;
  onEmpty: (room: Room) => void;
  /** Of the encoded document; `maxRoomBytes` otherwise. */
  maxBytes?: number;
};

/** What a transaction of the document was made by. */
type Origin = ChangeOrigin & { connection?: Connection };

const layoutKeeper: Author = { kind: 'system', id: 'room' };

/**
 * One live document: loading → open → closed. While open, every change is applied, stored under its author, and only
 * then shown to anyone else. A closed room refuses changes; its connections are gone.
 */
export class Room {
  readonly key: RoomKey;
  readonly projectId: string;
  readonly doc: Y.Doc;
  readonly files: Map<string, RoomFile>;
  readonly clientIds: ClientRegistry;
  readonly presence = new Presence();
  readonly colours = new RoomColours();
  readonly connections = new Set<Connection>();
  readonly #store: RoomStore;
  readonly #log: RoomLog;
  readonly #authorship: AuthorshipLog;
  readonly #size: RoomSize;
  readonly #onEmpty: (room: Room) => void;
  readonly #changedPresence = new Set<number>();
  #presenceTimer: NodeJS.Timeout | undefined;
  #compacting = false;
  #wasEdited = false;
  #closed = false;

  constructor(stored: StoredRoom, given: RoomOptions) {
    this.key = given.key;
    this.projectId = stored.projectId;
    this.#store = given.store;
    this.clientIds = given.clientIds;
    this.#onEmpty = given.onEmpty;
    this.files = new Map(stored.files.map((file) => [file.fileId, file]));
    this.doc = new Y.Doc({ guid: given.key.sessionId });
    this.#authorship = readDocument(this.doc, stored);
    this.#size = new RoomSize({
      bytes: storedBytes(stored),
      maxBytes: given.maxBytes ?? maxRoomBytes,
      measure: () => Y.encodeStateAsUpdate(this.doc).byteLength,
    });
    this.#log = new RoomLog(given.store, given.key, {
      throughId: stored.throughId,
      events: {
        onStored: (entries) => this.#broadcast(entries),
        onFailing: (failing) => this.#tellAll(failing),
        onLost: () => this.close(1013, 'The room has moved to another server. Connect again.'),
      },
    });
    this.doc.on('update', (update: Uint8Array, origin: Origin) => this.#record(update, origin));
    this.#changeNow({ author: layoutKeeper, kind: 'restore' }, () => setLayout(this.doc));
  }

  get sessionId(): string {
    return this.key.sessionId;
  }

  get isClosed(): boolean {
    return this.#closed;
  }

  /** About what the encoded document measures. */
  get sizeBytes(): number {
    return this.#size.bytes;
  }

  /** Whether people changed something since this was last asked. */
  takeActivity(): boolean {
    const was = this.#wasEdited;
    this.#wasEdited = false;
    return was;
  }

  join(connection: Connection): void {
    this.connections.add(connection);
    this.colours.enter(connection.participant.personId);
    connection.greet();
  }

  leave(connection: Connection): void {
    if (!this.connections.delete(connection)) return;
    this.colours.leave(connection.participant.personId);
    for (const id of this.presence.removeOwner(connection)) this.#presenceChanged(id);
    if (this.connections.size === 0) this.#onEmpty(this);
  }

  /** Whether the document may grow by so many bytes. Who removes text never needs to ask. */
  hasRoomFor(bytes: number): boolean {
    return this.#size.hasRoomFor(bytes);
  }

  stateVector(): Uint8Array {
    return Y.encodeStateVector(this.doc);
  }

  clocksOf(clientIds: Iterable<number>): Record<string, number> {
    return Object.fromEntries([...clientIds].map((id) => [String(id), Y.getState(this.doc.store, id)]));
  }

  whenStored(fn: () => void): void {
    this.#log.whenStored((stored) => {
      if (stored) fn();
    });
  }

  /** Everything that was applied until now is durable. @throws RoomLost */
  async settled(): Promise<void> {
    if (!(await this.#log.settled())) throw new RoomLost('the room was closed before its changes were stored');
  }

  /**
   * Sends what the other side lacks; it may contain what is not stored yet, so it waits for that.
   * @returns how many bytes that is
   */
  answerStateVector(connection: Connection, stateVector: Uint8Array): number {
    const missing = orMalformed('a state vector that cannot be decoded', () =>
      Y.encodeStateAsUpdate(this.doc, stateVector),
    );
    const frame = missingFrame(missing);
    this.whenStored(() => connection.sendState(frame));
    return frame.byteLength;
  }

  withWaiting(connection: Connection, update: Uint8Array): Uint8Array {
    const { waiting } = connection;
    return waiting ? orMalformed('an update that cannot be decoded', () => Y.mergeUpdates([waiting, update])) : update;
  }

  /** Applies a participant's change; what builds on something unknown is kept with the connection. */
  applyFrom(
    connection: Connection,
    update: Uint8Array,
    { kind, inspection }: { kind: 'edit' | 'undo'; inspection: UpdateInspection },
  ): void {
    if (this.#closed) return;
    this.#wasEdited = true;
    const texts = inspection.touchesStructure ? captureTexts(this.doc, this.files.values()) : undefined;
    const authorship = texts && new Map([...texts.keys()].map((fileId) => [fileId, this.authorsOf(fileId)]));
    const origin: Origin = { author: connection.author, kind, connection };
    // Without its known part it names what it goes on with, and Yjs sees that this is gone.
    const part = inspection.continuesGone ? Y.diffUpdate(update, this.stateVector()) : update;
    Y.applyUpdate(this.doc, part, origin);
    connection.waiting = takePending(this.doc);
    if (texts) {
      const restoring = { author: layoutKeeper, kind: 'restore' as const, ...(authorship && { authorship }) };
      this.#changeNow(restoring, () => restoreLayout(this.doc, this.files, texts));
    }
    if ((connection.waiting?.byteLength ?? 0) > maxWaitingBytes)
      connection.close(1009, 'Too many changes that build on what the room does not have.');
  }

  /**
   * Makes changes of the server's, each recorded for its author, at one moment and in one commit with the rows of
   * `alongside`. Resolves when all of it is durable.
   * @throws RoomLost
   */
  async changeAll(edits: readonly Edit[], alongside: Alongside): Promise<void> {
    if (this.#closed) throw new RoomLost('the room is closed');
    for (const edit of edits) this.#changeNow(edit, () => edit.apply(this.doc));
    this.#log.append({ author: layoutKeeper, kind: 'restore', update: new Uint8Array(), alongside });
    await this.settled();
  }

  /** Who wrote the text of a file as it is now. */
  authorsOf(fileId: string): AuthorRun[] {
    return this.#authorship.runsOf(fileId);
  }

  #changeNow({ author, kind, authorship }: Omit<Edit, 'apply'>, edit: () => void): void {
    const origin: Origin = { author, kind, authorship };
    this.doc.transact(edit, origin);
  }

  #record(update: Uint8Array, { author, kind, connection }: Origin): void {
    this.#size.grew(update.byteLength);
    this.#log.append({ author, kind, update, origin: connection, ...this.#authorship.lastChange });
  }

  /** One frame for everybody; who made all of it has it already. */
  #broadcast(entries: readonly LogEntry[]): void {
    const changes = entries.filter((entry) => entry.update.byteLength > 0);
    if (changes.length === 0) return;
    const origins = new Set(changes.map((entry) => entry.origin));
    const [only] = origins;
    const frame = updateFrame(mergeUpdates(changes.map((entry) => entry.update)));
    for (const connection of this.connections) {
      if (origins.size === 1 && only === connection) continue;
      connection.send(frame);
    }
    const { updatesSinceSnapshot, bytesSinceSnapshot } = this.#log;
    if (updatesSinceSnapshot >= snapshotAfter.updates || bytesSinceSnapshot >= snapshotAfter.bytes) void this.compact();
  }

  #tellAll(failing: boolean): void {
    for (const connection of this.connections) {
      connection.notify({ type: 'store', state: failing ? 'failing' : 'ok' });
    }
  }

  /** Whether a connection may speak for a client id: nobody else does, or a former line of the same ticket. */
  mayPresent(connection: Connection, clientId: number): boolean {
    if (clientId === serverClientId) return false;
    const owner = this.presence.ownerOf(clientId);
    if (owner === undefined || owner === connection) return true;
    for (const other of this.connections) {
      if (other === owner) return other.participant.ticketId === connection.participant.ticketId;
    }
    return true;
  }

  present(connection: Connection, entries: readonly PresenceEntry[]): void {
    const { personId, name } = connection.participant;
    for (const entry of entries) {
      if (
        this.presence.set(entry, connection, { id: personId, name, color: this.colours.of(personId), kind: 'person' })
      ) {
        this.#presenceChanged(entry.clientId);
      }
    }
  }

  #presenceChanged(clientId: number): void {
    this.#changedPresence.add(clientId);
    this.#presenceTimer ??= setTimeout(() => this.#sendPresence(), presenceMs);
  }

  /** A participant never hears of itself: it knows better. */
  #sendPresence(): void {
    this.#presenceTimer = undefined;
    const entries = this.presence.entries(this.#changedPresence);
    this.#changedPresence.clear();
    const common = presenceFrame(entries);
    for (const connection of this.connections) {
      const others = entries.filter((entry) => !connection.clientIds.has(entry.clientId));
      if (others.length === entries.length) connection.send(common);
      else if (others.length > 0) connection.send(presenceFrame(others));
    }
  }

  /** A fault that the protocol does not explain: the sender goes, and the document is loaded afresh for the others. */
  fault(connection: Connection, error: unknown): void {
    log().error({ err: error, sessionId: this.sessionId }, 'a room could not handle a message');
    connection.close(1007, 'The room could not handle a message.');
    this.close(1013, 'The room is loaded again. Connect again.');
  }

  /** Folds the log into a snapshot. The room goes on meanwhile. */
  async compact(): Promise<void> {
    const { updatesSinceSnapshot, bytesSinceSnapshot } = this.#log;
    // A snapshot holds what is stored and nothing more; under steady typing the next quiet moment serves.
    const mayWait = updatesSinceSnapshot < snapshotAfter.updates * 10;
    if (this.#compacting || updatesSinceSnapshot === 0 || this.#log.isClosed) return;
    if (!this.#log.isSettled && mayWait) return;
    this.#compacting = true;
    const snapshot = {
      state: Y.encodeStateAsUpdate(this.doc),
      authorship: this.#authorship.encode(),
      throughId: this.#log.throughId,
    };
    this.#size.measured(snapshot.state.byteLength);
    this.#log.updatesSinceSnapshot = 0;
    this.#log.bytesSinceSnapshot = 0;
    try {
      await this.#store.compact(this.key, snapshot);
    } catch (error) {
      // The log still holds everything; the next threshold tries again.
      log().warn({ err: error, sessionId: this.sessionId }, 'could not fold the log of a room');
      this.#log.updatesSinceSnapshot += updatesSinceSnapshot;
      this.#log.bytesSinceSnapshot += bytesSinceSnapshot;
    } finally {
      this.#compacting = false;
    }
  }

  /** Ends the room in this process. What is not stored comes again from the clients. */
  close(code: number, reason: string): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#log.close();
    for (const connection of this.connections) connection.close(code, reason);
    clearTimeout(this.#presenceTimer);
    this.doc.destroy();
    this.#onEmpty(this);
  }
}

function storedBytes({ snapshot, updates }: StoredRoom): number {
  return updates.reduce((sum, { update }) => sum + update.byteLength, snapshot?.byteLength ?? 0);
}

/** Fills a document with what is stored. @throws UnreadableRoom */
function readDocument(doc: Y.Doc, { snapshot, authorship, updates }: StoredRoom): AuthorshipLog {
  let written: AuthorshipLog;
  try {
    if (snapshot) Y.applyUpdate(doc, snapshot);
    written = new AuthorshipLog(doc, authorship);
    for (const { update, ...origin } of updates) Y.applyUpdate(doc, update, origin);
  } catch (cause) {
    throw new UnreadableRoom(`the document of ${doc.guid} cannot be decoded`, { cause });
  }
  if (doc.store.pendingStructs || doc.store.pendingDs) throw new UnreadableRoom(`the document of ${doc.guid} has gaps`);
  const layout = doc.getMap('meta').get('layout');
  if (typeof layout === 'number' && layout > documentLayout)
    throw new UnreadableRoom(`the document of ${doc.guid} has the layout ${layout}, newer than ${documentLayout}`, {
      says: 'A newer version of Ensemble wrote this session. It is kept as it is; tell an admin to update the server.',
    });
  // Yjs takes another id when it sees its own in what it loads, so it is set afterwards.
  doc.clientID = serverClientId;
  return written;
}

/** Takes out what Yjs keeps for later, so that it is never attributed to whoever happens to complete it. */
function takePending(doc: Y.Doc): Uint8Array | undefined {
  const { pendingStructs, pendingDs } = doc.store;
  if (!pendingStructs && !pendingDs) return undefined;
  doc.store.pendingStructs = null;
  doc.store.pendingDs = null;
  const parts = [pendingStructs?.update, pendingDs].filter((part) => part !== null && part !== undefined);
  return mergeUpdates(parts.map((part) => Y.convertUpdateFormatV2ToV1(part)));
}

/** Reading what a client sent cannot harm the document, so a failure in it is the client's alone. */
function orMalformed<T>(what: string, read: () => T): T {
  try {
    return read();
  } catch (cause) {
    throw new MalformedFrame(what, { cause });
  }
}
