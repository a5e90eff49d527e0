import http, { type IncomingMessage, type ServerResponse } from 'node:http';
import type { Gateway } from '../gateway/gateway.ts';
import { log } from '../platform/log.ts';
import { newSocketPath } from '../platform/socket-path.ts';
import { handleGateway } from './llm.ts';

/**
 * The one way from a run's box to the models: an HTTP server on a unix socket of the run's own, which serves the gateway to
 * the run's key and nothing else to anybody (docs/spec/gateway.md, GW100 to GW109).
 */
export type RunDoor = { socketPath: string; close(): Promise<void> };

/** An agent and its helpers use a handful. */
const maxConnections = 32;

export async function openRunDoor(runId: string, gateway: Gateway): Promise<RunDoor> {
  const socketPath = await newSocketPath('no agent can reach a model');
  const server = http.createServer((req, res) => {
    serve(req, res, { runId, gateway }).catch((error: unknown) => {
      log().error({ err: error, runId }, 'a call through the door of a run failed');
      if (res.headersSent) res.destroy();
      else refuse(res, 500, 'The gateway met a fault it did not expect. An admin finds the cause in the log.');
    });
  });
  server.maxConnections = maxConnections;
  server.keepAliveTimeout = 75_000;
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(socketPath, resolve));
  return {
    socketPath,
    close: () =>
      new Promise((resolve) => {
        // Node removes the socket's file with it.
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

type Served = { runId: string; gateway: Gateway };

async function serve(req: IncomingMessage, res: ServerResponse, { runId, gateway }: Served): Promise<void> {
  const path = (req.url ?? '').split('?', 1)[0] ?? '';
  if (path.startsWith('/gateway/'))
    await handleGateway(req, res, { gateway, path: path.slice('/gateway'.length), runId });
  else refuse(res, 404, 'Only the gateway is behind this door: its paths begin with /gateway/.');
}

function refuse(res: ServerResponse, status: number, message: string): void {
  res.writeHead(status, { 'content-type': 'application/json; charset=utf-8' });
  res.end(JSON.stringify({ error: { message } }));
}
