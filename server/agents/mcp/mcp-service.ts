import { callProvider, ProviderFault, type ProviderAnswer } from '../../platform/provider-http.ts';
import { sseReader } from '../../platform/sse.ts';
import { asMcpText, failed, readMcpLine, type McpMessage } from './mcp-message.ts';
import type { OpenBackend } from './mcp-passage.ts';

export type McpService = {
  url: string;
  /** With its secrets: they are said to this address and nowhere else. */
  headers: Readonly<Record<string, string>>;
};

const timeouts = { connectMs: 10_000, firstByteMs: 120_000, idleMs: 120_000 };
/** A call that takes longer is given up. */
const longestMs = 10 * 60_000;
const mostAnswerBytes = 16 * 1024 * 1024;

/**
 * A server of the list as a service, spoken with by streamable HTTP (revision 2025-06-18 of the protocol, "Transports"): one POST a message,
 * answered by JSON or by events. What the service would say without being asked is not listened to. Redirects are not followed, and
 * what must never be connected to is refused at each connection.
 */
export function serviceBackend(service: McpService): OpenBackend {
  return (onMessage) => {
    const stop = new AbortController();
    const closed = Promise.withResolvers<void>();
    const asking = new Set<Promise<void>>();
    const session: Session = { id: undefined, version: undefined };
    const close = async () => {
      if (session.id !== undefined && !stop.signal.aborted) await forget(service, session).catch(() => undefined);
      stop.abort();
      closed.resolve();
    };
    let before: Promise<void> = Promise.resolve();
    return {
      send(message) {
        const isCall = message.method === 'tools/call' || message.method === 'tools/list';
        // Its greeting comes before everything else; calls run side by side.
        const asked = before.then(() => ask(message, { service, session, onMessage, signal: stop.signal }));
        if (!isCall) before = asked;
        asking.add(asked);
        void asked.finally(() => asking.delete(asked));
      },
      end: () => void Promise.all(asking).then(close),
      kill() {
        stop.abort();
        closed.resolve();
      },
      closed: closed.promise,
    };
  };
}

/** What the service said of the session when it greeted. */
type Session = { id: string | undefined; version: string | undefined };

type Asking = {
  service: McpService;
  session: Session;
  onMessage: (message: McpMessage) => void;
  signal: AbortSignal;
};

/** Says one message, and hands on what comes back. Whatever goes wrong is the answer to it; never rejects. */
async function ask(message: McpMessage, { service, session, onMessage, signal }: Asking): Promise<void> {
  const { id, method } = message;
  let isAnswered = id === undefined || method === undefined;
  const hear = (said: McpMessage) => {
    if (said.id === id && said.method === undefined) {
      isAnswered = true;
      if (method === 'initialize') session.version = versionOf(said);
    }
    onMessage(said);
  };
  const limit = AbortSignal.any([signal, AbortSignal.timeout(longestMs)]);
  try {
    const answer = await callProvider({
      method: 'POST',
      url: service.url,
      headers: headersOf(service, session),
      body: asMcpText(message),
      timeouts,
      signal: limit,
    });
    await hearAnswer(answer, { session, hear });
  } catch (error) {
    if (!isAnswered && id !== undefined) return onMessage({ id, ...failed(wordsOf(error)) });
  }
  if (!isAnswered && id !== undefined) onMessage({ id, ...failed('The service did not answer.') });
}

const headersOf = ({ headers }: McpService, { id, version }: Session): Record<string, string> => ({
  ...headers,
  accept: 'application/json, text/event-stream',
  'content-type': 'application/json',
  'accept-encoding': 'identity',
  ...(id !== undefined && { 'mcp-session-id': id }),
  ...(version !== undefined && { 'mcp-protocol-version': version }),
});

function versionOf({ result }: McpMessage): string | undefined {
  const version = result?.['protocolVersion'];
  return typeof version === 'string' && /^[\w.-]{1,40}$/.test(version) ? version : undefined;
}

async function hearAnswer(
  { status, headers, body }: ProviderAnswer,
  { session, hear }: { session: Session; hear: (message: McpMessage) => void },
): Promise<void> {
  if (status >= 300) {
    body.destroy();
    throw new ProviderFault('lost', refusalOf(status));
  }
  const id = headers['mcp-session-id'];
  if (typeof id === 'string' && /^[\x21-\x7e]{1,200}$/.test(id)) session.id ??= id;
  const isEvents = /^text\/event-stream\b/i.test(headers['content-type'] ?? '');
  let bytes = 0;
  const bounded = async function* (): AsyncGenerator<Buffer> {
    for await (const chunk of body as AsyncIterable<Buffer>) {
      bytes += chunk.length;
      if (bytes > mostAnswerBytes) throw new ProviderFault('lost', 'The answer of the service is larger than 16 MB.');
      yield chunk;
    }
  };
  if (isEvents) {
    const read = sseReader();
    for await (const chunk of bounded()) for (const { data } of read(chunk)) hearText(data, hear);
    return;
  }
  const chunks: Buffer[] = [];
  for await (const chunk of bounded()) chunks.push(chunk);
  hearText(Buffer.concat(chunks).toString('utf8'), hear);
}

function hearText(text: string, hear: (message: McpMessage) => void): void {
  const message = readMcpLine(text);
  if (message) hear(message);
}

/** Its own words are not shown: it may say what it was told, a secret among it. */
function refusalOf(status: number): string {
  if (status === 401 || status === 403)
    return `The service refused the headers that an admin gave it (${status}). An installation admin corrects them in Settings › Agents.`;
  if (status === 404) return 'The service knows nothing of this address or session (404).';
  return `The service answered with an error (${status}).`;
}

function wordsOf(error: unknown): string {
  if (!(error instanceof ProviderFault)) return 'The answer of the service broke off.';
  return error.kind === 'aborted'
    ? 'The service did not answer in time.'
    : error.message.replace('provider', 'service');
}

/** A word that the session is over; whether it is heard does not matter. */
async function forget(service: McpService, session: Session): Promise<void> {
  const { body } = await callProvider({
    method: 'DELETE',
    url: service.url,
    headers: headersOf(service, session),
    timeouts: { connectMs: 2_000, firstByteMs: 2_000, idleMs: 2_000 },
  });
  body.destroy();
}
