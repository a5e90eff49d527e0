import type { Duplex, Readable } from 'node:stream';
import { z } from 'zod';
import { log } from '../../platform/log.ts';
import { lineSplitter } from '../line-splitter.ts';
import {
  asMcpText,
  failed,
  mcpProtocolVersion,
  readMcpLine,
  refusedCall,
  unknownMethod,
  type McpId,
  type McpMessage,
} from './mcp-message.ts';

/** A server as the passage talks to it. */
export type McpBackend = {
  send(message: McpMessage): void;
  /** Nothing more is sent: it may end. */
  end(): void;
  /** Ends it, whatever it does. */
  kill(): void;
  /** Resolves when nothing more comes. */
  closed: Promise<unknown>;
};

export type OpenBackend = (onMessage: (message: McpMessage) => void) => McpBackend;

export type ToolCall = { name: string; arguments: Record<string, unknown> };

/** Whether a call is made: with these arguments, or not, with the reason for the model. `notice`: a word of the host beside the answer. */
export type JudgeCall = (
  call: ToolCall,
  signal: AbortSignal,
) => Promise<
  { allowed: true; arguments: Record<string, unknown>; notice?: string } | { allowed: false; reason: string }
>;

const maxMcpMessageBytes = 16 * 1024 * 1024;
const mostAtOnce = 64;

const called = z.object({ name: z.string().min(1).max(200), arguments: z.record(z.string(), z.unknown()).default({}) });
const cancelled = z.object({ requestId: z.union([z.string(), z.number()]) });
const paged = z.object({ cursor: z.string().optional() });
const listed = z.object({ nextCursor: z.string().optional() });

/** Of the agent's own greeting nothing is said. */
const greeting = {
  protocolVersion: mcpProtocolVersion,
  capabilities: {},
  clientInfo: { name: 'ensemble', version: '0.1.0' },
};

const serverNotices = new Set(['notifications/progress', 'notifications/message', 'notifications/tools/list_changed']);

type Waiting = { agentId: McpId; method: string; stop: AbortController; isSent: boolean; notice?: string };

type Passage = {
  judge: JudgeCall;
  backend: McpBackend;
  toClient: (message: McpMessage) => void;
  /** What the agent asked, by the number under which the server hears of it. */
  waiting: Map<McpId, Waiting>;
  /** Where the server said that its list goes on. */
  cursors: Set<string>;
  hasEnded: boolean;
  last: number;
};

/**
 * Between an agent and one MCP server: each message is read and written anew, so that nothing but calls that were allowed carries words of the
 * agent to the server; each call of a tool is judged before. What the server asks of its client is refused: it gets no model, no questions to
 * people, no folders. Resolves when the server is gone.
 */
export async function passMcp(client: Duplex, { open, judge }: { open: OpenBackend; judge: JudgeCall }): Promise<void> {
  const toClient = (message: McpMessage) => {
    if (client.writable) client.write(`${asMcpText(message)}\n`);
  };
  const backend = open((message) => fromServer(message, passage));
  const waiting = new Map<McpId, Waiting>();
  const passage: Passage = { judge, backend, toClient, waiting, cursors: new Set(), hasEnded: false, last: 0 };
  void readMessages(client, (message) => fromAgent(message, passage)).then((how) => {
    if (how === 'too large') client.destroy();
    passage.hasEnded = true;
    endWhenDone(passage);
  });
  client.once('close', () => {
    for (const { stop } of waiting.values()) stop.abort();
    backend.kill();
  });
  await backend.closed;
  client.end(() => client.destroy());
}

function endWhenDone({ hasEnded, waiting, backend }: Passage): void {
  if (hasEnded && waiting.size === 0) backend.end();
}

function answer(id: McpId, message: Omit<McpMessage, 'id'>, passage: Passage): void {
  const asked = passage.waiting.get(id);
  if (!asked) return;
  passage.waiting.delete(id);
  passage.toClient({ id: asked.agentId, ...message });
  endWhenDone(passage);
}

function fromAgent({ id, method, params = {} }: McpMessage, passage: Passage): void {
  if (method === undefined) return;
  if (id === undefined) return noticeOf(method, params, passage);
  if (method === 'ping') return passage.toClient({ id, result: {} });
  const { waiting } = passage;
  const isTwice = [...waiting.values()].some(({ agentId }) => agentId === id);
  if (isTwice || waiting.size >= mostAtOnce) return passage.toClient({ id, ...failed('Too much is asked at once.') });
  pass(id, { method, params }, passage);
}

function pass(
  agentId: McpId,
  { method, params }: { method: string; params: Record<string, unknown> },
  passage: Passage,
): void {
  const call = method === 'tools/call' ? called.safeParse(params).data : undefined;
  const plain = plainParams(method, params, passage);
  if (!plain && !call)
    return passage.toClient({ id: agentId, ...failed('Only tools are open to agents here.', unknownMethod) });
  const id = (passage.last += 1);
  passage.waiting.set(id, { agentId, method, stop: new AbortController(), isSent: plain !== undefined });
  if (plain) passage.backend.send({ id, method, params: plain });
  else if (call) void judged(id, call, passage);
}

/** What the server is told of a request that is no call of a tool. */
function plainParams(
  method: string,
  params: Record<string, unknown>,
  { cursors }: Passage,
): Record<string, unknown> | undefined {
  if (method === 'initialize') return greeting;
  if (method !== 'tools/list') return undefined;
  const { data } = paged.safeParse(params);
  return data?.cursor !== undefined && cursors.has(data.cursor) ? { cursor: data.cursor } : {};
}

async function judged(id: McpId, call: ToolCall, passage: Passage): Promise<void> {
  const asked = passage.waiting.get(id);
  if (!asked) return;
  const word = await passage.judge(call, asked.stop.signal).catch((error: unknown) => {
    if (!asked.stop.signal.aborted)
      log().error({ err: error, tool: call.name }, 'a call of an MCP tool could not be judged');
    return undefined;
  });
  if (asked.stop.signal.aborted) return answer(id, failed('It was taken back.'), passage);
  if (!word) return answer(id, failed('It could not be judged, so it was not called.'), passage);
  if (!word.allowed) return answer(id, refusedCall(word.reason), passage);
  asked.isSent = true;
  if (word.notice !== undefined) asked.notice = word.notice;
  passage.backend.send({ id, method: 'tools/call', params: { name: call.name, arguments: word.arguments } });
}

function fromServer(message: McpMessage, passage: Passage): void {
  const { id, method, params, result, error } = message;
  if (method !== undefined) {
    if (id !== undefined) passage.backend.send({ id, ...answerTo(method) });
    else if (serverNotices.has(method)) passage.toClient({ method, ...(params && { params }) });
    return;
  }
  const asked = id === undefined ? undefined : passage.waiting.get(id);
  if (id === undefined || !asked?.isSent) return;
  answer(id, error ? { error } : { result: shownResult(result ?? {}, asked, passage) }, passage);
}

function shownResult(result: Record<string, unknown>, { method, notice }: Waiting, { cursors }: Passage) {
  // It offers nothing but what is passed on.
  if (method === 'initialize') return { ...result, capabilities: { tools: {} } };
  if (method === 'tools/list') {
    const next = listed.safeParse(result).data?.nextCursor;
    if (next !== undefined && cursors.size < 1_000) cursors.add(next);
    return result;
  }
  const content: unknown = result['content'];
  if (notice === undefined || !Array.isArray(content)) return result;
  const shown: unknown[] = content;
  return { ...result, content: [...shown, { type: 'text', text: notice }] };
}

const answerTo = (method: string): McpMessage =>
  method === 'ping' ? { result: {} } : failed('This client only calls tools.', unknownMethod);

function noticeOf(method: string, params: Record<string, unknown>, { waiting, backend }: Passage): void {
  if (method === 'notifications/initialized') return backend.send({ method });
  const parsed = method === 'notifications/cancelled' ? cancelled.safeParse(params) : undefined;
  if (!parsed?.success) return;
  for (const [id, { agentId, stop, isSent }] of waiting) {
    if (agentId !== parsed.data.requestId) continue;
    stop.abort();
    if (isSent) backend.send({ method, params: { requestId: id } });
  }
}

/** Hears whole messages; resolves when no more come, or one was too large. */
export function readMessages(stream: Readable, onMessage: (message: McpMessage) => void): Promise<'end' | 'too large'> {
  const lines = lineSplitter(maxMcpMessageBytes);
  return new Promise((resolve) => {
    stream.on('data', (chunk: Buffer) => {
      for (const line of lines.push(chunk)) {
        const message = readMcpLine(line.toString('utf8'));
        if (message) onMessage(message);
      }
      if (lines.tooLong()) resolve('too large');
    });
    stream.once('end', () => resolve('end'));
    stream.once('close', () => resolve('end'));
  });
}
