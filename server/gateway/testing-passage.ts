import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { isAppError } from '../core/errors.ts';
import { Untranslatable, type LlmError, type LlmProtocol } from '../core/llm-message.ts';
import { translate, type TranslationTarget } from './translate.ts';
import { parseObject } from './wire/members.ts';
import { sseReader, writeSseEvents, type SseEvent } from '../platform/sse.ts';
import { clientWireOf, wireOf } from './wires.ts';
import type { ClientWire, JsonObject, StreamFilter, StreamListener } from './wire/wire.ts';

/** The protocols alone, without identity, policy and budget: a server that passes or translates to one upstream. */

const paths: Record<LlmProtocol, string> = {
  anthropic_messages: '/v1/messages',
  openai_responses: '/v1/responses',
  openai_chat: '/v1/chat/completions',
};

export type Passage = {
  url: string;
  /** What the streams told, newest last. */
  told: { usage: unknown[]; ends: number; errors: LlmError[] };
  close(): Promise<void>;
};

/** `filter` makes a filter for each answer; texts of requests go up as they are. */
export async function startPassage(
  upstreamUrl: string,
  protocol: LlmProtocol,
  filter: () => StreamFilter,
): Promise<Passage> {
  const told: Passage['told'] = { usage: [], ends: 0, errors: [] };
  const tell: StreamListener = {
    onUsage: (usage) => told.usage.push(usage),
    onEnd: () => {
      told.ends += 1;
    },
    onError: (error) => told.errors.push(error),
  };
  const server = createServer((request, response) => {
    const call = { request, response, upstreamUrl, protocol, filter: filter(), tell };
    answer(call).catch((cause: unknown) => {
      if (!response.headersSent) refuse(call, cause);
      response.end();
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('a TCP port was expected');
  return {
    url: `http://127.0.0.1:${address.port}`,
    told,
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

type Call = {
  request: IncomingMessage;
  response: ServerResponse;
  upstreamUrl: string;
  protocol: LlmProtocol;
  filter: StreamFilter;
  tell: StreamListener;
};

const geminiPath = /^\/v1beta\/models\/(.+):(stream)?[gG]enerateContent$/;

function clientOf({ request }: Call): ClientWire {
  const path = request.url?.split('?')[0] ?? '';
  if (geminiPath.test(path)) return clientWireOf('gemini');
  const protocol = (Object.keys(paths) as LlmProtocol[]).find((name) => path === paths[name]);
  return wireOf(protocol ?? 'openai_chat');
}

function refuse(call: Call, cause: unknown): void {
  const isRefused = isAppError(cause) || cause instanceof Untranslatable;
  const message = cause instanceof Error ? cause.message : String(cause);
  sendError(call, { kind: isRefused ? 'invalid_request' : 'upstream', message });
}

function sendError(call: Call, error: LlmError): void {
  const { status, headers, body } = clientOf(call).encodeError(error);
  call.response.writeHead(status, { ...headers, 'content-type': 'application/json' });
  call.response.end(JSON.stringify(body));
}

const target: TranslationTarget = {
  kind: 'openai_compatible',
  upstreamModel: 'scripted-large',
  capabilities: { images: true, tools: true, thinking: true, streaming: true },
};

async function bodyOf(request: IncomingMessage): Promise<JsonObject> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  const body: JsonObject = parseObject(Buffer.concat(chunks).toString('utf8')) ?? {};
  const [, model, stream] = geminiPath.exec(request.url?.split('?')[0] ?? '') ?? [];
  return model === undefined ? body : { ...body, model, stream: stream !== undefined };
}

async function answer(call: Call): Promise<void> {
  const [client, upstream] = [clientOf(call), wireOf(call.protocol)];
  const body = await bodyOf(call.request);
  const facts = client.readFacts(body);
  const isSame = client.protocol === upstream.protocol;
  const between = isSame ? undefined : translate(client, upstream, facts.reply);
  if (isSame) upstream.address(body, target.upstreamModel);
  const leaving = new AbortController();
  call.response.once('close', () => leaving.abort());
  const answered = await fetch(call.upstreamUrl + paths[call.protocol], {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'anthropic-version': '2023-06-01' },
    body: JSON.stringify(between?.request(body, target) ?? body),
    signal: leaving.signal,
  });
  if (!answered.ok) return sendError(call, upstream.decodeError(answered.status, await answered.text()));
  if (!facts.stream) {
    const whole: JsonObject = parseObject(await answered.text()) ?? {};
    call.response.writeHead(200, { 'content-type': 'application/json' });
    call.response.end(JSON.stringify(between?.response(whole) ?? whole));
    return;
  }
  const next = between?.stream(call.filter, call.tell) ?? upstream.streamPass(call.filter, call.tell, facts.reply);
  await stream({ call, client, next, body: answered.body });
}

type Streaming = {
  call: Call;
  client: ClientWire;
  next: (event: SseEvent) => SseEvent[];
  body: ReadableStream<Uint8Array> | null;
};

async function stream({ call, client, next, body }: Streaming): Promise<void> {
  const read = sseReader();
  call.response.writeHead(200, { 'content-type': 'text/event-stream' });
  try {
    for await (const bytes of body ?? []) {
      const events = read(bytes).flatMap((event) => next(event));
      if (events.length > 0) call.response.write(writeSseEvents(events));
    }
  } catch {
    call.response.write(writeSseEvents(client.streamError({ kind: 'upstream', message: 'The connection broke.' })));
  }
  call.response.end();
}
