import type { IncomingMessage, ServerResponse } from 'node:http';
import { actorFromBearer } from '../auth/live-session.ts';
import { createContext } from '../context.ts';
import { isStorable, unstorableMessage } from '../core/storable-text.ts';
import { AppError } from '../core/errors.ts';
import { newId } from '../platform/ids.ts';
import { parseWith, readJson } from './rest/body.ts';
import { once } from './rest/idempotent.ts';
import { openApiDocument } from './rest/openapi.ts';
import { problemOf, sendProblem } from './rest/problem.ts';
import { restRoutes } from './rest/resources.ts';
import { answered, type RestAnswer, type RestRoute } from './rest/route.ts';

/** The public REST interface (CONTRACTS, "REST, first part"): bearer tokens, problem documents, idempotent writes. */

type Match = { route: RestRoute; params: Record<string, string> };
type Found = Match | { allowed: string[] };

const compiled = restRoutes.map((route) => ({
  route,
  pattern: new RegExp(`^${route.path.replaceAll(/\{(\w+)\}/g, '(?<$1>[^/]+)')}$`),
}));

function find(method: string, path: string): Found {
  const allowed: string[] = [];
  for (const { route, pattern } of compiled) {
    const match = pattern.exec(path);
    if (!match) continue;
    if (route.method === method) return { route, params: decoded(match.groups ?? {}) };
    allowed.push(route.method);
  }
  return { allowed };
}

function decoded(groups: Record<string, string>): Record<string, string> {
  try {
    const params = Object.fromEntries(Object.entries(groups).map(([name, value]) => [name, decodeURIComponent(value)]));
    if (isStorable(params)) return params;
  } catch (cause) {
    throw new AppError('invalid', 'The path is not correctly encoded.', { cause });
  }
  throw new AppError('invalid', unstorableMessage);
}

/** Answers one request below /api/v1. */
export async function handleRest(req: IncomingMessage, res: ServerResponse): Promise<void> {
  const requestId = newId('req');
  res.setHeader('x-request-id', requestId);
  try {
    const url = new URL(req.url ?? '/', 'http://localhost');
    const path = url.pathname.slice('/api/v1'.length);
    if (path === '/openapi.json' && req.method === 'GET') return send(res, { status: 200, body: openApiDocument() });
    const found = find(req.method ?? 'GET', path);
    if ('route' in found) await call(found, { req, res, url, requestId });
    else refuseMethod(res, { found, method: req.method ?? '', requestId });
  } catch (error) {
    if (res.headersSent) res.destroy();
    else sendProblem(res, problemOf(error, requestId));
  }
}

function refuseMethod(
  res: ServerResponse,
  { found, method, requestId }: { found: { allowed: string[] }; method: string; requestId: string },
): void {
  const listed = 'The calls are listed in /api/v1/openapi.json.';
  if (found.allowed.length === 0) throw new AppError('not_found', `There is no such call. ${listed}`);
  res.setHeader('allow', found.allowed.join(', '));
  const title = 'method not allowed';
  sendProblem(res, {
    type: 'urn:ensemble:problem:method_not_allowed',
    title,
    status: 405,
    detail: `This path does not take ${method}; it takes ${found.allowed.join(' and ')}. ${listed}`,
    requestId,
  });
}

type Request = { req: IncomingMessage; res: ServerResponse; url: URL; requestId: string };

async function call({ route, params }: Match, { req, res, url, requestId }: Request): Promise<void> {
  const bearer = await actorFromBearer(req.headers.authorization);
  if (!bearer && !route.isPublic)
    throw new AppError(
      'unauthenticated',
      'This call needs a token: send "Authorization: Bearer <token>". Make a token under Settings › Tokens.',
    );
  const ctx = createContext({ requestId, ...(bearer ? { actor: bearer.actor, credential: bearer.credential } : {}) });
  const query = route.query ? parseWith(route.query, Object.fromEntries(url.searchParams), 'query') : {};
  const json = route.method !== 'GET' && !route.rawBody ? await readJson(req) : undefined;
  const body = route.body ? parseWith(route.body, json, 'body') : undefined;
  const run = () => route.handle({ ctx, params, query, body, req, res });
  const key = req.headers['idempotency-key'];
  const isKept = typeof key === 'string' && route.method === 'POST' && !route.rawBody;
  const answer = isKept ? await once(ctx, { key, fingerprint: { path: url.pathname, json } }, run) : await run();
  if (answer !== answered) send(res, answer);
}

function send(res: ServerResponse, answer: RestAnswer): void {
  const isEmpty = answer.body === undefined || answer.status === 204;
  res.writeHead(answer.status, {
    ...(isEmpty ? {} : { 'content-type': 'application/json; charset=utf-8' }),
    'cache-control': 'no-store',
    ...answer.headers,
  });
  res.end(isEmpty ? undefined : JSON.stringify(answer.body));
}
