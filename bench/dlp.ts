import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import { z } from 'zod';
import { scanText } from '../server/core/dlp/scan.ts';
import { newPerson, newTeam } from '../server/auth/testing.ts';
import { inspectTexts } from '../server/governance/dlp/inspect.ts';
import { closeNotifications } from '../server/platform/notifications.ts';
import { percentile, type Bench, type Result } from './result.ts';
import { withTemporaryPostgres } from './temporary-postgres.ts';

const row = z.object({ text: z.string(), label: z.enum(['secret', 'clean']), source: z.string() });
type Row = z.infer<typeof row>;
type Judged = Row & { ours: boolean; theirs: boolean };

/**
 * How much of a labelled corpus is found (`--corpus FILE`, JSON lines, gzip or not), how often clean texts are reported, and how
 * fast a large prompt of program text is scanned; secretlint's recommended preset beside ours.
 */
export const bench: Bench = async ({ quick, corpus }) => {
  const countSecrets = await secretlint();
  const rows: Judged[] = [];
  for (const one of corpus === undefined ? [] : readRows(corpus)) {
    const ours = scanText(one.text).some((finding) => finding.class === 'secret');
    rows.push({ ...one, ours, theirs: (await countSecrets(one.text)) > 0 });
  }
  return [
    ...(rows.length === 0 ? [] : quality(rows)),
    ...(await speed(quick, countSecrets)),
    ...(await withTemporaryPostgres(() => seenAgain(quick))),
  ];
};

const peers = path.resolve(import.meta.dirname, 'peers/dlp');
type CountSecrets = (text: string) => Promise<number>;

/** Installs the peer into its own folder, when it is not there. */
async function secretlint(): Promise<CountSecrets> {
  if (!existsSync(path.join(peers, 'node_modules/@secretlint/core'))) {
    console.log('Installing secretlint beside the benchmark.');
    execFileSync('npm', ['install', '--no-audit', '--no-fund', '--ignore-scripts'], { cwd: peers, stdio: 'ignore' });
  }
  const module: { countSecrets: CountSecrets } = await import(path.join(peers, 'secretlint.mjs'));
  return module.countSecrets;
}

function readRows(file: string): Row[] {
  const bytes = readFileSync(file);
  const text = (bytes[0] === 0x1f ? gunzipSync(bytes) : bytes).toString('utf8');
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => row.parse(JSON.parse(line)));
}

function quality(rows: readonly Judged[]): Result[] {
  const sources = [...Map.groupBy(rows, ({ source }) => source.replace(/@.*/, ''))];
  return [['all', rows] as const, ...sources].flatMap(([name, of]) => {
    const secrets = of.filter(({ label }) => label === 'secret');
    const clean = of.filter(({ label }) => label === 'clean');
    return [
      ...share(`recall, ${name} (${secrets.length})`, secrets),
      ...share(`false alarms, ${name} (${clean.length})`, clean),
    ];
  });
}

function share(name: string, rows: readonly Judged[]): Result[] {
  if (rows.length === 0) return [];
  const of = (found: readonly Judged[]) => (100 * found.length) / rows.length;
  const value = of(rows.filter(({ ours }) => ours));
  const peerValue = of(rows.filter(({ theirs }) => theirs));
  return [{ name, unit: '%', value, peer: 'secretlint', peerValue }];
}

/** Program text as it stands in prompts: this project's own. */
function programText(length: number): string {
  const files = [
    '../server/collab/room.ts',
    '../server/collab/upgrade.ts',
    '../components/session/composer.tsx',
    'run.ts',
  ];
  const text = files.map((file) => readFileSync(new URL(file, import.meta.url), 'utf8')).join('\n');
  return text.repeat(Math.ceil(length / text.length)).slice(0, length);
}

/** The two take turns. What Node compiles only once it runs often is compiled before. */
async function speed(quick: boolean, countSecrets: CountSecrets): Promise<Result[]> {
  const prompt = programText(400_000);
  for (let round = 0; round < 10; round++) scanText(prompt);
  await countSecrets(prompt);
  const times: number[] = [];
  const [ours, theirs] = [{ ms: 0 }, { ms: 0 }];
  const rounds = quick ? 10 : 60;
  for (let round = 0; round < rounds; round++) {
    const start = performance.now();
    await timed(ours, () => scanText(prompt));
    times.push(performance.now() - start);
    if (round % 10 === 0) await timed(theirs, () => countSecrets(prompt));
  }
  const value = (prompt.length * rounds) / 1e3 / ours.ms;
  const peerValue = (prompt.length * Math.ceil(rounds / 10)) / 1e3 / theirs.ms;
  return [
    {
      name: 'scan of a prompt of 400,000 characters',
      unit: 'ms',
      value: percentile(times, 0.5),
      p50: percentile(times, 0.5),
      p95: percentile(times, 0.95),
      p99: percentile(times, 0.99),
    },
    {
      name: 'scan, per second of processor time',
      unit: 'MB/s',
      value,
      peer: 'secretlint',
      peerValue,
      ratio: value / peerValue,
    },
  ];
}

/**
 * A conversation of 400,000 characters in 40 texts, a secret in each fifth, that grows by one short text a turn, as agents send it: all but the
 * last text was seen before.
 */
async function seenAgain(quick: boolean): Promise<Result[]> {
  const text = programText(400_000);
  const told = Array.from({ length: 40 }, (_none, at) => {
    const secret = at % 5 === 0 ? `\nAPI_TOKEN=ghp_${'q7Zt2Lw9XkB4nR8vC3mJ6hY1sD5fG0pKeT'}${at + 10}\n` : '';
    return secret + text.slice(at * 10_000, (at + 1) * 10_000);
  });
  const ana = await newPerson('Ana');
  const teamId = await newTeam('Bench', [[ana, 'developer']]);
  const caller = { teamId, person: { id: ana.personId, name: 'Ana', email: 'ana@example.com' } };
  const times: number[] = [];
  for (let turn = 0; turn < (quick ? 50 : 500); turn++) {
    const places = [...told, `Now do number ${turn}.`].map((one) => ({
      role: 'user',
      isJson: false,
      text: one,
      replace: () => undefined,
    }));
    const start = performance.now();
    await (await inspectTexts(caller, places)).mask(new Map());
    if (turn >= 10) times.push(performance.now() - start);
  }
  await closeNotifications();
  const [p50, p95, p99] = [percentile(times, 0.5), percentile(times, 0.95), percentile(times, 0.99)];
  return [
    { name: 'a prompt of 400,000 characters whose parts were seen before', unit: 'ms', value: p50, p50, p95, p99 },
  ];
}

/** Adds the processor time of some work. */
async function timed(total: { ms: number }, work: () => unknown): Promise<void> {
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  total.ms += (user + system) / 1e3;
}
