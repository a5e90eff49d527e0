import * as encoding from 'lib0/encoding';
import * as Y from 'yjs';
import type { Participant } from '../../server/collab/access.ts';
import { Connection, maxBufferedBytes, type Peer } from '../../server/collab/connection.ts';
import {
  missingFrame,
  presenceFrame,
  readFrame,
  stateVectorFrame,
  updateFrame,
  type PresenceEntry,
} from '../../server/collab/wire.ts';
import type { Evidence } from './evidence.ts';
import type { VirtualNode } from './virtual-node.ts';

/** Codes with which a server may send away someone who did nothing wrong. */
const expectedCodes: readonly number[] = [1001, 1006, 1012, 1013];

/** What our client says before an update that undoes (CB33). */
const nextIsUndo = encoding.encode((encoder) => {
  encoding.writeVarUint(encoder, 100);
  encoding.writeVarString(encoder, JSON.stringify({ type: 'next', kind: 'undo' }));
});

/** A line between a client and a node; frames wait on it until a schedule delivers, loses or repeats them. */
export type Link = {
  node: VirtualNode;
  connection: Connection;
  toServer: Uint8Array[];
  toClient: Uint8Array[];
  /** Payloads of the step 2 and update messages sent on it, as the server counts them. */
  sent: Uint8Array[];
  /** Frames to the server were lost or repeated, so what it counts means nothing. */
  isMiscounted: boolean;
  /** Something was lost or refused: only another line makes client and server equal. */
  mustEnd: boolean;
  isPaused: boolean;
  isSlow: boolean;
  isClosed: boolean;
};

export type ClientOptions = { personId: string; clientId: number; evidence: Evidence };

/** A participant with a document, an undo stack and at most one line to a node. */
export class VirtualClient {
  readonly personId: string;
  readonly doc = new Y.Doc();
  /** What the others say of themselves. */
  readonly others = new Map<number, PresenceEntry>();
  /** The last clock heard of each, also of those who left. */
  readonly #heard = new Map<number, number>();
  readonly undo: Y.UndoManager;
  link: Link | undefined;
  rights: Participant['rights'] = ['view', 'edit'];
  readonly #evidence: Evidence;
  #presenceClock = 0;

  constructor({ personId, clientId, evidence }: ClientOptions) {
    this.personId = personId;
    this.#evidence = evidence;
    this.doc.clientID = clientId;
    // One entry of the stack for each change, unless a schedule says otherwise.
    this.undo = new Y.UndoManager(this.files, { trackedOrigins: new Set([this]), captureTimeout: 0 });
    this.doc.on('update', (update: Uint8Array, origin: unknown) => {
      if (origin instanceof Y.UndoManager) this.link?.toServer.push(nextIsUndo);
      if (origin !== 'server') this.#send(update, updateFrame(update));
    });
  }

  get clientId(): number {
    return this.doc.clientID;
  }

  get files(): Y.Map<unknown> {
    return this.doc.getMap('files');
  }

  /** The texts of the files, by file id in a fixed order. */
  texts(): [string, Y.Text][] {
    const found: [string, Y.Text][] = [];
    for (const [fileId, entry] of this.files) {
      const text = entry instanceof Y.Map ? entry.get('text') : undefined;
      if (text instanceof Y.Text) found.push([fileId, text]);
    }
    return found.toSorted(([a], [b]) => (a < b ? -1 : 1));
  }

  #send(update: Uint8Array, frame: Uint8Array): void {
    this.link?.sent.push(update);
    this.link?.toServer.push(frame);
  }

  connect(node: VirtualNode): void {
    const { room } = node;
    if (!room) throw new Error('there is no room to enter');
    const toServer = [stateVectorFrame(Y.encodeStateVector(this.doc))];
    const toClient: Uint8Array[] = [];
    const peer: Peer = {
      send: (frame) => void toClient.push(frame),
      close: (code, reason) => this.#closed(link, code, reason),
      bufferedBytes: () => (link.isSlow ? maxBufferedBytes * 64 : 0),
      pause: () => void (link.isPaused = true),
      resume: () => void (link.isPaused = false),
    };
    const connection = new Connection(room, peer, { participant: this.#participant(), wantsNotices: true });
    const link: Link = {
      node,
      connection,
      toServer,
      toClient,
      sent: [],
      isMiscounted: false,
      mustEnd: false,
      isPaused: false,
      isSlow: false,
      isClosed: false,
    };
    this.link = link;
    room.join(connection);
  }

  #participant(): Participant {
    return {
      ticketId: `tkt_${this.clientId}`,
      sessionId: 'ses',
      projectId: 'prj',
      teamId: 'team',
      personId: this.personId,
      name: this.personId,
      authSessionId: null,
      apiTokenId: null,
      clientId: this.clientId,
      rights: this.rights,
    };
  }

  #closed(link: Link, code: number, reason: string): void {
    link.isClosed = true;
    if (this.link === link) this.letGo();
    if (!expectedCodes.includes(code)) this.#evidence.accuse(`the server closed an honest client: ${code} ${reason}`);
  }

  /** The client gives its line up. @returns the line, on which frames may still be under way */
  letGo(): Link | undefined {
    const { link } = this;
    this.link = undefined;
    this.others.clear();
    return link;
  }

  disconnect(): void {
    this.letGo()?.connection.ended();
  }

  setRights(rights: Participant['rights']): void {
    this.rights = rights;
    const { link } = this;
    link?.connection.setParticipant({ ...link.connection.participant, rights });
    // What was refused, or typed meanwhile, comes with the next line.
    if (link) link.mustEnd = true;
  }

  present(file: string): void {
    const entry = { clientId: this.clientId, clock: ++this.#presenceClock, state: JSON.stringify({ file }) };
    this.link?.toServer.push(presenceFrame([entry]));
  }

  /** Takes the next frame from the server. @returns false when there is none */
  deliverDown(): boolean {
    const frame = this.link?.toClient.shift();
    if (frame) this.receive(frame);
    return frame !== undefined;
  }

  receive(bytes: Uint8Array): void {
    if (bytes[0] === 100) return this.#notice(bytes);
    if (bytes[0] === 2) return;
    const frame = readFrame(bytes);
    if (frame.type === 'update') {
      this.#evidence.addUpdate(frame.update, `seen by ${this.clientId}`);
      Y.applyUpdate(this.doc, frame.update, 'server');
    }
    if (frame.type === 'state_vector') {
      const missing = Y.encodeStateAsUpdate(this.doc, frame.stateVector);
      this.#send(missing, missingFrame(missing));
    }
    if (frame.type === 'presence') this.#meet(frame.entries);
  }

  #meet(entries: readonly PresenceEntry[]): void {
    for (const entry of entries) {
      const heard = this.#heard.get(entry.clientId) ?? -1;
      const isGoodbye = entry.state === 'null' && this.others.has(entry.clientId) && heard === entry.clock;
      if (entry.clientId === this.clientId || (heard >= entry.clock && !isGoodbye)) continue;
      this.#heard.set(entry.clientId, entry.clock);
      if (entry.state === 'null') this.others.delete(entry.clientId);
      else this.others.set(entry.clientId, entry);
    }
  }

  #notice(bytes: Uint8Array): void {
    const json = new TextDecoder().decode(bytes).replace(/^[^{]*/, '');
    const notice: { type: string; updates?: number; clocks?: Record<string, number> } = JSON.parse(json);
    if (notice.type !== 'saved') return;
    for (const [id, clock] of Object.entries(notice.clocks ?? {}))
      this.#evidence.addClock(Number(id), clock, `saved, says a clock to ${this.clientId}`);
    const { link } = this;
    if (!link || link.isMiscounted) return;
    for (const update of link.sent.slice(0, notice.updates))
      this.#evidence.addUpdate(update, `saved, says a count to ${this.clientId}`);
  }
}

/** Hands the next frame of a line to its node. @returns false when there is none, or nobody reads */
export function deliverUp(link: Link | undefined): boolean {
  if (!link || link.isClosed || link.isPaused || link.node.isAsleep) return false;
  const frame = link.toServer.shift();
  if (frame) link.connection.receive(frame);
  return frame !== undefined;
}
