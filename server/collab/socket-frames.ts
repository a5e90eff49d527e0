import type { Duplex } from 'node:stream';
import type { WebSocket } from 'ws';

const finalBinary = 0x82;
const [fitsInByte, fitsInTwo] = [126, 65_536];

/** What goes to many is framed once, and let go with its message. */
const framed = new WeakMap<Uint8Array, Buffer>();

/**
 * Sends a message as one write. ws writes header and message apart for each socket anew, which is most of what a busy
 * room costs. Its own frames (pings, closes) go to the same socket; uncompressed, they never wait anywhere else.
 */
export function sendMessage(ws: WebSocket, socket: Duplex, message: Uint8Array): void {
  if (ws.readyState !== ws.OPEN) return;
  let frame = framed.get(message);
  if (!frame) framed.set(message, (frame = binaryFrame(message)));
  socket.write(frame);
}

/** A server's frame, unmasked and whole (RFC 6455, section 5.2). */
export function binaryFrame(message: Uint8Array): Buffer {
  const { byteLength } = message;
  const headerBytes = byteLength < fitsInByte ? 2 : byteLength < fitsInTwo ? 4 : 10;
  const frame = Buffer.allocUnsafe(headerBytes + byteLength);
  frame[0] = finalBinary;
  if (headerBytes === 2) frame[1] = byteLength;
  else if (headerBytes === 4) {
    frame[1] = 126;
    frame.writeUInt16BE(byteLength, 2);
  } else {
    frame[1] = 127;
    frame.writeBigUInt64BE(BigInt(byteLength), 2);
  }
  frame.set(message, headerBytes);
  return frame;
}
