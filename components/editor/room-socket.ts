/** What to do after a connection was closed: `slowly` when only an admin can help meanwhile. */
export type AfterClose = 'again' | 'slowly' | 'stop';

export type SocketEvents = {
  onOpen(): void;
  onFrame(bytes: Uint8Array): void;
  /** Nothing came for a while: ask for something, so that a line that is dead is told from one that is quiet. */
  onQuiet(): void;
  onClose(code: number, reason: string): AfterClose;
};

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

/** A WebSocket that comes back: idle → connecting → open → (closed → waiting → connecting)… until it is stopped. */
export class RoomSocket {
  private readonly events: SocketEvents;
  private socket: WebSocket | undefined;
  private url: string | undefined;
  private attempts = 0;
  private lastHeardAt = 0;
  /** When a quiet line was asked for something, as long as no answer came. */
  private askedAt: number | undefined;
  private waiting: ReturnType<typeof setTimeout> | undefined;
  private watch: ReturnType<typeof setInterval> | undefined;

  constructor(events: SocketEvents) {
    this.events = events;
  }

  get isOpen(): boolean {
    return this.socket?.readyState === WebSocket.OPEN;
  }

  /** Connects to an address now, ending what there was. */
  connect(url: string): void {
    this.url = url;
    this.drop();
    this.open();
  }

  /** Ends this connection, or the wait for the next one, and makes the next attempt at once. */
  again(): void {
    if (this.url === undefined) return;
    this.drop();
    this.open();
  }

  stop(): void {
    this.url = undefined;
    this.drop();
  }

  /** The connection turned out to be of use: the next loss is a first one again. */
  settled(): void {
    this.attempts = 0;
  }

  send(frame: Uint8Array): void {
    if (this.isOpen) this.socket?.send(new Uint8Array(frame));
  }

  private open(): void {
    if (this.url === undefined) return;
    const socket = new WebSocket(this.url);
    socket.binaryType = 'arraybuffer';
    this.socket = socket;
    this.heard();
    socket.onopen = () => {
      this.heard();
      this.events.onOpen();
    };
    socket.onmessage = (event: MessageEvent<ArrayBuffer>) => {
      this.heard();
      this.events.onFrame(new Uint8Array(event.data));
    };
    socket.onclose = ({ code, reason }) => this.closed(code, reason);
    this.watch = setInterval(() => this.look(), quietMs / 3);
  }

  private heard(): void {
    this.lastHeardAt = Date.now();
    this.askedAt = undefined;
  }

  /** In a hidden tab the clock of timers is slow, so a line is dead only when it was asked and did not answer. */
  private look(): void {
    const now = Date.now();
    if (!this.isOpen) return now - this.lastHeardAt > openWithinMs ? this.closed(1006, '') : undefined;
    if (this.askedAt !== undefined) return now - this.askedAt > answerMs ? this.closed(1006, '') : undefined;
    if (now - this.lastHeardAt < quietMs) return undefined;
    this.askedAt = now;
    return this.events.onQuiet();
  }

  private closed(code: number, reason: string): void {
    this.drop();
    const next = this.events.onClose(code, reason);
    if (next === 'stop' || this.url === undefined || this.socket) return;
    this.waiting = setTimeout(() => this.open(), pauseMs(this.attempts++, next === 'slowly', Math.random()));
  }

  /** Forgets the socket; what it still says is not heard. */
  private drop(): void {
    clearTimeout(this.waiting);
    clearInterval(this.watch);
    const { socket } = this;
    this.socket = undefined;
    if (!socket) return;
    socket.onopen = socket.onmessage = socket.onclose = null;
    socket.close();
  }
}
