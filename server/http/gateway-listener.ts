import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Gateway } from '../gateway/gateway.ts';
import { answerJson, listenerOf, serveEverywhere } from './listener.ts';

/** The routes of a process that is the gateway and nothing else. */
export function createGatewayListener({
  publicUrl,
  gateway,
}: {
  publicUrl: string;
  gateway: Gateway;
}): (req: IncomingMessage, res: ServerResponse) => void {
  return listenerOf({ dev: false, publicUrl }, async (req, res, path) => {
    await (serveEverywhere(req, res, { path, gateway }) ?? answerJson(res, 404, { error: elsewhere(publicUrl) }));
  });
}

const elsewhere = (publicUrl: string) =>
  `This process serves the gateway only, below /gateway. The app is at ${publicUrl}.`;
