import type { IncomingMessage, ServerResponse } from 'node:http';
import { addressHeader, clientAddress } from '../auth/client-address.ts';
import type { Gateway } from '../gateway/gateway.ts';
import { log } from '../platform/log.ts';
import { tellProcessMetrics } from '../platform/process-metrics.ts';
import { readiness } from '../platform/readiness.ts';
import { handleGateway } from './llm.ts';
import { countRequest, handleMetrics } from './metrics.ts';
import { isSecretPath, setSecurityHeaders } from './security-headers.ts';

/** Answers one request; `path` is without the query. */
export type Route = (req: IncomingMessage, res: ServerResponse, path: string) => Promise<void>;

export type ListenerOptions = { dev: boolean; publicUrl: string };

/** What holds for every request of a process, whatever it serves. The listener never rejects: a fault answers 500. */
export function listenerOf(
  { dev, publicUrl }: ListenerOptions,
  route: Route,
): (req: IncomingMessage, res: ServerResponse) => void {
  tellProcessMetrics();
  const https = publicUrl.startsWith('https://');
  return (req, res) => {
    const path = pathOf(req);
    setSecurityHeaders(req, res, { dev, https });
    req.headers[addressHeader] = clientAddress(req, publicUrl);
    countRequest(res, path);
    route(req, res, path).catch((error: unknown) => {
      log().error({ err: error, path: isSecretPath(path) ? '/join/…' : path }, 'request failed');
      if (res.headersSent) res.destroy();
      else
        answerJson(res, 500, {
          error: 'The server met a fault it did not expect. An admin finds the cause in the log.',
        });
    });
  };
}

/** Health, metrics and the gateway, which every process that listens serves. @returns undefined for another path */
export function serveEverywhere(
  req: IncomingMessage,
  res: ServerResponse,
  { path, gateway }: { path: string; gateway: Gateway },
): Promise<void> | undefined {
  if (path === '/healthz') return Promise.resolve(answerJson(res, 200, { ok: true }));
  if (path === '/readyz') return tellReadiness(res);
  if (path === '/metrics') return handleMetrics(req, res);
  return isBelow(path, '/gateway')
    ? handleGateway(req, res, { gateway, path: path.slice('/gateway'.length) })
    : undefined;
}

async function tellReadiness(res: ServerResponse): Promise<void> {
  const state = await readiness();
  answerJson(res, state.ready ? 200 : 503, state);
}

export const pathOf = (req: IncomingMessage) => (req.url ?? '/').split('?', 1)[0] ?? '/';

export const isBelow = (path: string, folder: string) => path === folder || path.startsWith(`${folder}/`);

export function answerJson(res: ServerResponse, status: number, body: unknown): void {
  res.writeHead(status, { 'content-type': 'application/json; charset=utf-8', 'cache-control': 'no-store' });
  res.end(JSON.stringify(body));
}
