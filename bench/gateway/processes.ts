import { execFileSync, fork, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { gatewayEnv, gatewayFlags } from '../../scripts/bootstrap/server-flags.mjs';
import { freePort } from '../free-port.ts';
import type { Load, Loaded } from './load.ts';

/** The processes of the benchmark: the model server, the gateways before it, and the callers. */

const here = import.meta.dirname;
const peers = path.resolve(here, '../peers/gateway');
const portkey = path.join(peers, 'node_modules/@portkey-ai/gateway/build/start-server.js');

export const peerName = '@portkey-ai/gateway 1.15.2';

/** Where calls go, and what a call there says beside its body. */
export type Door = {
  url: string;
  headers: Record<string, string>;
  rssBytes(): number;
  /** Processor time used so far, of the process itself. */
  cpuMs(): number;
  stop(): Promise<void>;
};

const json = { 'content-type': 'application/json' };
const callPath = '/v1/chat/completions';

/** Installs the peer into its own folder, when it is not there. */
export function installPeer(): void {
  if (existsSync(portkey)) return;
  console.log('Installing the gateway to compare with beside the benchmark.');
  execFileSync('npm', ['install', '--no-audit', '--no-fund', '--ignore-scripts'], { cwd: peers, stdio: 'ignore' });
}

export type Upstream = Door & { base: string };

/** The model server alone: what a call costs without anything before it. With `paceMs` the events of a stream come one by one. */
export async function startUpstream(answer: string, paceMs?: number): Promise<Upstream> {
  const program = path.resolve(here, '../../e2e/fakes/model-server-program.ts');
  const child = spawn(
    process.execPath,
    [program, '--fixed', answer, ...(paceMs === undefined ? [] : ['--pace', String(paceMs)])],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  const [line] = await once(child.stdout, 'data');
  const base = String(line).trim();
  return {
    base,
    url: `${base}${callPath}`,
    headers: { ...json, authorization: 'Bearer sk-of-the-benchmark' },
    ...of(child),
  };
}

type Place = { databaseUrl: string; dataDir: string; upstream: Upstream; paced: Upstream };

/** The product's process for the role `gateway`, run as `npm start` runs it: with identity, policies, inspection, budgets and the record. */
export async function startOurs(place: Place): Promise<Door> {
  const port = await freePort();
  const env: NodeJS.ProcessEnv = {
    ...process.env,
    ...gatewayEnv,
    NODE_ENV: 'production',
    LOG_LEVEL: 'error',
    PORT: String(port),
    ENSEMBLE_ROLE: 'gateway',
    DATABASE_URL: place.databaseUrl,
    ENSEMBLE_DATA: place.dataDir,
  };
  const token = await seeded(env, place);
  const child = spawn(process.execPath, [...gatewayFlags, path.resolve(here, '../../server/gateway.ts')], {
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await Promise.race([
    once(child.stdout, 'data'),
    once(child, 'exit').then(() => Promise.reject(new Error('our gateway ended before it listened'))),
  ]);
  return {
    url: `http://127.0.0.1:${port}/gateway/openai${callPath}`,
    headers: { ...json, authorization: `Bearer ${token}` },
    ...of(child),
  };
}

async function seeded(env: NodeJS.ProcessEnv, { upstream, paced }: Place): Promise<string> {
  const child = fork(path.join(here, 'seed.ts'), {
    env: { ...env, UPSTREAM: upstream.base, UPSTREAM_PACED: paced.base },
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const [told] = await Promise.race([once(child, 'message'), once(child, 'exit').then(() => [undefined])]);
  if (!told) throw new Error('what the gateway is measured with could not be written');
  return told.token;
}

/** With nothing on: no cache, no plugins, no logs. */
export async function startPeer(upstream: string): Promise<Door> {
  const port = await freePort();
  const child = spawn(process.execPath, [portkey, `--port=${port}`, '--headless'], {
    stdio: 'ignore',
    env: { ...process.env, NODE_ENV: 'production' },
  });
  const url = `http://127.0.0.1:${port}`;
  while (!(await isUp(url))) {
    if (child.exitCode !== null) throw new Error('the gateway to compare with ended before it listened');
    await wait(50);
  }
  return {
    url: `${url}${callPath}`,
    headers: {
      ...json,
      authorization: 'Bearer sk-of-the-benchmark',
      'x-portkey-provider': 'openai',
      'x-portkey-custom-host': `${upstream}/v1`,
    },
    ...of(child),
  };
}

const isUp = (url: string) =>
  fetch(url).then(
    () => true,
    () => false,
  );

function of(child: ChildProcess): Pick<Door, 'rssBytes' | 'cpuMs' | 'stop'> {
  return {
    cpuMs: () => cpuOf(child.pid ?? 0),
    rssBytes: () => rssOf(child.pid ?? 0),
    async stop() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const ended = once(child, 'exit');
      child.kill('SIGTERM');
      const hard = setTimeout(() => child.kill('SIGKILL'), 5_000);
      await ended;
      clearTimeout(hard);
    },
  };
}

/** Linux tells of any process what `ps` would. */
function rssOf(pid: number): number {
  const kilobytes = execFileSync('ps', ['-o', 'rss=', '-p', String(pid)], { encoding: 'utf8' });
  return Number(kilobytes) * 1024;
}

/** User and system time of a process in ticks of 10 ms (proc_pid_stat(5), fields 14 and 15). */
function cpuOf(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ') ?? [];
  return (Number(fields[11]) + Number(fields[12])) * 10;
}

export type Callers = { call(load: Load): Promise<Loaded>; stop(): Promise<void> };

export function startCallers(): Callers {
  const child = fork(path.join(here, 'load.ts'), { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  return {
    async call(load) {
      child.send(load);
      const [told] = await once(child, 'message');
      return told.loaded;
    },
    stop: of(child).stop,
  };
}
