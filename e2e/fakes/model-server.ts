import { once } from 'node:events';
import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http';
import { gunzipSync, zstdDecompressSync } from 'node:zlib';
import { readAsked, type Asked } from './model-server-asked.ts';
import { playScript, type Script } from './model-server-script.ts';
import { prebuild, type Prebuilt } from './model-server-prebuilt.ts';
import { protocols, sendAnswer } from './model-server-send.ts';

/**
 * A model provider that is not there: one HTTP server that speaks Anthropic Messages, OpenAI Responses and
 * chat/completions, streamed and not, says what a script tells it to and keeps every request exactly as it came.
 *
 *   const models = await startModelServer();
 *   models.script({ says: [{ text: 'Hello ' }, { tool: 'read', arguments: { path: 'a.txt' } }] });
 *   … call `${models.url}/v1/messages`, `/v1/responses` or `/v1/chat/completions` (any prefix before `/v1` will do) …
 *   models.received[0].json; await models.received[0].ended;
 *
 * As a program: `node e2e/fakes/model-server-program.ts --port 3520 --script FILE.json`; see there.
 *
 * What it is: the documented shapes with all members that the official clients look at; ids, times and token counts
 * are made up and the same each time. Counting tokens says one for four bytes. What it is not: a model (it says
 * what it is told), a judge of requests (it takes what a real provider would refuse), a keeper of state
 * (`previous_response_id`, stored responses), or a measure of the real ones' speed. Of what stands in a request it
 * understands texts, tool calls and results. Cuts of the byte stream are separate writes, which the network may join.
 */

export type Received = {
  readonly method: string;
  /** With its query. */
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  /** As it came, compressed or not. */
  readonly body: Buffer;
  /** The body as JSON; undefined when it is none. */
  readonly json: unknown;
  readonly atMs: number;
  /** When the client left before its answer was whole. */
  hungUpAtMs: number | undefined;
  /** `hung up` also where the script cut the connection. */
  readonly ended: Promise<'answered' | 'hung up'>;
};

export type ModelServer = {
  readonly url: string;
  /** Oldest first. */
  readonly received: Received[];
  /** From now on answers so; forgets the script before. Without one the server echoes the last user text. */
  script(...rules: Script): void;
  /** Waits until this many requests have come since the start or the last `forget`. @returns the newest of them */
  arrived(count: number): Promise<Received>;
  forget(): void;
  close(): Promise<void>;
};

export type ModelServerOptions = {
  port?: number;
  /** Requests kept; 0 keeps none, for benchmarks. Left out: all. */
  keep?: number;
  /** Without this key in `Authorization: Bearer` or `x-api-key` a request is answered 401. */
  key?: string;
  models?: readonly string[];
  /** Answers every model call with this text from bytes made before, and never reads what was asked. */
  fixed?: { text: string; paceMs?: number };
};

const usualModels = ['scripted-large', 'scripted-small'];

/** Starts it on a free port of 127.0.0.1, or the one asked for. */
export async function startModelServer(options: ModelServerOptions = {}): Promise<ModelServer> {
  const received: Received[] = [];
  const waiting = new Set<() => void>();
  let play = playScript([]);
  let serial = 0;
  const keep = (request: Received) => {
    received.push(request);
    if (received.length > (options.keep ?? Infinity)) received.shift();
    for (const look of waiting) look();
  };
  const fixed = options.fixed === undefined ? undefined : prebuild(options.fixed);
  const server = createServer((request, response) => {
    serial += 1;
    const call: Call = { request, response, serial, options, fixed, play: (asked) => play(asked), keep };
    answer(call).catch((cause: unknown) =>
      response.destroy(cause instanceof Error ? cause : new Error('answering failed')),
    );
  });
  server.keepAliveTimeout = 60_000;
  server.requestTimeout = 0;
  const url = await listen(server, options.port ?? 0);
  return {
    url,
    received,
    script: (...rules) => {
      play = playScript(rules);
    },
    arrived: (count) =>
      new Promise((resolve) => {
        const look = () => {
          const newest = received[count - 1];
          if (newest === undefined) return;
          waiting.delete(look);
          resolve(newest);
        };
        waiting.add(look);
        look();
      }),
    forget: () => {
      received.length = 0;
    },
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

async function listen(server: Server, port: number): Promise<string> {
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('a TCP port was expected');
  return `http://127.0.0.1:${address.port}`;
}

type Call = {
  request: IncomingMessage;
  response: ServerResponse;
  serial: number;
  options: ModelServerOptions;
  fixed: Prebuilt | undefined;
  play: ReturnType<typeof playScript>;
  keep(received: Received): void;
};

async function answer(call: Call): Promise<void> {
  const { request, response, options } = call;
  const body = await bodyOf(request);
  const path = (request.url ?? '/').split('?')[0] ?? '/';
  const protocol = protocolOf(path);
  if (call.fixed !== undefined && protocol !== undefined) return call.fixed(protocol, body, response);
  const json = parse(body, request.headers['content-encoding']);
  if (options.keep !== 0) call.keep(receive(call, body, json));
  if (!hasKey(call)) return sendError(call, { status: 401, message: 'Incorrect API key provided.' });
  if (path.endsWith('/count_tokens')) return sendJson(response, { input_tokens: Math.ceil(body.length / 4) });
  if (request.method === 'POST' && protocol !== undefined) {
    const asked = readAsked(protocol, json);
    return sendAnswer(call.play(asked), { to: response, asked, serial: call.serial });
  }
  const models = /\/models(?:\/(.+))?$/.exec(path);
  if (request.method === 'GET' && models !== null) return sendModels(call, models[1]);
  return sendError(call, { status: 404, message: `There is nothing at ${path}.` });
}

function protocolOf(path: string): Asked['protocol'] | undefined {
  if (path.endsWith('/messages')) return 'anthropic_messages';
  if (path.endsWith('/responses')) return 'openai_responses';
  return path.endsWith('/chat/completions') ? 'openai_chat' : undefined;
}

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks);
}

function parse(body: Buffer, encoding: string | undefined): unknown {
  try {
    const plain = encoding === 'gzip' ? gunzipSync(body) : encoding === 'zstd' ? zstdDecompressSync(body) : body;
    return JSON.parse(plain.toString('utf8'));
  } catch {
    return undefined;
  }
}

function receive({ request, response }: Call, body: Buffer, json: unknown): Received {
  const { promise, resolve } = Promise.withResolvers<'answered' | 'hung up'>();
  const received: Received = {
    method: request.method ?? '',
    path: request.url ?? '',
    headers: request.headers,
    body,
    json,
    atMs: Date.now(),
    hungUpAtMs: undefined,
    ended: promise,
  };
  response.once('close', () => {
    if (!response.writableEnded) received.hungUpAtMs = Date.now();
    resolve(response.writableEnded ? 'answered' : 'hung up');
  });
  return received;
}

function hasKey({ request, options }: Call): boolean {
  if (options.key === undefined) return true;
  const { authorization, 'x-api-key': apiKey } = request.headers;
  return authorization === `Bearer ${options.key}` || apiKey === options.key;
}

const speaksMessages = ({ request }: Call) =>
  request.headers['anthropic-version'] !== undefined || /\/messages/.test(request.url ?? '');

function sendError(call: Call, { status, message }: { status: number; message: string }): void {
  const protocol = protocols[speaksMessages(call) ? 'anthropic_messages' : 'openai_chat'];
  sendJson(call.response, protocol.error(status, message), status);
}

function sendJson(response: ServerResponse, body: unknown, status = 200): void {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(body));
}

function sendModels(call: Call, id: string | undefined): void {
  const isMessages = speaksMessages(call);
  const models = (call.options.models ?? usualModels).map((name) =>
    isMessages
      ? { type: 'model', id: name, display_name: name, created_at: '2026-01-01T00:00:00Z' }
      : { id: name, object: 'model', created: 1_760_000_000, owned_by: 'scripted' },
  );
  const one = models.find((model) => model.id === decodeURIComponent(id ?? ''));
  if (id !== undefined && one === undefined) {
    return sendError(call, { status: 404, message: `The model ${id} does not exist.` });
  }
  const ends = { first_id: models[0]?.id ?? null, last_id: models.at(-1)?.id ?? null };
  const list = isMessages ? { data: models, has_more: false, ...ends } : { object: 'list', data: models };
  sendJson(call.response, one ?? list);
}
