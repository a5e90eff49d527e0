import { applyAwarenessUpdate, Awareness, encodeAwarenessUpdate } from 'y-protocols/awareness';
import * as Y from 'yjs';
import type { TextAuthors } from '@/server/core/authorship.ts';
import { participantColour } from '@/server/core/participant-colour.ts';
import { AuthorQuestions } from './author-questions.ts';
import type { Aside, AsideReason, Keeping, LocalCopy } from './local-copy.ts';
import { refusalIn } from './refused-ticket.ts';
import { fromElsewhere, RoomEdits } from './room-edits.ts';
import { isTooNew, readFiles, sameFiles, type RoomFile } from './room-files.ts';
import { authorsFrame, presenceFrame, readFrame, type Notice } from './room-frames.ts';
import { forgetOthers, presentAs, readParticipants, type Participant } from './room-presence.ts';
import { RoomSocket, type AfterClose } from './room-socket.ts';

export type Ticket = { room: string; ticket: string; clientId: number; personId: string; rights: readonly string[] };

type WhyEnded = 'signed_out' | 'someone_else' | 'closed';

/** Where the connection stands. `ended` does not come back by itself: `reason` says why and what to do. */
export type RoomStatus =
  /** `reason`: what the server said, when it is more than a lost connection. */
  | { kind: 'connecting' | 'reconnecting'; reason: string | undefined }
  | { kind: 'connected' }
  | { kind: 'ended'; why: WhyEnded; reason: string };

export type RoomSnapshot = {
  status: RoomStatus;
  /** True once the server's state has arrived at least once. */
  loaded: boolean;
  /** Edits of ours that the server has not yet confirmed as stored. */
  unsaved: number;
  /** What becomes of them when the tab is closed. */
  keeping: Keeping;
  /** Why storing fails at the moment, in the server's words. */
  storeError: string | undefined;
  rights: readonly string[];
  participants: readonly Participant[];
  files: ReadonlyMap<string, RoomFile>;
  /** Edits that could not be merged into the room. */
  asides: readonly Aside[];
};

type Options = {
  me: { id: string; name: string };
  /** What the page knows of this person's rights before the room says more. */
  rights: readonly string[];
  copy: LocalCopy;
  /** Of the server, with `ws:` or `wss:`. */
  url: string;
  getTicket: (clientId?: number) => Promise<Ticket>;
  /** The document on the screen is not the room's any more: enter again, with an empty one. */
  onStale: () => void;
};

/** The stored document cannot be read: only an admin can help. */
const unreadable = 4500;
/** The server does not take what it was sent: malformed, too large, someone else's client id, no room left. */
const rejections: ReadonlySet<number> = new Set([1007, 1009, 4403, 4413]);

/**
 * The browser's side of a room: one document, its connection, and what the screen shows of both. The ticket is asked
 * for anew when the server ends the connection, with the same client id, so that a person stays the same participant.
 */
export class RoomConnection {
  readonly doc = new Y.Doc();
  readonly awareness = new Awareness(this.doc);
  readonly edits: RoomEdits;
  private readonly options: Options;
  private readonly socket: RoomSocket;
  private readonly questions = new AuthorQuestions();
  private readonly listeners = new Set<() => void>();
  private snapshot: RoomSnapshot;
  /** What the server said on this connection so far. `isBehind`: the room was set back to an earlier state. */
  private greeting: { rights?: readonly string[]; clocks?: Map<number, number>; isBehind?: boolean } = {};
  private hasTicket = false;
  /** A ticket is on its way, or what this browser kept is being read. */
  private isOpening = true;
  private isStale = false;
  private destroyed = false;
  private ticketAttempts = 0;
  private rejected = 0;
  private ticketTimer: ReturnType<typeof setTimeout> | undefined;

  constructor(options: Options) {
    this.options = options;
    this.snapshot = {
      status: { kind: 'connecting', reason: undefined },
      loaded: false,
      unsaved: 0,
      keeping: 'browser',
      storeError: undefined,
      rights: options.rights,
      participants: [],
      files: new Map(),
      asides: [],
    };
    this.socket = new RoomSocket(
      { url: options.url, doc: this.doc, awareness: this.awareness },
      {
        onOpen: () => this.greet(),
        onFrame: (bytes) => this.receive(bytes),
        onQuiet: () => this.edits.ask(),
        onClose: (code, reason) => this.closed(code, reason),
      },
    );
    const { me, copy } = options;
    copy.onKeeping = (keeping) => this.set({ keeping });
    this.edits = new RoomEdits({
      doc: this.doc,
      copy,
      send: (frame) => this.socket.send(frame),
      onChange: () => this.set({ unsaved: this.edits.count, asides: this.edits.asides }),
    });
    this.doc.getMap('files').observeDeep(() => this.showFiles());
    this.awareness.on('update', this.present);
    this.awareness.on('change', () => this.set({ participants: readParticipants(this.awareness) }));
    this.showMe(participantColour(me.id));
    void this.begin();
  }

  subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => void this.listeners.delete(listener);
  };

  getSnapshot = (): RoomSnapshot => this.snapshot;

  destroy(): void {
    this.edits.keep();
    this.edits.end();
    this.destroyed = true;
    clearTimeout(this.ticketTimer);
    this.options.copy.onKeeping = () => {};
    this.socket.destroy();
    this.doc.destroy();
  }

  /** Tries again after the connection ended for good (signed in again, invited again). */
  retry(): void {
    if (this.isStale) return this.options.onStale();
    this.set({ status: { kind: 'connecting', reason: undefined } });
    return void this.open();
  }

  /** Makes the next attempt now instead of after a pause: the network or the person is back. */
  hurry(): void {
    const { status } = this.snapshot;
    if (this.isStale || this.socket.isOpen) return;
    if (status.kind === 'ended' ? status.why === 'signed_out' : !this.hasTicket) void this.open();
    else this.socket.again();
  }

  /** Ends a connection that is known to be dead, before the socket notices, and makes another. */
  renew(): void {
    if (!this.socket.isOpen) return;
    this.lost(undefined);
    this.socket.again();
  }

  /** Who wrote the lines of a file; undefined when the room does not say. */
  authorsOf(fileId: string): Promise<TextAuthors | undefined> {
    return this.questions.ask(fileId, () => this.socket.send(authorsFrame(fileId)));
  }

  private set(change: Partial<RoomSnapshot>): void {
    this.snapshot = { ...this.snapshot, ...change };
    for (const listener of this.listeners) listener();
  }

  private async begin(): Promise<void> {
    const ticket = this.options.getTicket();
    ticket.catch(() => {});
    await this.edits.load();
    this.isOpening = false;
    if (!this.destroyed) await this.open(ticket);
  }

  private async open(asked?: Promise<Ticket>): Promise<void> {
    if (this.isOpening) return;
    this.isOpening = true;
    clearTimeout(this.ticketTimer);
    try {
      const ticket = await (asked ?? this.options.getTicket(this.hasTicket ? this.doc.clientID : undefined));
      if (!this.destroyed) this.enter(ticket);
    } catch (error) {
      if (!this.destroyed) this.ticketRefused(error);
    } finally {
      this.isOpening = false;
    }
  }

  /** At once the first time, later after growing pauses. */
  private openSoon(): void {
    this.lost(undefined);
    const waitMs = this.ticketAttempts === 0 ? 0 : Math.min(5_000, 300 * 2 ** Math.min(this.ticketAttempts, 4));
    this.ticketAttempts += 1;
    this.ticketTimer = setTimeout(() => void this.open(), waitMs);
  }

  private enter(ticket: Ticket): void {
    if (ticket.personId !== this.options.me.id) {
      return this.end('someone_else', 'Someone else has signed in in this browser. Reload the page to go on as them.');
    }
    this.hasTicket = true;
    this.doc.clientID = ticket.clientId;
    presentAs(this.awareness, ticket.clientId);
    return this.socket.connect({ room: ticket.room, params: { ticket: ticket.ticket, ensemble: '1' } });
  }

  private ticketRefused(error: unknown): void {
    const refusal = refusalIn(error);
    if (refusal === undefined) this.openSoon();
    else if (refusal.isSignedOut) this.end('signed_out', refusal.message);
    else void this.shutOut(refusal.message);
  }

  private greet(): void {
    this.edits.connected();
    this.greeting = {};
  }

  private receive(bytes: Uint8Array): void {
    const frame = readFrame(bytes);
    switch (frame.type) {
      case 'state_vector':
        this.greeting.clocks = Y.decodeStateVector(frame.bytes);
        return this.greeted();
      case 'missing':
        return this.synced(frame.bytes);
      case 'update':
        return Y.applyUpdate(this.doc, frame.bytes, fromElsewhere);
      case 'presence':
        return applyAwarenessUpdate(this.awareness, frame.bytes, fromElsewhere);
      case 'refusal':
        return this.rightsLost();
      case 'notice':
        return this.readNotice(frame.notice);
      case 'query_presence':
      case 'unknown':
        return undefined;
    }
  }

  private greeted(): void {
    const { rights, clocks } = this.greeting;
    if (!rights || !clocks) return;
    this.greeting.isBehind = !this.edits.isBuiltOn(clocks);
    if (rights.includes('edit') && !this.greeting.isBehind) this.edits.flow();
  }

  private synced(missing: Uint8Array): void {
    const before = this.edits.textsUnderWay();
    Y.applyUpdate(this.doc, missing, fromElsewhere);
    this.socket.settled();
    this.ticketAttempts = 0;
    if (isTooNew(this.doc))
      return this.end('closed', 'The server was updated and this page is older than it. Reload the page.');
    if (this.greeting.isBehind) return this.layAside('set_back');
    if (!this.greeting.rights?.includes('edit') && this.edits.count > 0) return this.layAside('rights');
    this.showFiles();
    this.edits.keepDeleted(before);
    this.edits.compareAsides();
    return this.set({ loaded: true, status: { kind: 'connected' } });
  }

  private layAside(reason: AsideReason): void {
    this.isStale = true;
    this.socket.stop();
    void this.edits.layAside(reason).then(() => {
      if (!this.destroyed) this.options.onStale();
    });
  }

  private readonly present = (
    { added, updated, removed }: Record<'added' | 'updated' | 'removed', number[]>,
    origin: unknown,
  ): void => {
    if (origin !== fromElsewhere && [...added, ...updated, ...removed].includes(this.awareness.clientID))
      this.socket.send(presenceFrame(encodeAwarenessUpdate(this.awareness, [this.awareness.clientID])));
  };

  private readNotice(notice: Notice): void {
    switch (notice.type) {
      case 'welcome':
        this.greeting.rights = notice.rights;
        this.set({ rights: notice.rights, storeError: undefined });
        this.showMe(notice.color);
        return this.greeted();
      case 'rights':
        this.greeting.rights = notice.rights;
        this.set({ rights: notice.rights });
        return notice.rights.includes('edit') ? this.edits.flow() : this.rightsLost();
      case 'saved':
        this.rejected = 0;
        this.set({ storeError: undefined });
        return this.edits.saved(notice.updates);
      case 'authors':
        return this.questions.answered(notice.fileId, notice);
      case 'store':
        return this.set({
          storeError:
            notice.state === 'failing'
              ? 'The server cannot reach its database at the moment. It tries again; your edits are kept here and in the room.'
              : undefined,
        });
    }
  }

  /** A fresh connection tells what the room has of the edits under way; the rest is laid aside then. */
  private rightsLost(): void {
    this.edits.hold();
    if (this.edits.count > 0) this.renew();
  }

  private closed(code: number, reason: string): AfterClose {
    if (this.destroyed || this.isStale) return 'stop';
    if (rejections.has(code)) return this.sendingRejected(code, reason);
    if (code === 4401) {
      this.openSoon();
      return 'stop';
    }
    if (code >= 4400 && code < 4500) {
      void this.shutOut(reason || 'The server closed this room for you. Ask a team admin for access.');
      return 'stop';
    }
    this.lost(reason === '' ? undefined : reason);
    return code === unreadable ? 'slowly' : 'again';
  }

  /** Once may be chance; what is refused again is not sent for ever. */
  private sendingRejected(code: number, reason: string): AfterClose {
    this.rejected += 1;
    if (this.edits.count > 0 && (code === 4413 || this.rejected > 1)) {
      this.layAside('refused');
      return 'stop';
    }
    if (this.rejected > 3) {
      void this.shutOut(reason || 'The server does not take what this page sends. Reload the page.');
      return 'stop';
    }
    this.lost(undefined);
    return 'again';
  }

  /** Access is gone: the text leaves this browser; edits that were not sent are shown to their author. */
  private async shutOut(reason: string): Promise<void> {
    this.isStale = true;
    await this.edits.layAside('closed');
    if (!this.destroyed) this.end('closed', reason);
  }

  private lost(reason: string | undefined): void {
    this.edits.hold();
    forgetOthers(this.awareness);
    if (this.snapshot.status.kind !== 'ended')
      this.set({
        status: { kind: this.snapshot.loaded ? 'reconnecting' : 'connecting', reason },
        storeError: undefined,
      });
    this.edits.keep();
  }

  /** Who is not signed in any more leaves no text in the browser, but their edits, for when they come back. */
  private end(why: WhyEnded, reason: string): void {
    this.edits.hold();
    this.socket.stop();
    if (why !== 'closed') {
      this.edits.end();
      void this.options.copy.forgetText();
    }
    this.set({ status: { kind: 'ended', why, reason } });
  }

  /** The server says to the others who we are; to ourselves nobody else does. */
  private showMe(color: string): void {
    this.awareness.setLocalStateField('user', { ...this.options.me, color, kind: 'person' });
  }

  private showFiles(): void {
    const files = readFiles(this.doc);
    if (!sameFiles(files, this.snapshot.files)) this.set({ files });
  }
}
