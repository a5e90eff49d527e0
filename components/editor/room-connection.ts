import * as decoding from 'lib0/decoding';
import { WebsocketProvider } from 'y-websocket';
import * as Y from 'yjs';
import { participantColour } from '@/server/core/participant-colour.ts';
import type { ParticipantState } from './remote-cursors.ts';
import { UnsavedEdits } from './unsaved-edits.ts';

export type Ticket = { room: string; ticket: string; clientId: number; rights: readonly string[] };

export type RoomFile = { fileId: string; path: string; text: Y.Text };
export type Participant = {
  clientId: number;
  isMe: boolean;
  user: NonNullable<ParticipantState['user']>;
  file: string | undefined;
  cursor: ParticipantState['cursor'];
};

/** Where the connection stands. `ended` does not come back by itself: `reason` says why and what to do. */
export type RoomStatus =
  | { kind: 'connecting' }
  | { kind: 'connected' }
  | { kind: 'reconnecting' }
  | { kind: 'ended'; reason: string };

export type RoomSnapshot = {
  status: RoomStatus;
  /** True once the server's state has arrived at least once. */
  loaded: boolean;
  /** Edits of ours that the server has not yet confirmed as stored. */
  unsaved: number;
  /** Why storing fails at the moment, in the server's words. */
  storeError: string | undefined;
  rights: readonly string[];
  participants: readonly Participant[];
  files: ReadonlyMap<string, RoomFile>;
};

/** Frames of this type are for our own client only (docs/spec/collab.md). */
const noticeMessage = 100;
const syncMessage = 0;
const syncStep1 = 0;

type Notice =
  | { type: 'welcome' | 'rights'; rights: readonly string[] }
  | { type: 'saved'; updates: number }
  | { type: 'store'; state: 'failing' | 'ok' };

const newestLayout = 1;

/**
 * The browser's side of a room: one document, its connection and what the screen shows of both. The ticket is asked
 * for anew when the server ends the connection, with the same client id, so that a person stays the same participant.
 */
export class RoomConnection {
  readonly doc = new Y.Doc();
  private readonly me: { id: string; name: string };
  private readonly getTicket: (clientId?: number) => Promise<Ticket>;
  private provider: WebsocketProvider | undefined;
  private readonly listeners = new Set<() => void>();
  private snapshot: RoomSnapshot = {
    status: { kind: 'connecting' },
    loaded: false,
    unsaved: 0,
    storeError: undefined,
    rights: [],
    participants: [],
    files: new Map(),
  };
  private readonly edits = new UnsavedEdits();
  private destroyed = false;
  private attempts = 0;

  constructor(me: { id: string; name: string }, getTicket: (clientId?: number) => Promise<Ticket>) {
    this.me = me;
    this.getTicket = getTicket;
    this.doc.on('afterTransaction', (transaction: Y.Transaction) => {
      if (transaction.local && (transaction.changed.size > 0 || transaction.deleteSet.clients.size > 0))
        this.countLocalEdit();
    });
    this.doc.getMap('files').observeDeep(() => this.readFiles());
    window.addEventListener('offline', this.noticeLostNetwork);
    void this.open();
  }

  get awareness() {
    return this.provider?.awareness;
  }

  subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => void this.listeners.delete(listener);
  };

  getSnapshot = (): RoomSnapshot => this.snapshot;

  destroy(): void {
    this.destroyed = true;
    window.removeEventListener('offline', this.noticeLostNetwork);
    this.provider?.destroy();
    this.doc.destroy();
  }

  /** Tries again after the connection ended for good (signed in again, invited again). */
  retry(): void {
    this.set({ status: { kind: 'connecting' } });
    void this.open();
  }

  /**
   * A socket notices a lost network only when half a minute passed without a word; a question to the server tells at
   * once. A server on this machine, or on a network that is still there, answers it.
   */
  private readonly noticeLostNetwork = (): void => {
    fetch('/healthz', { cache: 'no-store' }).catch(() => {
      if (this.destroyed || !this.provider?.wsconnected) return;
      this.provider.disconnect();
      this.provider.connect();
    });
  };

  private set(change: Partial<RoomSnapshot>): void {
    this.snapshot = { ...this.snapshot, ...change };
    for (const listener of this.listeners) listener();
  }

  private async open(): Promise<void> {
    let ticket: Ticket;
    try {
      ticket = await this.getTicket(this.provider ? this.doc.clientID : undefined);
    } catch (error) {
      this.ticketRefused(error);
      return;
    }
    if (this.destroyed) return;
    this.attempts = 0;
    this.doc.clientID = ticket.clientId;
    this.set({ rights: ticket.rights });
    if (this.provider) {
      this.provider.params = { ticket: ticket.ticket, ensemble: '1' };
      this.provider.connect();
      return;
    }
    this.provider = new WebsocketProvider(`${location.origin.replace(/^http/, 'ws')}/collab`, ticket.room, this.doc, {
      params: { ticket: ticket.ticket, ensemble: '1' },
      disableBc: true,
      connect: false,
      // A change that is too large for one message would be sent, and refused, again and again.
      shouldReconnect: ({ code }) => code !== 1009 && !(code >= 4400 && code < 4500),
      maxBackoffTime: 2_500,
    });
    this.wire(this.provider);
    this.provider.connect();
  }

  private wire(provider: WebsocketProvider): void {
    provider.messageHandlers[noticeMessage] = (_encoder: unknown, decoder: decoding.Decoder) =>
      this.readNotice(decoding.readVarString(decoder));
    const sync = provider.messageHandlers[syncMessage];
    if (!sync) throw new Error('the provider has no handler for sync messages');
    provider.messageHandlers[syncMessage] = (encoder, decoder, ...rest) => {
      const asksForMissing = decoding.peekVarUint(decoder) === syncStep1;
      sync(encoder, decoder, ...rest);
      if (asksForMissing) this.edits.sentMissing();
    };
    provider.on('status', ({ status }) => {
      if (status === 'connected') {
        this.edits.connected();
        this.set({ status: { kind: 'connected' } });
      } else if (this.snapshot.status.kind !== 'ended')
        this.set({ status: { kind: this.snapshot.loaded ? 'reconnecting' : 'connecting' } });
    });
    provider.on('sync', (synced: boolean) => {
      if (synced) this.afterSync();
    });
    provider.on('closed', ({ code, reason }) => this.closedForGood(code, reason));
    provider.awareness.on('change', () => this.readParticipants(provider));
    // The server says to the others who we are; to ourselves nobody else does.
    provider.awareness.setLocalStateField('user', { ...this.me, color: participantColour(this.me.id), kind: 'person' });
  }

  private afterSync(): void {
    const layout = this.doc.getMap('meta').get('layout');
    if (typeof layout === 'number' && layout > newestLayout) {
      this.provider?.disconnect();
      this.set({
        status: {
          kind: 'ended',
          reason: 'The server was updated and this page is older than it. Reload the page; your saved work is there.',
        },
      });
      return;
    }
    this.readFiles();
    this.set({ loaded: true });
  }

  /** A ticket that ran out is replaced; any other refusal is for the person to read. */
  private closedForGood(code: number, reason: string): void {
    if (this.destroyed) return;
    if (code === 4401 && this.attempts < 3) {
      this.attempts += 1;
      this.set({ status: { kind: 'reconnecting' } });
      void this.open();
      return;
    }
    if (code === 1009) {
      this.set({
        status: {
          kind: 'ended',
          reason:
            'What was typed or pasted at once is too large for the room. Copy it, reload, and put it in in parts.',
        },
      });
      return;
    }
    this.set({
      status: {
        kind: 'ended',
        reason: reason || 'The server closed this room for you. Reload the page, or ask a team admin for access.',
      },
    });
  }

  private ticketRefused(error: unknown): void {
    if (this.destroyed) return;
    const refused =
      typeof error === 'object' &&
      error !== null &&
      'data' in error &&
      typeof error.data === 'object' &&
      error.data !== null;
    if (refused) {
      this.set({
        status: { kind: 'ended', reason: error instanceof Error ? error.message : 'The server refused the room.' },
      });
      return;
    }
    this.set({ status: { kind: 'reconnecting' } });
    setTimeout(() => void this.open(), Math.min(5_000, 300 * 2 ** Math.min(this.attempts++, 4)));
  }

  private countLocalEdit(): void {
    this.edits.edited(this.provider?.wsconnected ?? false);
    this.set({ unsaved: this.edits.count });
  }

  private readNotice(json: string): void {
    const notice = JSON.parse(json) as Notice;
    switch (notice.type) {
      case 'welcome':
      case 'rights':
        return this.set({ rights: notice.rights });
      case 'saved':
        this.edits.saved(notice.updates);
        return this.set({ unsaved: this.edits.count, storeError: undefined });
      case 'store':
        return this.set({
          storeError:
            notice.state === 'failing'
              ? 'The server cannot reach its database at the moment. It tries again; your edits are kept here and in the room.'
              : undefined,
        });
    }
  }

  private readFiles(): void {
    const files = new Map<string, RoomFile>();
    for (const [fileId, entry] of this.doc.getMap('files')) {
      if (!(entry instanceof Y.Map)) continue;
      const path: unknown = entry.get('path');
      const text: unknown = entry.get('text');
      if (typeof path === 'string' && text instanceof Y.Text) files.set(fileId, { fileId, path, text });
    }
    if (sameFiles(files, this.snapshot.files)) return;
    this.set({ files });
  }

  private readParticipants(provider: WebsocketProvider): void {
    const participants: Participant[] = [];
    for (const [clientId, state] of provider.awareness.getStates() as Map<number, ParticipantState>) {
      if (!state.user) continue;
      participants.push({
        clientId,
        isMe: clientId === provider.awareness.clientID,
        user: state.user,
        file: state.file,
        cursor: state.cursor,
      });
    }
    this.set({ participants });
  }
}

function sameFiles(a: ReadonlyMap<string, RoomFile>, b: ReadonlyMap<string, RoomFile>): boolean {
  if (a.size !== b.size) return false;
  for (const [fileId, file] of a) {
    const other = b.get(fileId);
    if (other?.path !== file.path || other.text !== file.text) return false;
  }
  return true;
}
