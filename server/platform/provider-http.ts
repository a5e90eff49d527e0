import http from 'node:http';
import https from 'node:https';
import { isIP, type LookupFunction } from 'node:net';
import { callbackify } from 'node:util';
import { forbiddenAddress, resolveHost, type ResolveHost } from './ip-address.ts';
import { singleton } from './singleton.ts';

/**
 * Calls to providers of models: the gateway's and the test's. Each new connection looks its host up once, refuses what
 * must never be connected to, and connects to the very address that was checked (docs/spec/gateway.md, GW72 and GW73).
 * Redirects are not followed. Connections are kept and used again.
 */

export type ProviderRequest = {
  method: 'GET' | 'POST' | 'DELETE';
  url: string;
  headers: Readonly<Record<string, string>>;
  body?: string | Uint8Array;
  timeouts: { connectMs: number; firstByteMs: number; idleMs: number };
  /** Ends the call: nothing more is read and the connection is closed. */
  signal?: AbortSignal | undefined;
  /** A unix socket to connect to instead of the url's host. */
  socketPath?: string | undefined;
};

/** `body` fails with an error when the provider breaks off, and with a ProviderFault when it falls silent. */
export type ProviderAnswer = { status: number; headers: http.IncomingHttpHeaders; body: http.IncomingMessage };

/** `address`: refused, never connected to. `connect`: not reached, nothing was sent. `lost`: ended before it answered. */
export type ProviderFaultKind = 'address' | 'connect' | 'lost' | 'timeout' | 'redirect' | 'aborted';

/** A provider was not reached, or did not answer as a provider does. The message is for people, without a secret. */
export class ProviderFault extends Error {
  override name = 'ProviderFault';
  readonly kind: ProviderFaultKind;

  constructor(kind: ProviderFaultKind, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.kind = kind;
  }
}

export type ProviderClient = (request: ProviderRequest) => Promise<ProviderAnswer>;

type Agents = { http: http.Agent; https: https.Agent };

function createAgents(resolve: ResolveHost): Agents {
  const options = { keepAlive: true, maxFreeSockets: 64, scheduling: 'lifo' as const, lookup: checkedLookup(resolve) };
  return { http: new http.Agent(options), https: new https.Agent(options) };
}

type Checked = { address: string; family: number };

/** A look-up for sockets that hands out checked addresses only: all of a name's, or none. */
function checkedLookup(resolve: ResolveHost): LookupFunction {
  const check = callbackify((hostname: string) => checkedAddresses(hostname, resolve));
  return (hostname, options, done) =>
    check(hostname, (error, found) => {
      const addresses = error ? [] : found;
      const [first = { address: '', family: 0 }] = addresses;
      if (options.all) done(error, addresses);
      else done(error, first.address, first.family);
    });
}

async function checkedAddresses(hostname: string, resolve: ResolveHost): Promise<Checked[]> {
  const addresses = await resolve(hostname).catch((error: unknown) => {
    throw new ProviderFault('connect', `The host ${hostname} is unknown. Check the address.`, error);
  });
  const reason = addresses.map(forbiddenAddress).find((found) => found !== undefined);
  if (reason !== undefined) throw addressFault(hostname, reason);
  if (addresses.length === 0) throw addressFault(hostname, 'no address');
  return addresses.map((address) => ({ address, family: isIP(address) }));
}

const addressFault = (host: string, reason: string) =>
  new ProviderFault('address', `${host} leads to ${reason}, which is never connected to. Use another address.`);

/** A way to call providers that looks names up with `resolve`; keeps connections of its own. */
export function createProviderClient(resolve: ResolveHost = resolveHost): ProviderClient {
  const agents = createAgents(resolve);
  return (request) =>
    sendOnce(request, agents).catch((error: unknown) => {
      // A kept connection that the provider had closed just then: nothing of the request was answered.
      if (error instanceof ProviderFault && error.cause === staleConnection) return sendOnce(request, agents);
      throw error;
    });
}

/** Calls a provider over the process's kept connections. @throws ProviderFault */
export function callProvider(request: ProviderRequest): Promise<ProviderAnswer> {
  return singleton<ProviderClient>('provider-client', () => createProviderClient())(request);
}

const staleConnection = Symbol('stale connection');

function sendOnce(request: ProviderRequest, agents: Agents): Promise<ProviderAnswer> {
  const url = new URL(request.url);
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const reason = request.socketPath === undefined && isIP(host) !== 0 ? forbiddenAddress(host) : undefined;
  if (reason !== undefined) return Promise.reject(addressFault(host, reason));
  const isTls = url.protocol === 'https:' && request.socketPath === undefined;
  const options: http.RequestOptions = {
    method: request.method,
    headers: withLength(request),
    agent: isTls ? agents.https : agents.http,
    ...(request.socketPath === undefined ? {} : { socketPath: request.socketPath }),
    ...(request.signal === undefined ? {} : { signal: request.signal }),
  };
  return new Promise((resolve, reject) => {
    const sent = isTls ? https.request(url, options) : http.request(url, options);
    const clock = watchClock(sent, request.timeouts);
    sent.once('response', (body) => {
      clock.answered(body);
      const status = body.statusCode ?? 0;
      if (status >= 300 && status < 400) {
        body.destroy();
        reject(
          new ProviderFault(
            'redirect',
            `${host} answered with a redirect (${status}), which is not followed. Enter the address it leads to.`,
          ),
        );
      } else resolve({ status, headers: body.headers, body });
    });
    sent.once('error', (error) => {
      clock.stop();
      const isAborted = request.signal?.aborted === true;
      const isSocket = request.socketPath !== undefined;
      const isConnected = clock.isConnected();
      reject(faultOf(error, { host, isSocket, isConnected, isStale: sent.reusedSocket, isAborted }));
    });
    sent.end(request.body);
  });
}

function withLength({ headers, body }: ProviderRequest): Record<string, string> {
  const length = body === undefined ? 0 : Buffer.byteLength(body);
  return { ...headers, ...(body === undefined ? {} : { 'content-length': String(length) }) };
}

/** Ends the request when it is not connected, answered, or going on in time. */
function watchClock(sent: http.ClientRequest, timeouts: ProviderRequest['timeouts']) {
  const inTime = (ms: number, what: string) =>
    setTimeout(() => sent.destroy(new ProviderFault('timeout', `The provider ${what} within ${inWords(ms)}.`)), ms);
  let timer = inTime(timeouts.connectMs, 'could not be connected to');
  const restart = (ms: number, what: string) => {
    clearTimeout(timer);
    timer = inTime(ms, what);
  };
  let isConnected = false;
  const connected = () => {
    isConnected = true;
    restart(timeouts.firstByteMs, 'did not begin to answer');
  };
  sent.once('socket', (socket) => {
    if (sent.reusedSocket || !socket.connecting) connected();
    else socket.once('encrypted' in socket ? 'secureConnect' : 'connect', connected);
  });
  return {
    stop: () => clearTimeout(timer),
    isConnected: () => isConnected,
    answered(body: http.IncomingMessage) {
      clearTimeout(timer);
      const { socket } = body;
      const silent = () =>
        body.destroy(
          new ProviderFault('timeout', `The provider fell silent for ${inWords(timeouts.idleMs)} in mid-answer.`),
        );
      socket.setTimeout(timeouts.idleMs).once('timeout', silent);
      body.once('close', () => socket.setTimeout(0).off('timeout', silent));
    },
  };
}

const inWords = (ms: number) => (ms < 1000 ? `${ms} ms` : `${Math.round(ms / 1000)} s`);

type Ended = { host: string; isSocket: boolean; isConnected: boolean; isStale: boolean; isAborted: boolean };

/** Where the socket lies is nobody's business. */
const notLoaded =
  'The model on this machine is not loaded. It may be loading still; if it stays so, the server’s log has the cause.';

function faultOf(error: Error, at: Ended): ProviderFault {
  if (error instanceof ProviderFault) return error;
  if (at.isAborted) return new ProviderFault('aborted', 'The call was cancelled.', error);
  const code = 'code' in error ? String(error.code) : '';
  const isStale = at.isStale && (code === 'ECONNRESET' || code === 'EPIPE');
  const words = error.message || code;
  if (!at.isConnected)
    return new ProviderFault('connect', at.isSocket ? notLoaded : `${at.host} was not reached: ${words}.`, error);
  const message = `${at.host} ended the connection before it answered: ${words}.`;
  return new ProviderFault('lost', message, isStale ? staleConnection : error);
}
