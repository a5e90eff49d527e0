import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { z } from 'zod';
import { mcpProtocolVersion } from './mcp-message.ts';

/**
 * The client's side of the Model Context Protocol over a program's standard streams, as far as tools go (revision 2025-06-18,
 * "Lifecycle", "Transports" and "Tools"). What the server asks of its client is refused: it gets no model, no questions to people,
 * no folders.
 */
export type McpClient = {
  /** Every tool, all pages of them. */
  listTools(): Promise<ListedTool[]>;
  /** @param signal ends the wait for its answer; the server is told so */
  callTool(name: string, input: Record<string, unknown>, signal?: AbortSignal): Promise<ToolAnswer>;
};

export type ListedTool = z.infer<typeof listedTool>;
export type ToolAnswer = { text: string; isError: boolean };

export class McpError extends Error {}

const mostPages = 20;
const mostTools = 500;

const message = z.object({
  id: z.union([z.number(), z.string()]).optional(),
  method: z.string().optional(),
  result: z.unknown().optional(),
  error: z.object({ message: z.string() }).optional(),
});
const listedTool = z.object({
  name: z.string().min(1).max(200),
  description: z.string().max(20_000).catch('').default(''),
  inputSchema: z.record(z.string(), z.unknown()),
  annotations: z
    .object({ readOnlyHint: z.boolean().optional().catch(undefined) })
    .optional()
    .catch(undefined),
});
const toolPage = z.object({ tools: z.array(z.unknown()).max(mostTools), nextCursor: z.string().optional() });
const toolResult = z.object({
  content: z.array(z.looseObject({ type: z.string(), text: z.string().optional() })).default([]),
  structuredContent: z.unknown().optional(),
  isError: z.boolean().optional(),
});

type Waiting = { resolve: (value: unknown) => void; reject: (error: Error) => void };

/** @param streams of a program that has just started; `signal` ends what waits */
export async function openMcpClient(
  streams: { stdin: Writable; stdout: Readable },
  signal: AbortSignal,
): Promise<McpClient> {
  const waiting = new Map<number, Waiting>();
  const end = (why: string) => {
    for (const { reject } of waiting.values()) reject(new McpError(why));
    waiting.clear();
  };
  signal.addEventListener('abort', () => end('It did not answer in time.'));
  const send = (body: object) => void streams.stdin.write(`${JSON.stringify({ jsonrpc: '2.0', ...body })}\n`);
  streams.stdin.on('error', () => end('It has ended.'));
  const lines = createInterface({ input: streams.stdout });
  lines.on('line', (line) => receive(line, { waiting, send }));
  lines.on('close', () => end('It has ended.'));
  streams.stdout.on('close', () => end('It has ended.'));
  let last = 0;
  const request = async (method: string, params: object, given?: AbortSignal): Promise<unknown> => {
    if (signal.aborted || given?.aborted === true) throw new McpError('It did not answer in time.');
    const id = (last += 1);
    const { promise, resolve, reject } = Promise.withResolvers<unknown>();
    waiting.set(id, { resolve, reject });
    const giveUp = () => {
      if (!waiting.delete(id)) return;
      send({ method: 'notifications/cancelled', params: { requestId: id } });
      reject(new McpError('It did not answer in time.'));
    };
    given?.addEventListener('abort', giveUp);
    send({ id, method, params });
    return promise.finally(() => given?.removeEventListener('abort', giveUp));
  };
  await request('initialize', {
    protocolVersion: mcpProtocolVersion,
    capabilities: {},
    clientInfo: { name: 'ensemble', version: '0.1.0' },
  });
  send({ method: 'notifications/initialized' });
  return {
    listTools: () => allTools(request),
    callTool: async (name, input, given) => answerOf(await request('tools/call', { name, arguments: input }, given)),
  };
}

/** What is not a message is left out: servers print to their standard output what belongs into their log. */
function receive(line: string, { waiting, send }: { waiting: Map<number, Waiting>; send: (body: object) => void }) {
  const { data } = message.safeParse(jsonOf(line));
  if (data?.id === undefined) return;
  const { id, method, result, error } = data;
  if (method === 'ping') return send({ id, result: {} });
  if (method !== undefined) return send({ id, error: { code: -32601, message: 'This client only calls tools.' } });
  const asked = typeof id === 'number' ? waiting.get(id) : undefined;
  if (!asked || typeof id !== 'number') return;
  waiting.delete(id);
  if (error) asked.reject(new McpError(error.message));
  else asked.resolve(result);
}

function jsonOf(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

async function allTools(request: (method: string, params: object) => Promise<unknown>): Promise<ListedTool[]> {
  const tools: ListedTool[] = [];
  let cursor: string | undefined;
  for (let page = 0; page < mostPages && tools.length < mostTools; page += 1) {
    const answer = toolPage.safeParse(await request('tools/list', cursor === undefined ? {} : { cursor }));
    if (!answer.success) throw new McpError('What it says of its tools cannot be read.');
    for (const given of answer.data.tools) {
      const tool = listedTool.safeParse(given);
      if (tool.success) tools.push(tool.data);
    }
    cursor = answer.data.nextCursor;
    if (cursor === undefined) break;
  }
  return tools;
}

function answerOf(given: unknown): ToolAnswer {
  const result = toolResult.safeParse(given);
  if (!result.success) throw new McpError('Its answer cannot be read.');
  const { content, structuredContent, isError = false } = result.data;
  const said = content.map(({ type, text }) => text ?? `[${type}]`).join('\n');
  const text = said === '' && structuredContent !== undefined ? JSON.stringify(structuredContent) : said;
  return { text, isError };
}
