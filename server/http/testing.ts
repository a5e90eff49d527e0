import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { encode } from 'next-auth/jwt';
import { sessionCookieName } from '../auth/live-session.ts';
import { db, schema } from '../../db/client.ts';
import { createGateway } from '../gateway/gateway.ts';
import type { GatewayTimes } from '../gateway/house.ts';
import { setCallNode } from '../governance/calls/call-node.ts';
import type { TokenScope } from '../core/permissions.ts';
import { env } from '../platform/env.ts';
import { newId } from '../platform/ids.ts';
import { authSecret, hashSecret, newSecret } from '../platform/secrets.ts';
import { restRoutes } from './rest/resources.ts';
import { createRequestListener } from './routes.ts';

/** Our own HTTP layer on a port of its own, and people who call it. */

export type TestHttp = { url: string; server: ReturnType<typeof createServer>; close(): Promise<void> };

export async function startHttp(times?: Partial<GatewayTimes>): Promise<TestHttp> {
  setCallNode(newId('node'));
  const server = createServer(
    createRequestListener({
      dev: false,
      publicUrl: env().publicUrl,
      gateway: createGateway(times),
      pages: async (_req, res) => {
        res.writeHead(404).end();
      },
    }),
  );
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  // A server that listens on TCP has an address with a port.
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    server,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** A token with these scopes, made without going through the use case. */
export async function newToken(
  personId: string,
  scopes: TokenScope[] = ['read', 'write', 'prompt', 'audit', 'admin'],
): Promise<{ id: string; token: string }> {
  const id = newId('tok');
  const token = `ens_${newSecret()}`;
  await db()
    .insert(schema.apiToken)
    .values({ id, personId, name: 'test', tokenHash: hashSecret(token), scopes });
  return { id, token };
}

/** The Cookie header of a browser with this sign-in. */
export async function cookieOf(authSessionId: string): Promise<string> {
  const token = await encode({ token: { sid: authSessionId }, secret: authSecret() });
  return `${sessionCookieName()}=${token}`;
}

export type RestReply = { status: number; body: Record<string, unknown>; headers: Headers };
type Asking = { body?: unknown; headers?: Record<string, string> };

/**
 * Calls the interface as a program does. Each answer is checked against what the interface documents: its status is
 * one of the call's, and its body fits the schema without a member left over.
 */
export function restClient(url: string, token: string | undefined) {
  return async (method: string, path: string, { body, headers = {} }: Asking = {}): Promise<RestReply> => {
    const isRaw = body instanceof Uint8Array;
    const response = await fetch(`${url}/api/v1${path}`, {
      method,
      headers: {
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        ...(body === undefined ? {} : { 'content-type': isRaw ? 'application/octet-stream' : 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: isRaw ? new Uint8Array(body) : JSON.stringify(body) }),
    });
    const text = await response.text();
    const reply = { status: response.status, body: parsed(text), headers: response.headers };
    checkDocumented(method, path, reply);
    return reply;
  };
}

function parsed(text: string): Record<string, unknown> {
  return text === '' ? {} : (JSON.parse(text) as Record<string, unknown>);
}

function checkDocumented(method: string, path: string, { status, body, headers }: RestReply): void {
  const type = headers.get('content-type') ?? '';
  if (type.startsWith('application/problem+json')) {
    for (const member of ['type', 'title', 'status', 'detail', 'requestId'])
      if (!(member in body)) throw new Error(`${method} ${path}: the problem has no ${member}`);
    return;
  }
  const pathname = path.split('?', 1)[0] ?? '';
  const route = restRoutes.find(
    (one) => one.method === method && new RegExp(`^${one.path.replaceAll(/\{\w+\}/g, '[^/]+')}$`).test(pathname),
  );
  if (!route) throw new Error(`${method} ${path} is not documented`);
  const answer = route.answers[status];
  if (!answer) throw new Error(`${method} ${path}: ${status} is not documented`);
  if (!answer.schema) return;
  const told = JSON.stringify(answer.schema.parse(body));
  if (told !== JSON.stringify(body)) throw new Error(`${method} ${path}: more or other members than documented`);
}
