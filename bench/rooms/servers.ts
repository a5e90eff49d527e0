import { execFileSync, fork, type ChildProcess } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { connect } from 'node:net';
import path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { freePort } from '../free-port.ts';
import type { Dialect } from './dialect.ts';
import type { Told } from './ours.ts';
import type { Seat } from './participants.ts';
import type { Usage } from './usage.ts';

export type ServerName = 'ensemble' | 'y-websocket' | 'hocuspocus';

/** A measured server in a process of its own. */
export type MeasuredServer = {
  dialect: Dialect;
  makeRooms(rooms: number, seatsEach: number): Promise<Seat[][]>;
  usage(after?: 'gc'): Promise<Usage>;
  stop(): Promise<void>;
};

export type OurServer = MeasuredServer & {
  /** Loads rooms one after the other. @returns how long each took, in milliseconds */
  open(rooms: string[]): Promise<number[]>;
  /** Stores and folds everything, as at the product's stop. */
  close(): Promise<void>;
};

/** Where ours keeps what it stores. */
export type Place = { databaseUrl: string; dataDir: string };

const peers = path.resolve(import.meta.dirname, '../peers/rooms');
const programs: Record<ServerName, string> = {
  ensemble: path.join(import.meta.dirname, 'ours.ts'),
  'y-websocket': path.join(peers, 'node_modules/y-websocket/bin/server.cjs'),
  hocuspocus: path.join(peers, 'hocuspocus.mjs'),
};

/** Installs the rivals into their own folder, when they are not there. */
export function installPeers(): void {
  if (existsSync(programs['y-websocket']) && existsSync(path.join(peers, 'node_modules/@hocuspocus/server'))) return;
  console.log('Installing y-websocket and Hocuspocus beside the benchmark.');
  execFileSync('npm', ['install', '--no-audit', '--no-fund', '--ignore-scripts'], { cwd: peers, stdio: 'ignore' });
}

export async function startServer(name: ServerName, place: Place): Promise<MeasuredServer> {
  if (name === 'ensemble') return startOurs(place);
  const { child, port } = await startProcess(name, place);
  await listening(port, child);
  return {
    ...measured(child),
    dialect: name === 'hocuspocus' ? 'hocuspocus' : 'plain',
    makeRooms: (rooms, seatsEach) => Promise.resolve(seatsOf(port, rooms, seatsEach)),
  };
}

export async function startOurs(place: Place): Promise<OurServer> {
  const { child } = await startProcess('ensemble', place);
  await answer(child, 'listening');
  const tell = async (told: Told, key: string) => {
    child.send(told);
    return answer(child, key);
  };
  return {
    ...measured(child),
    dialect: 'plain',
    makeRooms: async (rooms, seatsEach) => (await tell({ make: { rooms, seatsEach } }, 'seats')) as Seat[][],
    open: async (rooms) => (await tell({ open: rooms }, 'openedMs')) as number[],
    close: async () => void (await tell({ close: true }, 'closed')),
  };
}

async function startProcess(name: ServerName, place: Place): Promise<{ child: ChildProcess; port: number }> {
  const port = await freePort();
  const child = fork(programs[name], {
    execArgv: ['--expose-gc', '--import', path.join(import.meta.dirname, 'usage.ts')],
    env: {
      ...process.env,
      NODE_ENV: 'production',
      LOG_LEVEL: 'silent',
      HOST: '127.0.0.1',
      PORT: String(port),
      DATABASE_URL: place.databaseUrl,
      ENSEMBLE_DATA: place.dataDir,
    },
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  return { child, port };
}

function measured(child: ChildProcess): Pick<MeasuredServer, 'usage' | 'stop'> {
  return {
    async usage(after) {
      child.send(after === 'gc' ? 'settled usage' : 'usage');
      return (await answer(child, 'usage')) as Usage;
    },
    async stop() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill('SIGKILL');
      await once(child, 'close');
    },
  };
}

function seatsOf(port: number, rooms: number, seatsEach: number): Seat[][] {
  return Array.from({ length: rooms }, (_room, at) => {
    const room = `room-${at}`;
    return Array.from({ length: seatsEach }, (_seat, place) => ({
      url: `ws://127.0.0.1:${port}/${room}`,
      room,
      clientId: randomInt(1_000, 2 ** 32 - 1),
      laysOut: place === 0,
    }));
  });
}

/** The next message of a process that has `key`. */
function answer(child: ChildProcess, key: string): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const onMessage = (message: unknown) => {
      if (typeof message !== 'object' || message === null || !(key in message)) return;
      done();
      resolve(Object.entries(message).find(([name]) => name === key)?.[1]);
    };
    const onExit = (code: number | null) => {
      done();
      reject(new Error(`a measured server ended with code ${code}`));
    };
    const done = () => child.off('message', onMessage).off('exit', onExit);
    child.on('message', onMessage).on('exit', onExit);
  });
}

async function listening(port: number, child: ChildProcess): Promise<void> {
  for (let tries = 0; tries < 1_000 && child.exitCode === null; tries++) {
    const socket = connect(port, '127.0.0.1');
    const isUp = await once(socket, 'connect').then(
      () => true,
      () => false,
    );
    socket.destroy();
    if (isUp) return;
    await wait(10);
  }
  throw new Error(`nothing listens on ${port}`);
}
