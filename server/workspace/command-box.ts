import { existsSync, realpathSync } from 'node:fs';
import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { env, searchPath } from '../platform/env.ts';
import { startPackageProxy, type PackageProxy } from './package-proxy.ts';
import { packageCachePath } from './project-files.ts';
import type { Mount, SandboxOptions } from './sandbox-arguments.ts';
import { nodeMount } from './sandbox.ts';
import { boxFor, type Worktree } from './worktree.ts';

/** What a person's command finds in its box: the session's files, Node, npm, Ensemble's own linters, a package cache. */

export type CommandBox = { options: SandboxOptions; argv: string[]; stop(): Promise<void> };

/** Where package managers keep what they downloaded, per project; no setting of the repository's is needed. */
const cacheEnvironment: Readonly<Record<string, string>> = {
  npm_config_cache: '/cache/npm',
  // pnpm keeps its store below.
  XDG_DATA_HOME: '/cache/data',
  npm_config_update_notifier: 'false',
  npm_config_fund: 'false',
  npm_config_audit: 'false',
  YARN_CACHE_FOLDER: '/cache/yarn',
  BUN_INSTALL_CACHE_DIR: '/cache/bun',
  PIP_CACHE_DIR: '/cache/pip',
  UV_CACHE_DIR: '/cache/uv',
  CARGO_HOME: '/cache/cargo',
  GOPATH: '/cache/go',
  GOCACHE: '/cache/go-build',
  COREPACK_HOME: '/cache/corepack',
};

const hostCertificates = '/etc/ssl/certs/ca-certificates.crt';
const proxyAddress = 'http://127.0.0.1:3128';
const proxyEnvironment: Readonly<Record<string, string>> = {
  HTTPS_PROXY: proxyAddress,
  https_proxy: proxyAddress,
  HTTP_PROXY: proxyAddress,
  http_proxy: proxyAddress,
  // What the host trusts is trusted here too: some networks look into TLS with a certificate of their own.
  NODE_EXTRA_CA_CERTS: hostCertificates,
  npm_config_proxy: proxyAddress,
  npm_config_https_proxy: proxyAddress,
  NODE_USE_ENV_PROXY: '1',
  SSL_CERT_FILE: hostCertificates,
  CARGO_HTTP_CAINFO: hostCertificates,
};

/** Passes connections on to the proxy's socket, then runs the command as its own words. */
const throughProxy =
  'socat TCP-LISTEN:3128,bind=127.0.0.1,fork,reuseaddr UNIX-CONNECT:/run/packages.sock & ' +
  'while ! (: </dev/tcp/127.0.0.1/3128) 2>/dev/null; do sleep 0.02; done; exec bash -lc "$1"';

/**
 * Gets a box ready for one command.
 * @param command.allowDownloads opens the way to the package hosts for as long as the command runs
 */
export async function openCommandBox(
  worktree: Worktree,
  command: { text: string; taskId: string; projectId: string; allowDownloads: boolean },
): Promise<CommandBox> {
  const cache = packageCachePath(command.projectId);
  await mkdir(cache, { recursive: true, mode: 0o700 });
  const tools = await toolMounts();
  const proxy = command.allowDownloads ? await openProxy(command.taskId) : undefined;
  const base = boxFor(worktree);
  const options: SandboxOptions = {
    ...base,
    readOnly: [...(base.readOnly ?? []), nodeMount(), ...tools],
    readWrite: [...(base.readWrite ?? []), [cache, '/cache']],
    ...(proxy && { sockets: [[proxy.socketPath, '/run/packages.sock']] }),
    env: {
      PATH: '/opt/node/bin:/usr/local/bin:/usr/bin:/bin:/opt/ensemble/bin',
      CI: '1',
      NO_COLOR: '1',
      ...cacheEnvironment,
      ...(proxy && proxyEnvironment),
    },
  };
  const argv = proxy ? ['bash', '-c', throughProxy, 'bash', command.text] : ['bash', '-lc', command.text];
  return { options, argv, stop: async () => proxy?.stop() };
}

function openProxy(taskId: string): Promise<PackageProxy> {
  return startPackageProxy(path.join(env().dataDir, 'sockets', `${taskId.slice(-12)}.sock`));
}

/** Packages of Ensemble's own that stand in where a repository names a tool and does not bring it. */
const ownTools = ['oxlint', 'oxfmt'] as const;
const modules = path.join(import.meta.dirname, '..', '..', 'node_modules');

/** Node's npm wherever it is installed, and Ensemble's own tools, under /opt/ensemble; the last place that is looked in. */
async function toolMounts(): Promise<Mount[]> {
  const bin = path.join(env().dataDir, 'tools', 'bin');
  await mkdir(bin, { recursive: true, mode: 0o755 });
  const mounts: Mount[] = [[bin, '/opt/ensemble/bin']];
  for (const tool of ownTools) {
    if (!existsSync(path.join(modules, tool))) continue;
    mounts.push([path.join(modules, tool), `/opt/ensemble/node_modules/${tool}`]);
    const bindings = path.join(modules, `@${tool}`);
    if (existsSync(bindings)) mounts.push([bindings, `/opt/ensemble/node_modules/@${tool}`]);
    await writeLauncher(path.join(bin, tool), `/opt/ensemble/node_modules/${tool}/bin/${tool}`);
  }
  const npm = findNpm();
  if (npm !== undefined) {
    mounts.push([npm, '/opt/ensemble/npm']);
    await writeLauncher(path.join(bin, 'npm'), '/opt/ensemble/npm/bin/npm-cli.js');
    await writeLauncher(path.join(bin, 'npx'), '/opt/ensemble/npm/bin/npx-cli.js');
  }
  return mounts;
}

/** The folder of the npm package beside the machine's node, when it is not below /usr, which every box has. */
function findNpm(): string | undefined {
  for (const folder of searchPath().split(':')) {
    const file = path.join(folder, 'npm');
    if (!path.isAbsolute(folder) || !existsSync(file)) continue;
    const real = realpathSync(file);
    if (real.startsWith('/usr/')) return undefined;
    if (real.endsWith('/npm/bin/npm-cli.js')) return path.dirname(path.dirname(real));
  }
  return undefined;
}

async function writeLauncher(file: string, script: string): Promise<void> {
  const text = `#!/bin/sh\nexec /opt/node/bin/node ${script} "$@"\n`;
  if ((await readFile(file, 'utf8').catch(() => undefined)) === text) return;
  await writeFile(file, text, { mode: 0o755 });
  await chmod(file, 0o755);
}
