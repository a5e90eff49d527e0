import type { IncomingMessage, ServerResponse } from 'node:http';
import { AppError } from '../core/errors.ts';
import type { ClientProtocol } from '../core/llm-message.ts';
import { addressHeader } from '../auth/client-address.ts';
import type { Asked, Operation, ReadBody } from '../gateway/asked.ts';
import type { Gateway } from '../gateway/gateway.ts';
import { newId } from '../platform/ids.ts';
import { readModelBody } from './gateway-body.ts';

/** The doors of the gateway (docs/spec/gateway.md, GW1): which path speaks which protocol. */
type Door = CallDoor | { does: 'models'; id?: string };
type CallDoor = {
  does: 'call';
  protocol: ClientProtocol;
  operation: Operation;
  /** What the path says and the body of other protocols does. */
  said?: { model: string; stream: boolean };
};

const calls: Record<string, Omit<CallDoor, 'does'> | undefined> = {
  '/anthropic/v1/messages': { protocol: 'anthropic_messages', operation: 'generate' },
  '/anthropic/v1/messages/count_tokens': { protocol: 'anthropic_messages', operation: 'count_tokens' },
  '/openai/v1/responses': { protocol: 'openai_responses', operation: 'generate' },
  '/openai/v1/chat/completions': { protocol: 'openai_chat', operation: 'generate' },
};

/** Google's protocol has the model and what is wanted of it in the path. */
const geminiCall = /^\/gemini\/v1(?:beta)?\/models\/(.+):(generateContent|streamGenerateContent|countTokens)$/;

const modelsPath = /^\/(?:(?:anthropic|openai)\/v1|gemini\/v1(?:beta)?)\/models(?:\/(.+))?$/;

function doorOf(path: string): Door | undefined {
  const call = Object.hasOwn(calls, path) ? calls[path] : geminiCallOf(path);
  if (call) return { does: 'call', ...call };
  const models = modelsPath.exec(path);
  if (!models) return undefined;
  const [, id] = models;
  return { does: 'models', ...(id && { id: decoded(id) }) };
}

function geminiCallOf(path: string): Omit<CallDoor, 'does'> | undefined {
  const [, model, does] = geminiCall.exec(path) ?? [];
  if (model === undefined) return undefined;
  return {
    protocol: 'gemini',
    operation: does === 'countTokens' ? 'count_tokens' : 'generate',
    said: { model: decoded(model), stream: does === 'streamGenerateContent' },
  };
}

function decoded(id: string): string {
  try {
    return decodeURIComponent(id);
  } catch {
    return id;
  }
}

/** Whose words an answer is in; OpenAI's protocols list models alike. */
function protocolOf(door: Door | undefined, path: string): ClientProtocol {
  if (door?.does === 'call') return door.protocol;
  if (path.startsWith('/gemini/')) return 'gemini';
  return path.startsWith('/openai/') ? 'openai_chat' : 'anthropic_messages';
}

/**
 * Answers one request below /gateway. Cookies are not looked at, and no browser of another site may read an answer: nothing says
 * that it may. A socket of a run's own passes the run along.
 */
export async function handleGateway(
  req: IncomingMessage,
  res: ServerResponse,
  { gateway, path, runId }: { gateway: Gateway; path: string; runId?: string },
): Promise<void> {
  const door = doorOf(path);
  const asked = askedOf(req, res, { protocol: protocolOf(door, path), door, runId });
  res.setHeader('x-ensemble-request-id', asked.requestId);
  try {
    if (!door) throw unknownPath(path);
    if (req.method !== methodOf(door)) return refuseMethod(req, asked, { gateway, door });
    if (door.does === 'call') await gateway.call(asked);
    else await gateway.models(asked, door.id);
  } catch (error) {
    gateway.refuse(asked, error);
  } finally {
    // What was refused may still be on its way: reading it lets the client see the answer.
    if (!req.complete) req.resume();
  }
}

type Found = { protocol: ClientProtocol; door: Door | undefined; runId: string | undefined };

function askedOf(req: IncomingMessage, reply: ServerResponse, { protocol, door, runId }: Found): Asked {
  const hungUp = new AbortController();
  reply.once('close', () => {
    if (!reply.writableFinished) hungUp.abort();
  });
  const address = req.headers[addressHeader];
  const at = (req.url ?? '').indexOf('?');
  return {
    requestId: newId('req'),
    startedAtMs: performance.now(),
    protocol,
    operation: door?.does === 'call' ? door.operation : 'generate',
    secret: secretOf(req),
    headers: req.headers,
    address: typeof address === 'string' ? address : undefined,
    search: at === -1 ? '' : (req.url ?? '').slice(at),
    runId,
    readBody: () => readBody(req, door),
    reply,
    signal: hungUp.signal,
  };
}

async function readBody(req: IncomingMessage, door: Door | undefined): Promise<ReadBody> {
  const read = await readModelBody(req);
  if (door?.does !== 'call' || !door.said) return read;
  const { model, stream } = door.said;
  if (stream && !/[?&]alt=sse(?:&|$)/.test(req.url ?? ''))
    throw new AppError(
      'invalid',
      'Streams are sent as server-sent events alone. Ask for streamGenerateContent?alt=sse.',
    );
  // To have tokens counted, a client may send the request as it would ask it.
  const { generateContentRequest: within } = read.body;
  const asked = typeof within === 'object' && !Array.isArray(within) ? within : read.body;
  return { ...read, body: { ...asked, model, stream } };
}

/**
 * Claude Code sends its key in both places; the official clients in the one their API has. A key in the address is not read: addresses
 * stand in logs.
 */
function secretOf({ headers }: IncomingMessage): string {
  const bearer = /^bearer +(\S+)$/i.exec(headers.authorization ?? '')?.[1];
  const key = headers['x-api-key'] ?? headers['x-goog-api-key'];
  return bearer ?? (typeof key === 'string' ? key.trim() : '');
}

const unknownPath = (path: string) =>
  new AppError(
    'not_found',
    `The gateway has no ${path.slice(0, 100)}. For Anthropic clients the base address ends with /gateway/anthropic, for OpenAI clients with /gateway/openai/v1, for Gemini clients with /gateway/gemini.`,
  );

const methodOf = ({ does }: Door) => (does === 'call' ? 'POST' : 'GET');

function refuseMethod({ method }: IncomingMessage, asked: Asked, { gateway, door }: { gateway: Gateway; door: Door }) {
  asked.reply.setHeader('allow', methodOf(door));
  const error = new AppError('invalid', `This path takes ${methodOf(door)}, not ${method ?? 'that'}.`);
  gateway.refuse(asked, error, 405);
}
