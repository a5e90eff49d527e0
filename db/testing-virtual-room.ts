import * as Y from 'yjs';
import type { Participant } from '../server/collab/access.ts';
import { Connection, type Peer } from '../server/collab/connection.ts';
import { findText, putFile, serverClientId, setLayout, type RoomFile } from '../server/collab/room-document.ts';
import { Room } from '../server/collab/room.ts';
import type { RoomKey } from '../server/collab/room-store.ts';
import { missingFrame, readFrame, stateVectorFrame, updateFrame } from '../server/collab/wire.ts';
import { MemoryIds, MemoryStore } from './testing-memory-store.ts';

/** The file whose text virtual clients write. */
export const virtualFile: RoomFile = {
  fileId: 'fil_text',
  path: 'text.txt',
  gitMode: '100644',
  encoding: 'utf-8',
  eol: 'lf',
};

/** What the server put into the room before anybody came. */
function firstState(): Uint8Array {
  const doc = new Y.Doc();
  doc.clientID = serverClientId;
  setLayout(doc);
  putFile(doc, virtualFile, '');
  return Y.encodeStateAsUpdate(doc);
}

/** The text of the virtual file; the document has it from the beginning. */
export function virtualText(doc: Y.Doc): Y.Text {
  const text = findText(doc, virtualFile.fileId);
  if (!text) throw new Error('the virtual file is gone');
  return text;
}

/** The real room and codec on links and a store that a test moves step by step. */
type Link = { connection: Connection; toServer: Uint8Array[]; toClient: Uint8Array[] };

export class VirtualClient {
  readonly doc = new Y.Doc();
  /** What the server called saved, as clocks of this client's id. */
  savedClock = 0;
  link: Link | undefined;
  /** How the server ended the last link. */
  closedWith: { code: number; reason: string } | undefined;
  readonly #name: string;

  constructor(name: string, clientId: number) {
    this.#name = name;
    Y.applyUpdate(this.doc, firstState(), 'server');
    this.doc.clientID = clientId;
    this.doc.on('update', (update: Uint8Array, origin: unknown) => {
      if (origin !== 'server') this.link?.toServer.push(updateFrame(update));
    });
  }

  get text(): Y.Text {
    return virtualText(this.doc);
  }

  connect(room: Room, rights: Participant['rights'] = ['view', 'edit']): void {
    const toServer = [stateVectorFrame(Y.encodeStateVector(this.doc))];
    const toClient: Uint8Array[] = [];
    const peer: Peer = {
      send: (frame) => void toClient.push(frame),
      close: (code, reason) => {
        this.closedWith = { code, reason };
        this.disconnect();
      },
      bufferedBytes: () => 0,
      pause: () => undefined,
      resume: () => undefined,
    };
    const connection = new Connection(room, peer, {
      participant: { ...participant(this.#name), rights },
      wantsNotices: true,
    });
    this.link = { connection, toServer, toClient };
    room.join(connection);
  }

  disconnect(): void {
    const { link } = this;
    this.link = undefined;
    link?.connection.ended();
  }

  /** Delivers the next frame to the server. @returns false when there is none */
  deliverUp(): boolean {
    const frame = this.link?.toServer.shift();
    if (frame) this.link?.connection.receive(frame);
    return frame !== undefined;
  }

  deliverDown(): boolean {
    const frame = this.link?.toClient.shift();
    if (frame) this.#receive(frame);
    return frame !== undefined;
  }

  #receive(bytes: Uint8Array): void {
    if (bytes[0] === 100) return this.#notice(bytes);
    if (bytes[0] === 2) return;
    const frame = readFrame(bytes);
    if (frame.type === 'update') Y.applyUpdate(this.doc, frame.update, 'server');
    if (frame.type === 'state_vector') {
      this.link?.toServer.push(missingFrame(Y.encodeStateAsUpdate(this.doc, frame.stateVector)));
    }
  }

  #notice(bytes: Uint8Array): void {
    const json = new TextDecoder().decode(bytes).replace(/^[^{]*/, '');
    const notice = JSON.parse(json) as { type: string; clocks?: Record<string, number> };
    if (notice.type === 'saved') this.savedClock = Math.max(this.savedClock, notice.clocks?.[this.doc.clientID] ?? 0);
  }
}

const participant = (name: string): Participant => ({
  ticketId: `tkt_${name}`,
  sessionId: 'ses',
  projectId: 'prj',
  teamId: 'team',
  personId: name,
  name,
  authSessionId: null,
  apiTokenId: null,
  clientId: 0,
  rights: ['view', 'edit'],
});

/** The server's side: a room that can be killed and loaded again from its store. */
export class VirtualServer {
  readonly store = new MemoryStore();
  readonly #ids = new MemoryIds(this.store.tables);
  room: Room | undefined;

  constructor() {
    this.store.snapshot = { state: firstState(), throughId: 0 };
    this.store.tables.files.set(virtualFile.fileId, virtualFile);
  }

  async start(options: { maxBytes?: number } = {}): Promise<Room> {
    const fence = this.store.tables.take('node');
    const key: RoomKey = { sessionId: 'ses', teamId: 'team', nodeId: 'node', fence };
    const stored = await this.store.load();
    const { store } = this;
    this.room = new Room(stored, { ...options, key, store, clientIds: this.#ids, onEmpty: () => undefined });
    return this.room;
  }

  /** kill -9: what was not stored is gone, sockets break. */
  kill(): void {
    this.store.drop();
    this.room?.close(1006, 'gone');
    this.room = undefined;
  }
}
