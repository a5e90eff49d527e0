import * as decoding from 'lib0/decoding';
import { WebsocketProvider } from 'y-websocket';
import * as Y from 'yjs';
import type { Evidence } from './evidence.ts';

export type RealClientOptions = {
  url: string;
  sessionId: string;
  ticket: string;
  clientId: number;
  /** Ours asks for notices; others are standard clients. */
  isOurs: boolean;
  evidence: Evidence;
};

/** A participant with a document of its own and the standard provider of y-websocket, as it comes from npm. */
export class RealClient {
  readonly doc = new Y.Doc();
  readonly provider: WebsocketProvider;
  readonly undo: Y.UndoManager;
  readonly clientId: number;
  /** Closed for good, with this code and reason. */
  endedWith: string | undefined;
  readonly #evidence: Evidence;

  constructor({ url, sessionId, ticket, clientId, isOurs, evidence }: RealClientOptions) {
    this.clientId = clientId;
    this.#evidence = evidence;
    this.doc.clientID = clientId;
    this.undo = new Y.UndoManager(this.doc.getMap('files'), { trackedOrigins: new Set([this]), captureTimeout: 0 });
    this.provider = new WebsocketProvider(url, sessionId, this.doc, {
      params: { ticket, ...(isOurs && { ensemble: '1' }) },
      disableBc: true,
      maxBackoffTime: 200,
    });
    this.provider.messageHandlers[100] = (_encoder, decoder) => this.#notice(decoding.readVarString(decoder));
    this.provider.on('closed', ({ code, reason }) => (this.endedWith = `${code} ${reason}`));
    this.doc.on('update', (update: Uint8Array, origin: unknown) => {
      if (origin === this.provider) evidence.addUpdate(update, `seen by ${clientId}`);
    });
  }

  #notice(json: string): void {
    const notice: { type: string; clocks?: Record<string, number> } = JSON.parse(json);
    if (notice.type !== 'saved') return;
    for (const [id, clock] of Object.entries(notice.clocks ?? {}))
      this.#evidence.addClock(Number(id), clock, `saved, says a clock to ${this.clientId}`);
  }

  texts(): Y.Text[] {
    const found: Y.Text[] = [];
    for (const entry of this.doc.getMap('files').values()) {
      const text = entry instanceof Y.Map ? entry.get('text') : undefined;
      if (text instanceof Y.Text) found.push(text);
    }
    return found;
  }

  /** The process dies: nothing is said any more, and what it had is gone. */
  crash(): void {
    this.provider.ws?.close();
    this.provider.destroy();
    this.doc.destroy();
  }
}
