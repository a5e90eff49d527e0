import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import path from 'node:path';
import { like } from 'drizzle-orm';
import pg from 'pg';
import { schema, type Database } from '../../db/client.ts';
import { pick, type Random } from './random.ts';

/** By this name Postgres tells their connections from those of the schedules. */
const webProcessName = 'schedules-web';

export type WebProcess = { child: ChildProcess; port: number; isPaused: boolean };

/**
 * Web processes of one installation behind one address: each new connection goes to any of them that answers. Killed
 * ones are replaced.
 */
export class Cluster {
  readonly #db: Database;
  readonly #databaseUrl: string;
  readonly #front: Server;
  readonly #sockets = new Map<Socket, WebProcess>();
  readonly #next: Random;
  #processes: WebProcess[] = [];
  #starting: Promise<unknown>[] = [];
  /** Processes that ended without being killed. */
  readonly crashes: string[] = [];

  constructor(given: { db: Database; databaseUrl: string; next: Random }) {
    this.#db = given.db;
    this.#databaseUrl = given.databaseUrl;
    this.#next = given.next;
    this.#front = createServer((client) => this.#carry(client));
  }

  async start(count: number): Promise<void> {
    await new Promise<void>((resolve) => this.#front.listen(0, '127.0.0.1', resolve));
    await Promise.all(Array.from({ length: count }, () => this.#add()));
  }

  /** The address for clients. */
  get url(): string {
    // A server that listens on TCP has an address with a port.
    const { port } = this.#front.address() as AddressInfo;
    return `ws://127.0.0.1:${port}/collab`;
  }

  get processes(): readonly WebProcess[] {
    return this.#processes;
  }

  async #add(triesLeft = 5): Promise<void> {
    const url = new URL(this.#databaseUrl);
    url.searchParams.set('application_name', webProcessName);
    const script = path.resolve(import.meta.dirname, '../../server/collab/testing-node.ts');
    const child = spawn(process.execPath, [script], {
      env: { ...process.env, DATABASE_URL: url.toString(), LOG_LEVEL: 'silent' },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [line] = await Promise.race([once(child.stdout, 'data'), once(child, 'exit').then(() => [])]);
    const port = Number(line);
    // Its connections to Postgres may have been cut in its first moments; then, as by a service manager, it is started again.
    if (!port && triesLeft > 0) return this.#add(triesLeft - 1);
    if (!port) throw new Error('a web process did not start');
    const started = { child, port, isPaused: false };
    this.#processes.push(started);
    child.once('exit', (code, signal) => {
      if (this.#processes.includes(started)) this.crashes.push(`a web process ended with ${signal ?? code}`);
    });
  }

  #carry(client: Socket): void {
    const process = pick(
      this.#next,
      this.#processes.filter((one) => !one.isPaused),
    );
    client.on('error', () => client.destroy());
    if (!process) return void client.destroy();
    const server = connect(process.port, '127.0.0.1');
    this.#sockets.set(client, process);
    server.on('error', () => client.destroy());
    server.on('close', () => client.destroy());
    client.on('close', () => {
      this.#sockets.delete(client);
      server.destroy();
    });
    server.pipe(client).pipe(server);
  }

  /** The process that owns a room, while it lives. */
  ownerAt(address: string): WebProcess | undefined {
    return this.#processes.find((one) => address.endsWith(`:${one.port}`));
  }

  /** kill -9. Another takes its place some time later. */
  async kill(process: WebProcess): Promise<void> {
    if (!this.#processes.includes(process) || process.isPaused) return;
    this.#processes = this.#processes.filter((one) => one !== process);
    const ended = once(process.child, 'exit');
    process.child.kill('SIGKILL');
    await ended;
    this.#starting.push(this.#add());
  }

  /** The process stops without a sign, and its connections are as dead as with a pulled cable. */
  pause(process: WebProcess): void {
    process.isPaused = true;
    process.child.kill('SIGSTOP');
    for (const [socket, at] of this.#sockets) if (at === process) socket.destroy();
  }

  resume(process: WebProcess): void {
    process.child.kill('SIGCONT');
    process.isPaused = false;
  }

  /** As if the time of its lease had passed. */
  async expire({ port }: WebProcess): Promise<void> {
    const { webNode } = schema;
    await this.#db
      .update(webNode)
      .set({ expiresAt: new Date(Date.now() - 1_000) })
      .where(like(webNode.address, `%:${port}`));
  }

  /** Cuts every connection of every client. */
  cut(): void {
    for (const socket of this.#sockets.keys()) if (this.#next() < 0.5) socket.destroy();
  }

  /** Postgres ends the connections of every web process. */
  async cutDatabase(): Promise<void> {
    // The application's own role may not do this.
    const admin = new pg.Client({ connectionString: this.#databaseUrl });
    await admin.connect();
    await admin.query('select pg_terminate_backend(pid) from pg_stat_activity where application_name = $1', [
      webProcessName,
    ]);
    await admin.end();
  }

  /** Waits until killed processes have their successors. */
  async whole(): Promise<void> {
    await Promise.all(this.#starting.splice(0));
  }

  async close(): Promise<void> {
    await this.whole();
    this.#front.close();
    for (const socket of this.#sockets.keys()) socket.destroy();
    const living = this.#processes;
    this.#processes = [];
    const ended = living.filter(({ child }) => child.exitCode === null).map(({ child }) => once(child, 'exit'));
    for (const { child } of living) child.kill('SIGKILL');
    await Promise.all(ended);
  }
}
