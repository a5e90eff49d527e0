import { randomBytes } from 'node:crypto';
import { connect, type Socket } from 'node:net';

/** Frames of a WebSocket (RFC 6455), as much as a load generator needs: it costs little for each frame it receives. */
const binary = 0x82;
const pong = 0x8a;

export type LinkEvents = { onFrame: (payload: Buffer) => void; onClosed: (code: number | undefined) => void };

export class Link {
  readonly #socket: Socket;
  readonly #events: LinkEvents;
  #rest: Buffer = Buffer.alloc(0);
  #isOpen = false;
  #code: number | undefined;

  private constructor(socket: Socket, events: LinkEvents) {
    this.#socket = socket;
    this.#events = events;
  }

  /** Resolves when the server has taken the upgrade. */
  static open(url: string, events: LinkEvents): Promise<Link> {
    const { hostname, port, pathname, search } = new URL(url);
    return new Promise((resolve, reject) => {
      const socket = connect({ host: hostname, port: Number(port), noDelay: true });
      const link = new Link(socket, events);
      socket.on('connect', () => socket.write(upgradeRequest(`${hostname}:${port}`, pathname + search)));
      socket.on('data', (chunk: Buffer) => {
        const wasOpen = link.#isOpen;
        link.#read(chunk);
        if (!wasOpen && link.#isOpen) resolve(link);
      });
      socket.on('error', reject);
      socket.on('close', () => {
        reject(new Error('the server did not take the upgrade'));
        events.onClosed(link.#code);
      });
    });
  }

  send(payload: Uint8Array): void {
    this.#write(binary, payload);
  }

  end(): void {
    this.#socket.destroy();
  }

  /** A client's frames are masked; a mask of zeros leaves them as they are. */
  #write(opcode: number, payload: Uint8Array): void {
    const { byteLength } = payload;
    const header = Buffer.alloc(byteLength < 126 ? 6 : byteLength < 65_536 ? 8 : 14);
    header[0] = opcode;
    if (byteLength < 126) header[1] = 0x80 | byteLength;
    else if (byteLength < 65_536) {
      header[1] = 0x80 | 126;
      header.writeUInt16BE(byteLength, 2);
    } else {
      header[1] = 0x80 | 127;
      header.writeBigUInt64BE(BigInt(byteLength), 2);
    }
    this.#socket.write(Buffer.concat([header, payload]));
  }

  #read(chunk: Buffer): void {
    let rest = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    if (!this.#isOpen) {
      const end = rest.indexOf('\r\n\r\n');
      if (end >= 0 && rest.subarray(0, 12).toString() === 'HTTP/1.1 101') this.#isOpen = true;
      if (this.#isOpen) rest = rest.subarray(end + 4);
    }
    while (this.#isOpen) {
      const frame = firstFrame(rest);
      if (!frame) break;
      rest = rest.subarray(frame.end);
      this.#take(frame.opcode, frame.payload);
    }
    this.#rest = rest;
  }

  #take(opcode: number, payload: Buffer): void {
    if (opcode === 2) this.#events.onFrame(payload);
    else if (opcode === 9) this.#write(pong, payload);
    else if (opcode === 8) {
      this.#code = payload.length >= 2 ? payload.readUInt16BE(0) : undefined;
      this.#socket.end();
    }
  }
}

function upgradeRequest(host: string, target: string): string {
  const key = randomBytes(16).toString('base64');
  const lines = [
    `GET ${target} HTTP/1.1`,
    `Host: ${host}`,
    'Upgrade: websocket',
    'Connection: Upgrade',
    `Sec-WebSocket-Key: ${key}`,
    'Sec-WebSocket-Version: 13',
  ];
  return `${lines.join('\r\n')}\r\n\r\n`;
}

type ServerFrame = { opcode: number; payload: Buffer; end: number };

function firstFrame(bytes: Buffer): ServerFrame | undefined {
  const second = bytes[1];
  if (second === undefined) return undefined;
  const short = second & 0x7f;
  const start = short < 126 ? 2 : short === 126 ? 4 : 10;
  if (bytes.length < start) return undefined;
  const length = short < 126 ? short : short === 126 ? bytes.readUInt16BE(2) : Number(bytes.readBigUInt64BE(2));
  if (bytes.length < start + length) return undefined;
  return { opcode: (bytes[0] ?? 0) & 0x0f, payload: bytes.subarray(start, start + length), end: start + length };
}
