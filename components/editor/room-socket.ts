import type { Decoder } from 'lib0/decoding';
import type { Awareness } from 'y-protocols/awareness';
import { WebsocketProvider } from 'y-websocket';
import type { Doc } from 'yjs';
import { messageTypes } from './room-frames.ts';

/** What to do after a connection was closed: `slowly` when only an admin can help meanwhile. */
export type AfterClose = 'again' | 'slowly' | 'stop';

export type SocketEvents = {
  onOpen(): void;
  onFrame(bytes: Uint8Array): void;
  /** Nothing came for a while: ask for something, so that a line that is dead is told from one that is quiet. */
  onQuiet(): void;
  onClose(code: number, reason: string): AfterClose;
};

export type RoomAddress = { room: string; params: Record<string, string> };

const quietMs = 15_000;
const answerMs = 10_000;
const openWithinMs = 10_000;

/**
 * How long to wait before the next attempt. Spread over its range, so that many who lost the same server do not all
 * come back at one moment.
 */
export function pauseMs(attempt: number, slowly: boolean, random: number): number {
  const longest = slowly ? 30_000 : Math.min(5_000, 400 * 2 ** Math.min(attempt, 8));
  return longest * (0.25 + 0.75 * random);
}

/**
 * The provider of y-websocket as the line to a room: it connects, says what the document has and who is here, and comes
 * back after a loss. What goes out beyond that, and what comes in, is handed over frame by frame.
 */
export class RoomSocket {
  private readonly events: SocketEvents;
  private readonly given: { url: string; doc: Doc; awareness: Awareness };
  private provider: WebsocketProvider | undefined;
  private isStopped = true;
  private attempts = 0;
  private lastHeardAt = 0;
  /** When a quiet line was asked for something, as long as no answer came. */
  private askedAt: number | undefined;
  private watch: ReturnType<typeof setInterval> | undefined;

  constructor(given: { url: string; doc: Doc; awareness: Awareness }, events: SocketEvents) {
    this.given = given;
    this.events = events;
  }

  get isOpen(): boolean {
    return this.provider?.wsconnected ?? false;
  }

  /** Connects to a room now, ending what there was. */
  connect({ room, params }: RoomAddress): void {
    this.provider ??= this.makeProvider(room);
    this.provider.params = params;
    this.isStopped = false;
    this.renew();
  }

  /** Ends this connection, or the wait for the next one, and makes the next attempt at once. */
  again(): void {
    if (!this.isStopped) this.renew();
  }

  stop(): void {
    this.isStopped = true;
    clearInterval(this.watch);
    this.provider?.disconnect();
  }

  destroy(): void {
    this.stop();
    this.provider?.destroy();
  }

  /** The connection turned out to be of use: the next loss is a first one again. */
  settled(): void {
    this.attempts = 0;
    if (this.provider) this.provider.synced = true;
  }

  send(frame: Uint8Array): void {
    if (this.isOpen) this.provider?.ws?.send(new Uint8Array(frame));
  }

  private makeProvider(room: string): WebsocketProvider {
    const { url, doc, awareness } = this.given;
    const provider = new WebsocketProvider(`${url}/collab`, room, doc, {
      connect: false,
      disableBc: true,
      awareness,
      shouldReconnect: ({ code, reason }) => this.closed(code, reason),
    });
    // Edits go out of their outbox, in parts and announced; of presence only this participant's own.
    doc.off('update', provider._updateHandler);
    awareness.off('update', provider._awarenessUpdateHandler);
    for (const type of messageTypes) {
      provider.messageHandlers[type] = (_answer: unknown, { arr }: Decoder) => {
        this.heard();
        this.events.onFrame(arr);
      };
    }
    provider.on('status', ({ status }) => {
      if (status !== 'connected') return;
      this.heard();
      this.events.onOpen();
    });
    return provider;
  }

  private renew(): void {
    clearInterval(this.watch);
    this.watch = setInterval(() => this.look(), quietMs / 3);
    this.heard();
    this.provider?.disconnect();
    this.provider?.connect();
  }

  private heard(): void {
    this.lastHeardAt = Date.now();
    this.askedAt = undefined;
  }

  /** In a hidden tab the clock of timers is slow, so a line is dead only when it was asked and did not answer. */
  private look(): void {
    const now = Date.now();
    const { provider } = this;
    if (!provider) return undefined;
    if (!this.isOpen) return provider.wsconnecting && now - this.lastHeardAt > openWithinMs ? this.dead() : undefined;
    if (this.askedAt !== undefined) return now - this.askedAt > answerMs ? this.dead() : undefined;
    if (now - this.lastHeardAt < quietMs) return undefined;
    this.askedAt = now;
    return this.events.onQuiet();
  }

  private dead(): void {
    if (this.closed(1006, '')) this.again();
  }

  /** @returns whether the provider connects again, after a pause that this sets */
  private closed(code: number, reason: string): boolean {
    const next = this.events.onClose(code, reason);
    if (next === 'stop' || this.isStopped) return false;
    this.heard();
    if (this.provider) this.provider.maxBackoffTime = pauseMs(this.attempts++, next === 'slowly', Math.random());
    return true;
  }
}
