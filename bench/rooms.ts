import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { startEmbeddedPostgres } from '../server/platform/embedded-postgres.ts';
import { checkSandbox } from '../server/workspace/sandbox.ts';
import { percentile, type Bench, type Result } from './result.ts';
import { measureDisk } from './rooms/disk.ts';
import { measure, type Measured, type Shape } from './rooms/load.ts';
import { measureIdleRooms, measureLongDocument } from './rooms/document.ts';
import { installPeers, startServer, type Place, type ServerName } from './rooms/servers.ts';
import { readTrace, type Trace } from './rooms/trace.ts';

const shapes: Shape[] = [
  { rooms: 1, clientsEach: 50, updatesPerSecond: 50 },
  { rooms: 1, clientsEach: 200, updatesPerSecond: 20 },
  { rooms: 1, clientsEach: 400, updatesPerSecond: 20 },
  { rooms: 50, clientsEach: 4, updatesPerSecond: 200 },
];
const servers = ['ensemble', 'y-websocket', 'hocuspocus'] as const satisfies ServerName[];

type Rounds = Record<ServerName, Measured[]>;

/** Rooms beside the usual servers for Yjs: the same load on each in turn, round after round, every server started afresh. */
export const bench: Bench = async ({ quick, corpus }) => {
  installPeers();
  const dataDir = await mkdtemp(path.join(tmpdir(), 'ens-bench-'));
  const postgres = await startEmbeddedPostgres(dataDir);
  const place = { databaseUrl: postgres.url, dataDir };
  try {
    const results: Result[] = [];
    for (const shape of shapes) results.push(...(await compare(shape, { quick, place })));
    results.push(...(await measureCrowd({ quick, place })));
    results.push(...(await measureLongDocument(place, shortened(readTrace(corpus), quick), quick ? 1 : 5)));
    results.push(...(await measureIdleRooms(place, quick ? 50 : 200)));
    if ((await checkSandbox()).ok) results.push(...(await measureDisk(place, { quick })));
    return results;
  } finally {
    await postgres.stop();
    await rm(dataDir, { recursive: true, force: true });
  }
};

function shortened(trace: Trace, quick: boolean): Trace {
  return quick ? { ...trace, patches: trace.patches.slice(0, 20_000), endContent: undefined } : trace;
}

/** Many documents at once, ours alone: whether anybody is turned away or loses anything. */
async function measureCrowd({ quick, place }: { quick: boolean; place: Place }): Promise<Result[]> {
  const shape = { rooms: quick ? 50 : 500, clientsEach: 3, updatesPerSecond: 200 };
  const seen = await measureOnce('ensemble', shape, {
    times: { warmUpMs: 1_000, measureMs: quick ? 2_000 : 10_000 },
    place,
  });
  const title = `${shape.rooms} × ${shape.clientsEach} at ${shape.updatesPerSecond}/s`;
  return [
    { name: `${title}: writer to receiver`, unit: 'ms', value: seen.delaysMs.p99, ...seen.delaysMs },
    { name: `${title}: connected`, unit: 'in all', value: seen.connected },
    { name: `${title}: connections refused or dropped`, unit: 'in all', value: seen.refused + seen.dropped },
    { name: `${title}: updates lost`, unit: 'in all', value: seen.lost },
  ];
}

async function compare(shape: Shape, { quick, place }: { quick: boolean; place: Place }): Promise<Result[]> {
  const rounds: Rounds = { ensemble: [], 'y-websocket': [], hocuspocus: [] };
  const times = quick ? { warmUpMs: 2_000, measureMs: 3_000 } : { warmUpMs: 3_000, measureMs: 6_000 };
  for (let round = 0; round < (quick ? 1 : 5); round++) {
    for (const name of servers) rounds[name].push(await measureOnce(name, shape, { times, place }));
  }
  return servers.flatMap((name) => figures(name, shape, rounds));
}

type Once = { times: { warmUpMs: number; measureMs: number }; place: Place };

async function measureOnce(name: ServerName, shape: Shape, { times, place }: Once): Promise<Measured> {
  const server = await startServer(name, place);
  try {
    return await measure(server, shape, times);
  } finally {
    await server.stop();
  }
}

const median = (samples: readonly number[]) => percentile(samples, 0.5);

function figures(name: ServerName, { rooms, clientsEach, updatesPerSecond }: Shape, all: Rounds): Result[] {
  const rounds = all[name];
  const title = `${rooms} × ${clientsEach} at ${updatesPerSecond}/s, ${name}`;
  const of = (from: readonly Measured[], read: (one: Measured) => number) => median(from.map(read));
  const against = (value: number, read: (one: Measured) => number) => {
    if (name !== 'ensemble') return {};
    const peerValue = of(all['y-websocket'], read);
    return { peer: 'y-websocket 2.1.0', peerValue, ratio: value / peerValue };
  };
  const figure = (what: string, unit: string, read: (one: Measured) => number) => {
    const value = of(rounds, read);
    return { name: `${title}: ${what}`, unit, value, ...against(value, read) };
  };
  const total = (what: string, read: (one: Measured) => number) => ({
    name: `${title}: ${what}`,
    unit: 'in all',
    value: rounds.reduce((sum, one) => sum + read(one), 0),
  });
  return [
    {
      ...figure('writer to receiver', 'ms', (one) => one.delaysMs.p99),
      p50: of(rounds, (one) => one.delaysMs.p50),
      p95: of(rounds, (one) => one.delaysMs.p95),
      p99: of(rounds, (one) => one.delaysMs.p99),
    },
    figure('CPU for a delivery', 'µs', (one) => one.cpuMicrosPerDelivery),
    figure('memory of a client', 'KB', (one) => one.rssBytesPerClient / 1024),
    total('updates lost', (one) => one.lost),
    total('connections refused or dropped', (one) => one.refused + one.dropped),
  ];
}
