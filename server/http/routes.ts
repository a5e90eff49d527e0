import type { IncomingMessage, ServerResponse } from 'node:http';
import { nodeHTTPRequestHandler } from '@trpc/server/adapters/node-http';
import { appRouter } from '../api/root.ts';
import { addressHeader, clientAddress } from '../auth/client-address.ts';
import { sessionFromCookie } from '../auth/live-session.ts';
import { createContext, type Context } from '../context.ts';
import type { Gateway } from '../gateway/gateway.ts';
import { log } from '../platform/log.ts';
import { readiness } from '../platform/readiness.ts';
import { tellProcessMetrics } from '../platform/process-metrics.ts';
import { handleGitDoor } from './git-door.ts';
import { handleGateway } from './llm.ts';
import { countRequest, handleMetrics } from './metrics.ts';
import { handleRest } from './rest-v1.ts';
import { sameOrigin } from './same-origin.ts';
import { isSecretPath, setSecurityHeaders } from './security-headers.ts';
import { handleSessionExport } from './session-export.ts';
import { handleUpload } from './upload.ts';

type Handler = (req: IncomingMessage, res: ServerResponse) => Promise<void>;

export type RouteOptions = {
  dev: boolean;
  publicUrl: string;
  gateway: Gateway;
  /** Serves everything that is not ours: pages, their assets, sign-in. */
  pages: Handler;
};

/** Our own paths first; the rest are pages. Never rejects: a fault answers 500. */
export function createRequestListener(options: RouteOptions): (req: IncomingMessage, res: ServerResponse) => void {
  tellProcessMetrics();
  const https = options.publicUrl.startsWith('https://');
  return (req, res) => {
    setSecurityHeaders(req, res, { dev: options.dev, https });
    req.headers[addressHeader] = clientAddress(req, options.publicUrl);
    countRequest(res, pathOf(req));
    route(req, res, options).catch((error: unknown) => {
      log().error({ err: error, path: toldPath(req) }, 'request failed');
      if (!res.headersSent)
        answerJson(res, 500, {
          error: 'The server met a fault it did not expect. An admin finds the cause in the log.',
        });
      else res.destroy();
    });
  };
}

const pathOf = (req: IncomingMessage) => (req.url ?? '/').split('?', 1)[0] ?? '/';

const toldPath = (req: IncomingMessage) => (isSecretPath(pathOf(req)) ? '/join/…' : pathOf(req));

const isBelow = (path: string, folder: string) => path === folder || path.startsWith(`${folder}/`);

async function route(req: IncomingMessage, res: ServerResponse, options: RouteOptions): Promise<void> {
  const path = pathOf(req);
  if (path === '/healthz') return answerJson(res, 200, { ok: true });
  if (path === '/readyz') {
    const state = await readiness();
    return answerJson(res, state.ready ? 200 : 503, state);
  }
  if (path === '/metrics') return handleMetrics(req, res);
  if (path === '/api/uploads') return handleUpload(req, res, options.publicUrl);
  if (path.startsWith('/api/exports/sessions/')) return handleSessionExport(req, res, options.publicUrl);
  if (path.startsWith('/api/trpc/')) return handleTrpc(req, res, options.publicUrl);
  if (isBelow(path, '/api/v1')) return handleRest(req, res);
  if (isBelow(path, '/gateway'))
    return handleGateway(req, res, { gateway: options.gateway, path: path.slice('/gateway'.length) });
  return path.startsWith('/git/-/') ? handleGitDoor(req, res, path) : options.pages(req, res);
}

function answerJson(res: ServerResponse, status: number, body: unknown): void {
  res.writeHead(status, { 'content-type': 'application/json; charset=utf-8', 'cache-control': 'no-store' });
  res.end(JSON.stringify(body));
}

async function handleTrpc(req: IncomingMessage, res: ServerResponse, publicUrl: string): Promise<void> {
  if (!sameOrigin(req, publicUrl))
    return answerJson(res, 403, { error: 'This request came from another site and was refused.' });
  // An event stream says so itself; any other answer is one person's own.
  res.setHeader('cache-control', 'no-store');
  await nodeHTTPRequestHandler({
    req,
    res,
    router: appRouter,
    path: pathOf(req).slice('/api/trpc/'.length),
    maxBodySize: 8 * 1024 * 1024,
    // Questions that are too long for an address come as a body.
    allowMethodOverride: true,
    createContext: () => contextOf(req),
    onError({ error, path, ctx }) {
      if (error.code === 'INTERNAL_SERVER_ERROR')
        log().error({ err: error.cause ?? error, path, requestId: ctx?.requestId }, 'procedure failed');
    },
  });
}

async function contextOf(req: IncomingMessage): Promise<Context> {
  const session = await sessionFromCookie(req.headers.cookie);
  return createContext(session ? { actor: session.actor, credential: session.credential } : {});
}
