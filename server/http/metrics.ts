import type { IncomingMessage, ServerResponse } from 'node:http';
import { authorizeInstallation } from '../auth/authorize.ts';
import { isLoopback } from '../auth/client-address.ts';
import { actorFromBearer } from '../auth/live-session.ts';
import { createContext } from '../context.ts';
import { AppError } from '../core/errors.ts';
import { newId } from '../platform/ids.ts';
import { count, metricsText } from '../platform/metrics.ts';
import { problemOf, sendProblem } from './rest/problem.ts';

/** What a path belongs to: a closed list, so that nobody can fill the registry with paths. */
export function routeClass(path: string): string {
  if (path === '/healthz' || path === '/readyz') return 'health';
  if (path === '/metrics') return 'metrics';
  if (path === '/api/uploads') return 'upload';
  if (path.startsWith('/api/trpc/')) return 'trpc';
  if (path === '/api/v1' || path.startsWith('/api/v1/')) return 'rest';
  if (path === '/gateway' || path.startsWith('/gateway/')) return 'gateway';
  if (path.startsWith('/api/auth/')) return 'auth';
  return path.startsWith('/_next/') ? 'asset' : 'page';
}

/** Counts a request when its answer is out, or when whoever asked went away before. */
export function countRequest(res: ServerResponse, path: string): void {
  res.once('close', () => {
    const status = res.writableFinished ? `${Math.floor(res.statusCode / 100)}xx` : 'aborted';
    const labels = { route: routeClass(path), status };
    count('ensemble_http_requests_total', 'Answered requests by route and status', labels);
  });
}

const forwarding = ['x-forwarded-for', 'x-real-ip', 'forwarded', 'via'];

/** Read from this machine itself, not through a proxy on it. */
function isFromHere(req: IncomingMessage): boolean {
  return isLoopback(req.socket.remoteAddress ?? '') && forwarding.every((name) => req.headers[name] === undefined);
}

/** Prometheus text: for this machine, or with a token of an installation admin that has the scope `admin`. */
export async function handleMetrics(req: IncomingMessage, res: ServerResponse): Promise<void> {
  const requestId = newId('req');
  try {
    if (!isFromHere(req)) await requireAdminToken(req, requestId);
    res.writeHead(200, { 'content-type': 'text/plain; version=0.0.4; charset=utf-8', 'cache-control': 'no-store' });
    res.end(metricsText());
  } catch (error) {
    sendProblem(res, problemOf(error, requestId));
  }
}

async function requireAdminToken(req: IncomingMessage, requestId: string): Promise<void> {
  const bearer = await actorFromBearer(req.headers.authorization);
  if (!bearer)
    throw new AppError(
      'unauthenticated',
      'Metrics are for this machine, or for a token with the scope "admin" of an installation admin.',
    );
  await authorizeInstallation(createContext({ requestId, actor: bearer.actor, credential: bearer.credential }));
}
