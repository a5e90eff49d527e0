import { mkdir, rm } from 'node:fs/promises';
import http from 'node:http';
import net from 'node:net';
import path from 'node:path';
import type { Duplex } from 'node:stream';
import { addressKind, resolveHost, type ResolveHost } from '../platform/ip-address.ts';

/**
 * The way out for package managers: an HTTP proxy on a unix socket that opens tunnels to known package hosts and to nothing
 * else. It looks the host up itself and never connects to an address that is not public (docs/spec/projects.md, PR34).
 */

/** The hosts that packages are downloaded from. */
export const packageHosts: ReadonlySet<string> = new Set([
  'registry.npmjs.org',
  'registry.yarnpkg.com',
  'repo.yarnpkg.com',
  'npm.jsr.io',
  'jsr.io',
  'nodejs.org',
  'pypi.org',
  'files.pythonhosted.org',
  'crates.io',
  'index.crates.io',
  'static.crates.io',
  'proxy.golang.org',
  'sum.golang.org',
  'rubygems.org',
  'index.rubygems.org',
  'repo.maven.apache.org',
  'repo1.maven.org',
  'plugins.gradle.org',
  'repo.packagist.org',
  'api.nuget.org',
]);

export type PackageProxy = { socketPath: string; stop(): Promise<void> };

const maxTunnels = 64;
const connectTimeoutMs = 20_000;

/** Starts a proxy for one command. @param options.onRefused hears of hosts that were asked for and are not allowed */
export async function startPackageProxy(
  socketPath: string,
  options: { hosts?: ReadonlySet<string>; resolve?: ResolveHost; onRefused?: (host: string) => void } = {},
): Promise<PackageProxy> {
  const { hosts = packageHosts, resolve = resolveHost, onRefused } = options;
  const tunnels = new Set<Duplex>();
  const server = http.createServer((_request, response) => {
    response.writeHead(403, { 'content-type': 'text/plain' }).end('Only tunnels to package hosts are opened here.\n');
  });
  server.on('connect', (request: http.IncomingMessage, client: Duplex) => {
    client.on('error', () => client.destroy());
    const target = parseTarget(request.url ?? '');
    if (!target || !hosts.has(target.host) || target.port !== 443) {
      onRefused?.(target?.host ?? 'unknown');
      refuse(client, '403 Forbidden');
    } else if (tunnels.size >= maxTunnels) refuse(client, '503 Service Unavailable');
    else void openTunnel(client, { host: target.host, resolve, tunnels });
  });
  await mkdir(path.dirname(socketPath), { recursive: true, mode: 0o700 });
  await rm(socketPath, { force: true });
  await new Promise<void>((resolveStart, reject) => server.once('error', reject).listen(socketPath, resolveStart));
  return {
    socketPath,
    async stop() {
      for (const tunnel of tunnels) tunnel.destroy();
      await new Promise<void>((resolveStop) => {
        server.close(() => resolveStop());
        server.closeAllConnections();
      });
      await rm(socketPath, { force: true });
    },
  };
}

function parseTarget(text: string): { host: string; port: number } | undefined {
  const found = /^([a-z0-9.-]+):(\d{1,5})$/i.exec(text);
  return found?.[1] ? { host: found[1].toLowerCase().replace(/\.$/, ''), port: Number(found[2]) } : undefined;
}

function refuse(client: Duplex, status: string): void {
  client.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
}

async function openTunnel(
  client: Duplex,
  to: { host: string; resolve: ResolveHost; tunnels: Set<Duplex> },
): Promise<void> {
  const addresses = await to.resolve(to.host).catch(() => []);
  const address = addresses.find((candidate) => addressKind(candidate) === 'public');
  // One private answer among public ones is no accident of a package host.
  if (address === undefined || addresses.some((candidate) => addressKind(candidate) !== 'public'))
    return refuse(client, '502 Bad Gateway');
  if (client.destroyed) return;
  const upstream = net.connect({ host: address, port: 443, timeout: connectTimeoutMs });
  to.tunnels.add(client).add(upstream);
  const end = () => {
    client.destroy();
    upstream.destroy();
    to.tunnels.delete(client);
    to.tunnels.delete(upstream);
  };
  upstream.once('timeout', end).once('error', end).once('close', end);
  client.once('close', end);
  upstream.once('connect', () => {
    upstream.setTimeout(0);
    client.write('HTTP/1.1 200 Connection Established\r\n\r\n');
    upstream.pipe(client);
    client.pipe(upstream);
  });
}
