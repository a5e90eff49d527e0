import { authorsByLine } from '../core/authorship.ts';
import type { Participant } from './access.ts';
import { Pace } from './pace.ts';
import { RateLimit } from './rate-limit.ts';
import { readText } from './room-document.ts';
import type { Room } from './room.ts';
import type { Author } from './room-store.ts';
import { inspectUpdate } from './update-inspection.ts';
import {
  MalformedFrame,
  noticeFrame,
  presenceFrame,
  readFrame,
  refusalFrame,
  stateVectorFrame,
  type Frame,
  type Notice,
  type PresenceEntry,
} from './wire.ts';

/** The other end of a connection: a socket, or a link of a test. */
export type Peer = {
  send(frame: Uint8Array): void;
  close(code: number, reason: string): void;
  /** Bytes that were sent and have not left yet. */
  bufferedBytes(): number;
  /** Stops and resumes what comes in. */
  pause(): void;
  resume(): void;
};

/** A reader that is further behind than this is closed with 1013 and comes back with a fresh start. */
export const maxBufferedBytes = 8 * 1024 * 1024;
/** Changes that arrived before what they build on. */
export const maxWaitingBytes = 8 * 1024 * 1024;
const maxClientIds = 32;
const roomIsFull = 'The session holds too much text. Remove some, or commit and open a new session.';
const outsideLayout = 'A room holds files and meta, and no other root. Write the text of a file.';

/** Frames a second, and how many may come at once; what is above waits in the network. */
const frameRate = { perSecond: 2_000, burst: 8_000 };
/** Bytes of presence that a connection may say, for each goes to everybody. */
const presenceRate = { perSecond: 64 * 1024, burst: 256 * 1024 };
/** Bytes of the room's text and presence that a connection may ask for; an answer counts for something in any case. */
const answerRate = { perSecond: 16 * 1024 * 1024, burst: 80 * 1024 * 1024 };
const leastAnswerBytes = 4 * 1024;
/** Questions for who wrote a file: each reads its whole text. */
const authorsRate = { perSecond: 2, burst: 10 };

/** One participant's line into a room: guards what comes in, message by message. */
export class Connection {
  participant: Participant;
  /** Client ids this connection speaks for. */
  readonly clientIds = new Set<number>();
  readonly wantsNotices: boolean;
  /** Changes that cannot be applied yet, because what they build on has not come. */
  waiting: Uint8Array | undefined;
  readonly #room: Room;
  readonly #peer: Peer;
  readonly #rate = new RateLimit(frameRate);
  readonly #authorsRate = new RateLimit(authorsRate);
  readonly #presenceRate = new RateLimit(presenceRate);
  readonly #answerRate = new RateLimit(answerRate);
  readonly #pace: Pace;
  readonly #inbox: Frame[] = [];
  #closed = false;
  /** An update was refused: the client has what the room does not, and no later count may say that all is saved. */
  #hasRefused = false;
  #updates = 0;
  /** What the client said of its next update. */
  #nextKind: 'edit' | 'undo' = 'edit';
  #saved: Extract<Notice, { type: 'saved' }> | undefined;
  /** Of the room's text while it has not left yet. */
  #stateBytes = 0;

  constructor(room: Room, peer: Peer, options: { participant: Participant; wantsNotices: boolean }) {
    this.#room = room;
    this.#peer = peer;
    this.participant = options.participant;
    this.wantsNotices = options.wantsNotices;
    this.#pace = new Pace(peer, () => this.#work());
  }

  get author(): Author {
    return { kind: 'person', id: this.participant.personId };
  }

  get mayEdit(): boolean {
    return this.participant.rights.includes('edit');
  }

  /** The first frames: who you are here, what the room has, who is in it. */
  greet(): void {
    const { clientId, rights, personId } = this.participant;
    this.notify({ type: 'welcome', clientId, rights, color: this.#room.colours.of(personId) });
    this.send(stateVectorFrame(this.#room.stateVector()));
    this.#sendPresence();
  }

  send(frame: Uint8Array): void {
    if (this.#closed) return;
    const bufferedBytes = this.#peer.bufferedBytes();
    if (bufferedBytes <= maxBufferedBytes) this.#stateBytes = 0;
    if (bufferedBytes > maxBufferedBytes + this.#stateBytes)
      this.close(1013, 'Too slow to follow the room. Connect again.');
    else this.#peer.send(frame);
  }

  /** Sends the room's text, which may be longer than what a reader may be behind: while it is under way it does not count. */
  sendState(frame: Uint8Array): void {
    this.send(frame);
    if (this.#stateBytes === 0) this.#stateBytes = frame.byteLength;
  }

  notify(notice: Notice): void {
    if (this.wantsNotices) this.send(noticeFrame(notice));
  }

  /** Ends the connection from this side; the room forgets it at once. */
  close(code: number, reason: string): void {
    if (this.#closed) return;
    this.ended();
    this.#peer.close(code, reason);
  }

  /** The other side is gone. */
  ended(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#pace.end();
    this.#inbox.length = 0;
    this.waiting = undefined;
    this.#room.leave(this);
  }

  /** Rights may have changed; what they allow holds from the next message on. */
  setParticipant(participant: Participant): void {
    const before = this.participant.rights.join();
    this.participant = participant;
    if (participant.rights.join() !== before) this.notify({ type: 'rights', rights: participant.rights });
    // Only a new line asks the client for everything that the room lacks.
    if (this.#hasRefused && this.mayEdit) this.close(1013, 'You may edit now. Connect again.');
  }

  receive(bytes: Uint8Array): void {
    if (this.#closed) return;
    try {
      this.#inbox.push(readFrame(bytes));
    } catch (error) {
      return this.#refuseMalformed(error);
    }
    this.#pace.slowDown(this.#rate.take());
    this.#work();
  }

  /** Handles frames in their order; one that has to ask the database holds up those behind it. */
  #work(): void {
    while (!this.#pace.isPaused && !this.#closed) {
      const frame = this.#inbox.shift();
      if (!frame) return;
      try {
        const later = this.#handle(frame);
        if (later) this.#continueAfter(later);
      } catch (error) {
        this.#refuseMalformed(error);
      }
    }
  }

  #continueAfter(later: Promise<void>): void {
    this.#pace.hold();
    later
      .catch((error: unknown) => this.#refuseMalformed(error))
      .finally(() => {
        if (!this.#closed) this.#pace.release();
      });
  }

  #refuseMalformed(error: unknown): void {
    if (error instanceof MalformedFrame) this.close(1007, `Malformed message: ${error.message}.`.slice(0, 120));
    else this.#room.fault(this, error);
  }

  #handle(frame: Frame): Promise<void> | void {
    switch (frame.type) {
      case 'state_vector':
        return this.#answered(this.#room.answerStateVector(this, frame.stateVector));
      case 'update':
        return this.#handleUpdate(frame.update);
      case 'presence':
        return this.#handlePresence(frame.entries);
      case 'query_presence':
        return this.#answered(this.#sendPresence());
      case 'next':
        if (!this.wantsNotices) throw new MalformedFrame('a notice that was not agreed on');
        this.#nextKind = frame.kind;
        return undefined;
      case 'authors':
        return this.#tellAuthors(frame.fileId);
    }
  }

  #answered(sizeBytes: number): void {
    this.#pace.slowDown(this.#answerRate.charge(Math.max(sizeBytes, leastAnswerBytes)));
  }

  /** Who asks more often than a person looks gets no answer. */
  #tellAuthors(fileId: string): void {
    if (!this.wantsNotices) throw new MalformedFrame('a notice that was not agreed on');
    if (this.#authorsRate.take() > 0) return;
    const text = readText(this.#room.doc, fileId);
    this.notify({ type: 'authors', fileId, ...authorsByLine(text, this.#room.authorsOf(fileId)) });
  }

  #handleUpdate(update: Uint8Array): Promise<void> | void {
    this.#updates++;
    const count = this.#updates;
    const kind = this.#nextKind;
    this.#nextKind = 'edit';
    const whole = this.#room.withWaiting(this, update);
    const inspection = inspectUpdate(this.#room.doc, whole);
    if (!inspection.changes) return this.#markSaved(count);
    if (!this.mayEdit) return this.#refuse();
    if (inspection.isOutside) return this.close(4422, outsideLayout);
    // Deletions bring no structs: they pass also when the room is full.
    if (inspection.newClients.size > 0 && !this.#room.hasRoomFor(whole.byteLength)) return this.close(4413, roomIsFull);
    return this.#withIds(inspection.newClients, (hasWaited) => {
      if (this.#closed) return;
      if (!this.mayEdit) return this.#refuse();
      // Other changes may have come while the ids were asked for.
      const looked = hasWaited ? inspectUpdate(this.#room.doc, whole) : inspection;
      this.#room.applyFrom(this, whole, { kind, inspection: looked });
      if (!this.waiting) this.#markSaved(count);
    });
  }

  #refuse(): void {
    this.#hasRefused = true;
    this.send(refusalFrame('You have no right to edit this session.'));
  }

  /** Runs `then` when the ids are this participant's, or closes the connection. */
  #withIds(ids: ReadonlySet<number>, then: (hasWaited: boolean) => void): Promise<void> | void {
    const decide = (own: boolean, hasWaited: boolean) => (own ? then(hasWaited) : this.#refuseForeign());
    const known = this.#room.clientIds.check(ids, this.author);
    if (known !== undefined) return decide(known, false);
    for (const id of ids) this.clientIds.add(id);
    if (this.clientIds.size > maxClientIds) return this.close(4403, 'Too many client ids on one connection.');
    return this.#room.clientIds.claim(ids, this.author).then((own) => decide(own, true));
  }

  /** A former owner that just woke up lacks what others wrote since; who brings that comes back to the new one. */
  async #refuseForeign(): Promise<void> {
    // Writes nothing, and only under the fence; a room that is lost sends everybody to its new owner by itself.
    const isOwned = await this.#room
      .changeAll([], () => Promise.resolve())
      .then(
        () => true,
        () => false,
      );
    if (isOwned) this.close(4403, 'Changes under a client id that belongs to someone else are refused.');
  }

  #markSaved(updates: number): void {
    if (!this.wantsNotices || this.#hasRefused) return;
    const clocks = this.#room.clocksOf([...this.clientIds, this.participant.clientId]);
    this.#room.whenStored(() => {
      const isFirst = this.#saved === undefined;
      this.#saved = { type: 'saved', updates, clocks };
      if (isFirst) queueMicrotask(() => this.#tellSaved());
    });
  }

  #tellSaved(): void {
    const saved = this.#saved;
    this.#saved = undefined;
    if (saved) this.notify(saved);
  }

  /** @returns how many bytes that was */
  #sendPresence(): number {
    const entries = this.#room.presence.everyone().filter((entry) => !this.clientIds.has(entry.clientId));
    if (entries.length === 0) return 0;
    const frame = presenceFrame(entries);
    this.send(frame);
    return frame.byteLength;
  }

  /** Standard clients echo the states of others; only what this connection says of itself counts. */
  #handlePresence(entries: readonly PresenceEntry[]): Promise<void> | void {
    const own = entries.filter((entry) => this.#room.mayPresent(this, entry.clientId));
    if (own.length === 0) return undefined;
    const ids = new Set(own.map((entry) => entry.clientId));
    const known = this.#room.clientIds.check(ids, this.author);
    if (known === false) return undefined;
    this.#pace.slowDown(this.#presenceRate.charge(own.reduce((sum, entry) => sum + entry.state.length, 0)));
    const present = () => {
      if (this.#closed) return;
      for (const entry of own) this.clientIds.add(entry.clientId);
      if (this.clientIds.size > maxClientIds) return this.close(4403, 'Too many client ids on one connection.');
      this.#room.present(this, own);
    };
    if (known) return present();
    return this.#room.clientIds.claim(ids, this.author).then((isOwn) => void (isOwn && present()));
  }
}
