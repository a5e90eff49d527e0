import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { z } from 'zod';

/** An MCP service for tests, over streamable HTTP: it echoes what it is sent, and remembers every request. */
export type TestService = {
  url: string;
  received: { method: string; headers: http.IncomingHttpHeaders; body: string }[];
  /** The arguments of the calls that arrived. */
  calls(): Record<string, unknown>[];
  /** How it answers from now on; undefined: as a service does. */
  answer: ((response: http.ServerResponse) => void) | undefined;
  /** Answers by events in place of JSON. */
  saysEvents: boolean;
  close(): Promise<void>;
};

const asked = z.object({
  id: z.number().optional(),
  method: z.string(),
  params: z
    .object({ name: z.string(), arguments: z.record(z.string(), z.unknown()) })
    .partial()
    .optional(),
});

const tools = [
  { name: 'search', inputSchema: { type: 'object' }, annotations: { readOnlyHint: true } },
  { name: 'send', inputSchema: { type: 'object' } },
];

export async function startTestService(): Promise<TestService> {
  const server = http.createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const body = Buffer.concat(chunks).toString('utf8');
      service.received.push({ method: request.method ?? '', headers: request.headers, body });
      if (service.answer) service.answer(response);
      else if (request.method === 'POST') reply(service, body, response);
      else response.writeHead(200).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const service: TestService = {
    url: `http://127.0.0.1:${port}/mcp`,
    received: [],
    calls: () =>
      service.received.flatMap(({ body }) => {
        const { data } = asked.safeParse(body === '' ? {} : JSON.parse(body));
        return data?.method === 'tools/call' ? [data.params?.arguments ?? {}] : [];
      }),
    answer: undefined,
    saysEvents: false,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return service;
}

function reply({ saysEvents }: TestService, body: string, response: http.ServerResponse): void {
  const { id, method, params } = asked.parse(JSON.parse(body));
  if (id === undefined) return void response.writeHead(202).end();
  const results: Record<string, unknown> = {
    initialize: {
      protocolVersion: '2025-06-18',
      capabilities: { tools: {} },
      serverInfo: { name: 'echo', version: '1' },
    },
    'tools/list': { tools },
    'tools/call': { content: [{ type: 'text', text: `Heard: ${JSON.stringify(params?.arguments)}` }] },
  };
  const text = JSON.stringify({ jsonrpc: '2.0', id, result: results[method] ?? {} });
  const session = method === 'initialize' ? { 'mcp-session-id': 'session-1' } : {};
  const type = saysEvents ? 'text/event-stream' : 'application/json';
  response.writeHead(200, { 'content-type': type, ...session });
  const notice = JSON.stringify({ jsonrpc: '2.0', method: 'notifications/message', params: {} });
  response.end(saysEvents ? `: hello\n\nevent: message\ndata: ${notice}\n\ndata: ${text}\n\n` : text);
}
