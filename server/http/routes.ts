import type { IncomingMessage, ServerResponse } from 'node:http';
import { nodeHTTPRequestHandler } from '@trpc/server/adapters/node-http';
import { appRouter } from '../api/root.ts';
import { sessionFromCookie } from '../auth/live-session.ts';
import { createContext, type Context } from '../context.ts';
import type { Gateway } from '../gateway/gateway.ts';
import { log } from '../platform/log.ts';
import { handleGitDoor } from './git-door.ts';
import { answerJson, isBelow, listenerOf, pathOf, serveEverywhere } from './listener.ts';
import { handleRest } from './rest-v1.ts';
import { sameOrigin } from './same-origin.ts';
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
  const { publicUrl, gateway, pages } = options;
  return listenerOf(options, (req, res, path) => {
    const served = serveEverywhere(req, res, { path, gateway });
    if (served) return served;
    if (path === '/api/uploads') return handleUpload(req, res, publicUrl);
    if (path.startsWith('/api/exports/sessions/')) return handleSessionExport(req, res, publicUrl);
    if (path.startsWith('/api/trpc/')) return handleTrpc(req, res, publicUrl);
    if (isBelow(path, '/api/v1')) return handleRest(req, res);
    return path.startsWith('/git/-/') ? handleGitDoor(req, res, path) : pages(req, res);
  });
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
