import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import type { Asked } from './model-server-asked.ts';
import { chat } from './model-server-chat.ts';
import { messages } from './model-server-messages.ts';
import { frameText, type Frame, type Protocol } from './model-server-protocol.ts';
import { responses } from './model-server-responses.ts';
import { speak, type Answer } from './model-server-script.ts';

export const protocols: Record<Asked['protocol'], Protocol> = {
  anthropic_messages: messages,
  openai_responses: responses,
  openai_chat: chat,
};

/** Where an answer goes, what it answers, and the number of the request. */
export type Reply = { to: ServerResponse; asked: Asked; serial: number };

const json = 'application/json';
const stream = 'text/event-stream; charset=utf-8';

/** Writes one answer as its script says, faults included. Returns when it is written or the client is gone. */
export async function sendAnswer(answer: Answer, reply: Reply): Promise<void> {
  const { to, asked, serial } = reply;
  if (answer.delayMs !== undefined) await delay(answer.delayMs);
  const protocol = protocols[asked.protocol];
  const { error, raw } = answer;
  if (error !== undefined) {
    const body = error.body ?? protocol.error(error.status, error.message ?? 'The script says no.');
    return end(reply, { status: error.status, type: json, body: JSON.stringify(body), answer });
  }
  const spoken = speak(answer, asked, serial);
  if (raw === undefined && !asked.stream) {
    return end(reply, { status: 200, type: json, body: JSON.stringify(protocol.whole(spoken, asked)), answer });
  }
  to.writeHead(raw?.status ?? 200, head(serial, asked.stream ? stream : json, answer));
  const frames = raw === undefined ? protocol.frames(spoken, asked).map(frameText) : [raw.body];
  const { breaks } = answer;
  const isWhole = await sendFrames(to, frames.slice(0, breaks?.afterEvents), answer);
  if (!isWhole) return;
  if (breaks === undefined) to.end();
  else breakOff(reply, breaks);
}

function head(serial: number, type: string, answer: Answer): Record<string, string> {
  const id = `req_${serial}`;
  return { 'content-type': type, 'request-id': id, 'x-request-id': id, ...answer.headers };
}

function end(reply: Reply, whole: { status: number; type: string; body: string; answer: Answer }): void {
  const body = Buffer.from(whole.body);
  const length = { 'content-length': String(body.length) };
  reply.to.writeHead(whole.status, { ...head(reply.serial, whole.type, whole.answer), ...length });
  reply.to.end(body);
}

function breakOff({ to, asked }: Reply, { how, afterEvents }: NonNullable<Answer['breaks']>): void {
  if (how === 'hang') return;
  if (how === 'cut') {
    to.socket?.destroySoon();
    return;
  }
  const frames = protocols[asked.protocol].streamError('The script lets this stream fail.', afterEvents);
  to.end(frames.map((frame: Frame) => frameText(frame)).join(''));
}

/** @returns whether the client stayed to the end */
async function sendFrames(to: ServerResponse, frames: readonly string[], answer: Answer): Promise<boolean> {
  if (answer.paceMs === undefined) return sendChunks(to, cut(Buffer.from(frames.join('')), answer.cuts));
  for (const frame of frames) {
    if (to.destroyed) return false;
    to.write(frame);
    await delay(answer.paceMs);
  }
  return !to.destroyed;
}

/** Each chunk is a write of its own; how the network puts them together is not in anyone's hand. */
async function sendChunks(to: ServerResponse, chunks: readonly Buffer[]): Promise<boolean> {
  for (const chunk of chunks) {
    if (to.destroyed) return false;
    if (!to.write(chunk)) await Promise.race([once(to, 'drain'), once(to, 'close')]);
    if (chunks.length > 1) await new Promise((resolve) => setImmediate(resolve));
  }
  return !to.destroyed;
}

function cut(bytes: Buffer, cuts: Answer['cuts']): Buffer[] {
  if (cuts === undefined) return [bytes];
  const every = typeof cuts === 'number' ? cuts : 0;
  const inside =
    typeof cuts === 'number'
      ? Array.from({ length: Math.ceil(bytes.length / every) - 1 }, (_, at) => (at + 1) * every)
      : cuts;
  const edges = [0, ...inside.filter((at) => at > 0 && at < bytes.length), bytes.length];
  return edges.slice(1).map((edge, at) => bytes.subarray(edges[at], edge));
}
