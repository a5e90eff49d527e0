import http, { type IncomingHttpHeaders, type IncomingMessage } from 'node:http';
import https from 'node:https';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { z } from 'zod';
import { sign, verifySigned } from '../platform/secrets.ts';
import type { WebNode } from './lease.ts';

/** Says that another web node of the installation passes a socket on, and to whom; signed with a key of its own. */
const passageHeader = 'x-ensemble-passage';
const purpose = 'room-pass-through';
/** Clocks of two machines may differ by so much. */
const passageMs = 60_000;
/** A busy owner may take its time; one that hangs is not the owner for long, and then the caller ends the attempt. */
const answerMs = 6_000;

const passageSchema = z.object({
  from: z.string(),
  to: z.string(),
  room: z.string(),
  /** The client's address, as the first node sees it. */
  address: z.string(),
  at: z.number(),
});

export type Passage = z.infer<typeof passageSchema>;

/**
 * What a request says about having been passed on: nothing, a passage to this node, one that leads elsewhere, or one
 * that no node of this installation wrote.
 */
export function readPassage(
  headers: IncomingHttpHeaders,
  here: { nodeId: string; room: string },
): Passage | 'none' | 'astray' | 'forged' {
  const given = headers[passageHeader];
  if (given === undefined) return 'none';
  const text = verifySigned(purpose, String(given));
  if (text === undefined) return 'forged';
  const passage = passageSchema.parse(JSON.parse(text));
  if (passage.room !== here.room || Math.abs(Date.now() - passage.at) > passageMs) return 'forged';
  return passage.to === here.nodeId ? passage : 'astray';
}

export type Upgrade = { req: IncomingMessage; socket: Duplex; head: Buffer };

/** `refused`: nothing listens there. `unanswered`: no answer, or one that is not a room's. */
export type Attempt = { passed: Duplex } | 'refused' | 'unanswered';

export type Way = { owner: WebNode; passage: Omit<Passage, 'at' | 'to'>; signal: AbortSignal };

/** Opens the same upgrade at the owner's; the client's socket is not touched unless it answers. */
export function passOn({ req, socket, head }: Upgrade, { owner, passage, signal }: Way): Promise<Attempt> {
  return new Promise((resolve) => {
    const target = new URL(req.url ?? '/', owner.address);
    const signed = sign(purpose, JSON.stringify({ ...passage, to: owner.nodeId, at: Date.now() }));
    const request = (target.protocol === 'https:' ? https : http).request(target, {
      agent: false,
      signal,
      headers: { ...handshakeOf(req.headers), [passageHeader]: signed },
    });
    const tooLong = setTimeout(() => request.destroy(new Error('the owner does not answer')), answerMs);
    request.once('error', (error: NodeJS.ErrnoException) => {
      clearTimeout(tooLong);
      resolve(error.code === 'ECONNREFUSED' ? 'refused' : 'unanswered');
    });
    request.once('response', (response) => {
      clearTimeout(tooLong);
      response.destroy();
      resolve('unanswered');
    });
    request.once('upgrade', (response, upstream, upstreamHead) => {
      clearTimeout(tooLong);
      if (socket.destroyed) upstream.destroy();
      socket.write(answerOf(response));
      if (upstreamHead.byteLength > 0) socket.write(upstreamHead);
      if (head.byteLength > 0) upstream.write(head);
      join(socket, upstream);
      resolve({ passed: upstream });
    });
    request.end();
  });
}

/** The client's own handshake: the owner answers it, and the first node only carries bytes. */
function handshakeOf(headers: IncomingHttpHeaders): Record<string, string> {
  const kept: Record<string, string> = { connection: 'Upgrade', upgrade: 'websocket' };
  for (const name of ['sec-websocket-key', 'sec-websocket-version', 'sec-websocket-protocol'] as const) {
    const value = headers[name];
    if (value !== undefined) kept[name] = value;
  }
  return kept;
}

function answerOf(response: IncomingMessage): string {
  const lines = [`HTTP/1.1 ${response.statusCode ?? 101} ${response.statusMessage ?? ''}`];
  const { rawHeaders } = response;
  for (let i = 0; i < rawHeaders.length; i += 2) lines.push(`${rawHeaders[i]}: ${rawHeaders[i + 1]}`);
  return `${lines.join('\r\n')}\r\n\r\n`;
}

/** What was sent before an end still leaves; then the other direction has so long to end too. */
const farewellMs = 30_000;

/** Two sockets become one: bytes, their pace and the end go both ways, so close codes arrive as they were sent. */
function join(a: Duplex, b: Duplex): void {
  for (const [from, to] of [
    [a, b],
    [b, a],
  ] as const) {
    setNoDelay(from);
    from.on('error', () => to.destroy());
    from.on('close', () => {
      if (!from.readableEnded) to.destroy();
    });
    from.on('end', () => void setTimeout(() => to.destroy(), farewellMs).unref());
    from.pipe(to);
  }
}

function setNoDelay(stream: Duplex): void {
  if (isSocket(stream)) stream.setNoDelay(true);
}

const isSocket = (stream: Duplex): stream is Socket => 'setNoDelay' in stream;
