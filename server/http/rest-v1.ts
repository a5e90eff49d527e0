import { createHash } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { claimIdempotencyKey, keepAnswer, releaseIdempotencyKey } from '../auth/idempotent-answers.ts';
import { actorFromBearer } from '../auth/live-session.ts';
import { requirePerson } from '../auth/authorize.ts';
import { createContext, type Context } from '../context.ts';
import { canonicalJson } from '../core/canonical-json.ts';
import { AppError } from '../core/errors.ts';
import { newId } from '../platform/ids.ts';
import { parseWith, readJson } from './rest/body.ts';
import { openApiDocument } from './rest/openapi.ts';
import { problemOf, sendProblem } from './rest/problem.ts';
import { restRoutes } from './rest/resources.ts';
import { answered, type RestAnswer, type RestRoute } from './rest/route.ts';

/** The public REST interface (CONTRACTS, "REST, first part"): bearer tokens, problem documents, idempotent writes. */

type Match = { route: RestRoute; params: Record<string, string> };

const compiled = restRoutes.map((route) => ({
  route,
  pattern: new RegExp(`^${route.path.replaceAll(/\{(\w+)\}/g, '(?<$1>[^/]+)')}$`),
}));

function find(method: string, path: string): Match | 'wrong-method' | undefined {
  let known = false;
  for (const { route, pattern } of compiled) {
    const match = pattern.exec(path);
    if (!match) continue;
    if (route.method === method) return { route, params: decoded(match.groups ?? {}) };
    known = true;
  }
  return known ? 'wrong-method' : undefined;
}

function decoded(groups: Record<string, string>): Record<string, string> {
  try {
    return Object.fromEntries(Object.entries(groups).map(([name, value]) => [name, decodeURIComponent(value)]));
  } catch (cause) {
    throw new AppError('invalid', 'The path is not correctly encoded.', { cause });
  }
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
    if (found === undefined)
      throw new AppError('not_found', 'There is no such call. The calls are listed in /api/v1/openapi.json.');
    if (found === 'wrong-method')
      throw new AppError(
        'invalid',
        `This path does not take ${req.method ?? ''}. The calls are listed in /api/v1/openapi.json.`,
      );
    await call(found, { req, res, url, requestId });
  } catch (error) {
    if (res.headersSent) res.destroy();
    else sendProblem(res, problemOf(error, requestId));
  }
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
  const json = route.body || (req.method !== 'GET' && !route.rawBody) ? await readJson(req) : undefined;
  const body = route.body ? parseWith(route.body, json, 'body') : undefined;
  const run = () => route.handle({ ctx, params, query, body, req, res });
  const key = req.headers['idempotency-key'];
  const answer =
    typeof key === 'string' && route.method === 'POST' && !route.rawBody
      ? await once(ctx, { key, fingerprint: { path: url.pathname, json } }, run)
      : await run();
  if (answer !== answered) send(res, answer);
}

/** Runs a write once for its idempotency key; a repetition gets the first answer. */
async function once(
  ctx: Context,
  request: { key: string; fingerprint: unknown },
  run: () => Promise<RestAnswer | typeof answered>,
): Promise<RestAnswer | typeof answered> {
  const { personId } = requirePerson(ctx);
  if (request.key.length > 200) throw new AppError('invalid', 'An Idempotency-Key has at most 200 characters.');
  const of = { personId, key: request.key };
  const requestHash = createHash('sha256').update(canonicalJson(request.fingerprint)).digest('hex');
  const claim = await claimIdempotencyKey(ctx.db, { ...of, requestHash });
  if (claim.kind === 'answered')
    return {
      status: claim.answer.status,
      body: JSON.parse(claim.answer.body) as unknown,
      headers: { 'idempotent-replayed': 'true' },
    };
  try {
    const answer = await run();
    if (answer !== answered)
      await keepAnswer(ctx.db, of, { status: answer.status, body: JSON.stringify(answer.body ?? null) });
    return answer;
  } catch (error) {
    await releaseIdempotencyKey(ctx.db, of);
    throw error;
  }
}

function send(res: ServerResponse, answer: RestAnswer): void {
  res.writeHead(answer.status, {
    'content-type': 'application/json; charset=utf-8',
    'cache-control': 'no-store',
    ...answer.headers,
  });
  res.end(answer.body === undefined ? undefined : JSON.stringify(answer.body));
}
