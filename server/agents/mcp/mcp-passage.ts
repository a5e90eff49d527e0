import type { Duplex, Readable } from 'node:stream';
import { z } from 'zod';
import { lineSplitter } from '../line-splitter.ts';
import {
  asMcpText,
  failedRequest,
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

/** Whether a call is made: with these arguments, or not, with the reason for the model. */
export type JudgeCall = (
  call: ToolCall,
  signal: AbortSignal,
) => Promise<{ allowed: true; arguments: Record<string, unknown> } | { allowed: false; reason: string }>;

const maxMcpMessageBytes = 16 * 1024 * 1024;
const mostAtOnce = 64;

const called = z.object({ name: z.string().min(1).max(200), arguments: z.record(z.string(), z.unknown()).default({}) });
const cancelled = z.object({ requestId: z.union([z.string(), z.number()]) });

/** What is passed on as it is. Resources, prompts and the like are not open to agents. */
const plainRequests = new Set(['initialize', 'tools/list']);
const plainNotices = new Set(['notifications/initialized']);
const serverNotices = new Set(['notifications/progress', 'notifications/message', 'notifications/tools/list_changed']);

/**
 * Between an agent and one MCP server: each message is read and written anew, each call of a tool is judged before the server sees it. What
 * the server asks of its client is refused: it gets no model, no questions to people, no folders. Resolves when the server is gone.
 */
export async function passMcp(client: Duplex, { open, judge }: { open: OpenBackend; judge: JudgeCall }): Promise<void> {
  const waiting = new Map<McpId, { method: string; stop: AbortController; isSent: boolean }>();
  let hasEnded = false;
  const toClient = (message: McpMessage) => {
    if (client.writable) client.write(`${asMcpText(message)}\n`);
  };
  const endWhenDone = () => {
    if (hasEnded && waiting.size === 0) backend.end();
  };
  const answer = (message: McpMessage) => {
    if (message.id !== undefined) waiting.delete(message.id);
    toClient(message);
    endWhenDone();
  };
  const backend = open((message) => fromServer(message, { waiting, answer, toClient, backend: () => backend }));
  const fromAgent = (message: McpMessage) => {
    const { id, method, params = {} } = message;
    if (method === undefined) return;
    if (id === undefined) return noticeOf(method, params, { waiting, backend });
    if (method === 'ping') return toClient({ id, result: {} });
    if (waiting.has(id) || waiting.size >= mostAtOnce) return toClient(failedRequest(id, 'Too much is asked at once.'));
    const request = { method, stop: new AbortController(), isSent: plainRequests.has(method) };
    if (request.isSent) {
      waiting.set(id, request);
      return backend.send({ id, method, params });
    }
    const call = method === 'tools/call' ? called.safeParse(params) : undefined;
    if (!call?.success) return toClient(failedRequest(id, 'Only tools are open to agents here.', unknownMethod));
    waiting.set(id, request);
    judge(call.data, request.stop.signal).then(
      (word) => {
        if (request.stop.signal.aborted) return answer(failedRequest(id, 'It was taken back.'));
        if (!word.allowed) return answer(refusedCall(id, word.reason));
        request.isSent = true;
        backend.send({ id, method, params: { name: call.data.name, arguments: word.arguments } });
      },
      () => answer(failedRequest(id, 'It could not be judged, so it was not called.')),
    );
  };
  void readMessages(client, fromAgent).then((how) => {
    if (how === 'too large') client.destroy();
    hasEnded = true;
    endWhenDone();
  });
  client.once('close', () => {
    for (const { stop } of waiting.values()) stop.abort();
    backend.kill();
  });
  await backend.closed;
  client.end(() => client.destroy());
}

type FromServer = {
  waiting: ReadonlyMap<McpId, { method: string; isSent: boolean }>;
  answer: (message: McpMessage) => void;
  toClient: (message: McpMessage) => void;
  backend: () => McpBackend;
};

function fromServer(message: McpMessage, { waiting, answer, toClient, backend }: FromServer): void {
  const { id, method, params, result, error } = message;
  if (method !== undefined) {
    if (id !== undefined) backend().send(answerTo(id, method));
    else if (serverNotices.has(method)) toClient({ method, ...(params && { params }) });
    return;
  }
  const asked = id === undefined ? undefined : waiting.get(id);
  if (id === undefined || !asked?.isSent) return;
  if (error) return answer({ id, error });
  // It offers nothing but what is passed on.
  const isGreeting = asked.method === 'initialize';
  answer({ id, result: isGreeting ? { ...result, capabilities: { tools: {} } } : (result ?? {}) });
}

const answerTo = (id: McpId, method: string): McpMessage =>
  method === 'ping' ? { id, result: {} } : failedRequest(id, 'This client only calls tools.', unknownMethod);

function noticeOf(
  method: string,
  params: Record<string, unknown>,
  {
    waiting,
    backend,
  }: { waiting: ReadonlyMap<McpId, { stop: AbortController; isSent: boolean }>; backend: McpBackend },
): void {
  if (plainNotices.has(method)) return backend.send({ method });
  if (method !== 'notifications/cancelled') return;
  const parsed = cancelled.safeParse(params);
  const asked = parsed.success ? waiting.get(parsed.data.requestId) : undefined;
  if (!parsed.success || !asked) return;
  asked.stop.abort();
  if (asked.isSent) backend.send({ method, params: { requestId: parsed.data.requestId } });
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
