import type { ServerResponse } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { readAsked, type Asked } from './model-server-asked.ts';
import { frameText } from './model-server-protocol.ts';
import { speak } from './model-server-script.ts';
import { protocols } from './model-server-send.ts';

/** Answers a call without reading it: benchmarks measure what stands before this server. */
export type Prebuilt = (protocol: Asked['protocol'], body: Buffer, to: ServerResponse) => Promise<void>;

type Bytes = { whole: Buffer; frames: Buffer[]; stream: Buffer };

/** All answers of all protocols, made once. Whether a stream is asked for is seen by the letters in the body. */
export function prebuild({ text, paceMs }: { text: string; paceMs?: number }): Prebuilt {
  const made = {
    anthropic_messages: bytesOf('anthropic_messages', text),
    openai_responses: bytesOf('openai_responses', text),
    openai_chat: bytesOf('openai_chat', text),
  };
  return async (protocol, body, to) => {
    const { whole, frames, stream } = made[protocol];
    if (!body.includes('"stream":true') && !body.includes('"stream": true')) {
      to.writeHead(200, { 'content-type': 'application/json', 'content-length': whole.length });
      to.end(whole);
      return;
    }
    to.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8' });
    if (paceMs === undefined) to.end(stream);
    else await paced(to, frames, paceMs);
  };
}

function bytesOf(protocol: Asked['protocol'], text: string): Bytes {
  // Chat says usage only when asked to, as any gateway that counts would ask.
  const asked = readAsked(protocol, { model: 'scripted-large', stream_options: { include_usage: true } });
  const spoken = speak({ says: [{ text }] }, asked, 1);
  const frames = protocols[protocol].frames(spoken, asked).map((frame) => Buffer.from(frameText(frame)));
  const whole = Buffer.from(JSON.stringify(protocols[protocol].whole(spoken, asked)));
  return { whole, frames, stream: Buffer.concat(frames) };
}

async function paced(to: ServerResponse, frames: readonly Buffer[], paceMs: number): Promise<void> {
  for (const frame of frames) {
    if (to.destroyed) return;
    to.write(frame);
    await delay(paceMs);
  }
  to.end();
}
