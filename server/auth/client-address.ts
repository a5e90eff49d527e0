import type { IncomingMessage } from 'node:http';

/** The header under which our own HTTP layer hands the address on to pages; what a client sends in it is replaced. */
export const addressHeader = 'x-ensemble-address';

/** Whether an address is of this machine. */
export const isLoopback = (address: string) => address === '::1' || /^(::ffff:)?127\./.test(address);

/**
 * The address a request came from, for counting sign-in attempts. It is the socket's, except when the socket is a
 * proxy on this machine that serves a public address: then the last entry of X-Forwarded-For, the one that proxy
 * wrote itself. A client elsewhere can therefore never choose its own address.
 */
export function clientAddress(req: Pick<IncomingMessage, 'headers' | 'socket'>, publicUrl: string): string {
  const peer = req.socket.remoteAddress ?? 'unknown';
  const { hostname } = new URL(publicUrl);
  const servesPublicly = hostname !== 'localhost' && hostname !== '[::1]' && !isLoopback(hostname);
  if (!servesPublicly || !isLoopback(peer)) return peer;
  const forwarded = [req.headers['x-forwarded-for'] ?? ''].flat().join(',');
  return forwarded.split(',').at(-1)?.trim() || peer;
}
