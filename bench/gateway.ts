import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { startEmbeddedPostgres } from '../server/platform/embedded-postgres.ts';
import type { Loaded } from './gateway/load.ts';
import {
  installPeer,
  peerName,
  startCallers,
  startOurs,
  startPeer,
  startUpstream,
  type Callers,
  type Door,
} from './gateway/processes.ts';
import { percentile, type Bench, type Result } from './result.ts';

/**
 * Our gateway with everything on beside a plain one with nothing on, before the same model server: what each adds to a call that goes
 * there directly. The three take turns, round after round.
 */
const names = ['direct', 'ensemble', 'peer'] as const;
type Name = (typeof names)[number];
type Doors = Record<Name | 'paced', Door>;
type Shape = { concurrency: number; requests: number; stream: boolean };

const shapes: Shape[] = [
  { concurrency: 1, requests: 400, stream: false },
  { concurrency: 16, requests: 1_600, stream: false },
  { concurrency: 64, requests: 3_200, stream: false },
  { concurrency: 1, requests: 300, stream: true },
  { concurrency: 16, requests: 640, stream: true },
];

const answer = 'The function adds its two arguments and returns the sum. '.repeat(20);

/** About 6 KB: a system text, some turns, a tool, a file: what a small question in an editor looks like. */
function bodyOf(stream: boolean): string {
  const code = Array.from({ length: 60 }, (_line, at) => `export const value${at} = compute(${at}, options);`).join(
    '\n',
  );
  return JSON.stringify({
    model: stream ? 'scripted-paced' : 'scripted-large',
    messages: [
      { role: 'system', content: 'You help people to write code. Answer briefly and in plain words. '.repeat(10) },
      { role: 'user', content: 'What does this file do?' },
      { role: 'assistant', content: 'It computes values with options.' },
      { role: 'user', content: `Explain the first function of\n\n${code}` },
    ],
    tools: [
      {
        type: 'function',
        function: {
          name: 'read_file',
          description: 'Reads a file',
          parameters: { type: 'object', properties: { path: { type: 'string' } }, required: ['path'] },
        },
      },
    ],
    max_tokens: 1_000,
    ...(stream ? { stream: true, stream_options: { include_usage: true } } : {}),
  });
}

export const bench: Bench = async ({ quick }) => {
  installPeer();
  const dataDir = await mkdtemp(path.join(tmpdir(), 'ens-bench-'));
  const postgres = await startEmbeddedPostgres(dataDir);
  const started: { stop(): Promise<void> }[] = [];
  const begun = async <Started extends { stop(): Promise<void> }>(starting: Started | Promise<Started>) => {
    const one = await starting;
    started.unshift(one);
    return one;
  };
  try {
    const direct = await begun(startUpstream(answer));
    const paced = await begun(startUpstream(answer.slice(0, 160), 1));
    const ensemble = await begun(startOurs({ databaseUrl: postgres.url, dataDir, upstream: direct, paced }));
    const peer = await begun(startPeer(direct.base));
    const doors: Doors = { direct, ensemble, peer, paced };
    const callers = await begun(startCallers());
    for (const name of names)
      await callAt(callers, doors[name], { concurrency: 16, requests: quick ? 200 : 2_000, stream: false });
    const results: Result[] = [];
    for (const shape of shapes) results.push(...(await compare(callers, doors, sized(shape, quick))));
    results.push(...(await measureMemory(callers, doors, quick ? 2_000 : 50_000)));
    return results;
  } finally {
    for (const one of started) await one.stop();
    await postgres.stop();
    await rm(dataDir, { recursive: true, force: true });
  }
};

type Sized = Shape & { rounds: number };
const sized = (shape: Shape, quick: boolean): Sized => ({
  ...shape,
  requests: quick ? Math.ceil(shape.requests / 4) : shape.requests,
  rounds: quick ? 2 : 7,
});

async function callAt(
  callers: Callers,
  { url, headers }: Door,
  { concurrency, requests, stream }: Shape,
): Promise<Loaded> {
  const loaded = await callers.call({ url, headers, body: bodyOf(stream), concurrency, requests });
  if (loaded.failures > 0)
    throw new Error(`${loaded.failures} calls to ${url} failed, the first with ${loaded.failure}`);
  return loaded;
}

async function compare(callers: Callers, doors: Doors, shape: Sized): Promise<Result[]> {
  const rounds: Record<Name, Loaded[]> = { direct: [], ensemble: [], peer: [] };
  const before = { ensemble: doors.ensemble.cpuMs(), peer: doors.peer.cpuMs() };
  // The peer of this version answers streams with an error on this version of Node.
  const measured = shape.stream ? (['direct', 'ensemble'] as const) : names;
  for (let round = 0; round < shape.rounds; round++)
    for (const name of measured)
      rounds[name].push(await callAt(callers, doors[shape.stream && name === 'direct' ? 'paced' : name], shape));
  const title = `${shape.stream ? 'streams' : 'calls'}, ${shape.concurrency} at once`;
  const read = (loaded: Loaded) => (shape.stream ? loaded.firstByteMs : loaded.wholeMs);
  const added = (name: Name, share: number) =>
    median(
      rounds[name].map(
        (loaded, at) => percentile(read(loaded), share) - percentile(read(rounds.direct[at] ?? loaded), share),
      ),
    );
  const quantiles = [
    ['p50', 0.5],
    ['p99', 0.99],
  ] as const;
  if (shape.stream)
    return quantiles.map(([label, share]) => ({
      name: `${title}: added to the first byte, ${label}`,
      unit: 'ms',
      value: added('ensemble', share),
    }));
  const latency = quantiles.map(([label, share]) =>
    beside(`${title}: added, ${label}`, 'ms', { ours: added('ensemble', share), peers: added('peer', share) }),
  );
  const cpu = (name: 'ensemble' | 'peer') => (doors[name].cpuMs() - before[name]) / (shape.rounds * shape.requests);
  const rate = (name: Name) => median(rounds[name].map(({ elapsedMs }) => (shape.requests / elapsedMs) * 1_000));
  return [
    ...latency,
    beside(`${title}: processor time of a call`, 'ms', { ours: cpu('ensemble'), peers: cpu('peer') }),
    beside(`${title}: answered`, 'per second', { ours: rate('ensemble'), peers: rate('peer') }),
    { name: `${title}: answered without a gateway`, unit: 'per second', value: rate('direct') },
  ];
}

const median = (values: readonly number[]) => percentile(values, 0.5);

type Pair = { ours: number; peers: number };

const beside = (name: string, unit: string, { ours, peers }: Pair): Result => ({
  name,
  unit,
  value: ours,
  peer: peerName,
  peerValue: peers,
  ratio: ours / peers,
});

async function measureMemory(callers: Callers, { ensemble, peer }: Doors, requests: number): Promise<Result[]> {
  const megabytes = (door: Door) => door.rssBytes() / 1024 ** 2;
  for (const door of [ensemble, peer]) await callAt(callers, door, { concurrency: 16, requests, stream: false });
  return [beside(`memory after ${requests} more calls`, 'MB', { ours: megabytes(ensemble), peers: megabytes(peer) })];
}
