import type { IncomingMessage, ServerResponse } from 'node:http';
import { AppError } from '../core/errors.ts';
import type { LlmProtocol } from '../core/llm-message.ts';
import { addressHeader } from '../auth/client-address.ts';
import type { Asked, Operation } from '../gateway/asked.ts';
import type { Gateway } from '../gateway/gateway.ts';
import { newId } from '../platform/ids.ts';
import { readModelBody } from './gateway-body.ts';

/** The doors of the gateway (docs/spec/gateway.md, GW1): which path speaks which protocol. */
type Door = { does: 'call'; protocol: LlmProtocol; operation: Operation } | { does: 'models'; id?: string };

const calls: Record<string, { protocol: LlmProtocol; operation: Operation } | undefined> = {
  '/anthropic/v1/messages': { protocol: 'anthropic_messages', operation: 'generate' },
  '/anthropic/v1/messages/count_tokens': { protocol: 'anthropic_messages', operation: 'count_tokens' },
  '/openai/v1/responses': { protocol: 'openai_responses', operation: 'generate' },
  '/openai/v1/chat/completions': { protocol: 'openai_chat', operation: 'generate' },
};

const modelsPath = /^\/(?:anthropic|openai)\/v1\/models(?:\/(.+))?$/;

function doorOf(path: string): Door | undefined {
  const call = Object.hasOwn(calls, path) ? calls[path] : undefined;
  if (call) return { does: 'call', ...call };
  const models = modelsPath.exec(path);
  if (!models) return undefined;
  const [, id] = models;
  return { does: 'models', ...(id && { id: decoded(id) }) };
}

function decoded(id: string): string {
  try {
    return decodeURIComponent(id);
  } catch {
    return id;
  }
}

/** Whose words an answer is in; OpenAI's protocols list models alike. */
function protocolOf(door: Door | undefined, path: string): LlmProtocol {
  if (door?.does === 'call') return door.protocol;
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

type Found = { protocol: LlmProtocol; door: Door | undefined; runId: string | undefined };

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
    readBody: () => readModelBody(req),
    reply,
    signal: hungUp.signal,
  };
}

/** Claude Code sends its key in both places; the official clients in the one their API has. */
function secretOf({ headers }: IncomingMessage): string {
  const bearer = /^bearer +(\S+)$/i.exec(headers.authorization ?? '')?.[1];
  const key = headers['x-api-key'];
  return bearer ?? (typeof key === 'string' ? key.trim() : '');
}

const unknownPath = (path: string) =>
  new AppError(
    'not_found',
    `The gateway has no ${path.slice(0, 100)}. For Anthropic clients the base address ends with /gateway/anthropic, for OpenAI clients with /gateway/openai/v1.`,
  );

const methodOf = ({ does }: Door) => (does === 'call' ? 'POST' : 'GET');

function refuseMethod({ method }: IncomingMessage, asked: Asked, { gateway, door }: { gateway: Gateway; door: Door }) {
  asked.reply.setHeader('allow', methodOf(door));
  const error = new AppError('invalid', `This path takes ${methodOf(door)}, not ${method ?? 'that'}.`);
  gateway.refuse(asked, error, 405);
}
