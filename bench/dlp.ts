import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { z } from 'zod';
import { scanText } from '../server/core/dlp/scan.ts';
import { percentile, type Bench, type Result } from './result.ts';

const row = z.object({ text: z.string(), label: z.enum(['secret', 'clean']), source: z.string() });
type Row = z.infer<typeof row>;

/**
 * How much of a labelled corpus is found (`--corpus FILE`, JSON lines, gzip or not), how often clean texts are reported,
 * and how fast a large prompt of program text is scanned.
 */
export const bench: Bench = ({ quick, corpus }) =>
  Promise.resolve([...(corpus === undefined ? [] : quality(readRows(corpus))), ...speed(quick)]);

function readRows(file: string): Row[] {
  const bytes = readFileSync(file);
  const text = (bytes[0] === 0x1f ? gunzipSync(bytes) : bytes).toString('utf8');
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => row.parse(JSON.parse(line)));
}

const isFound = ({ text }: Row) => scanText(text).some((finding) => finding.class === 'secret');

function quality(rows: readonly Row[]): Result[] {
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

function share(name: string, rows: readonly Row[]): Result[] {
  if (rows.length === 0) return [];
  return [{ name, unit: '%', value: (100 * rows.filter(isFound).length) / rows.length }];
}

/** Program text as it stands in prompts: this project's own. */
function speed(quick: boolean): Result[] {
  const files = [
    '../server/collab/room.ts',
    '../server/collab/upgrade.ts',
    '../components/session/composer.tsx',
    'run.ts',
  ];
  const text = files.map((file) => readFileSync(new URL(file, import.meta.url), 'utf8')).join('\n');
  const prompt = text.repeat(Math.ceil(400_000 / text.length)).slice(0, 400_000);
  const times: number[] = [];
  const rounds = quick ? 10 : 60;
  const before = process.cpuUsage();
  for (let round = 0; round < rounds; round++) {
    const start = performance.now();
    scanText(prompt);
    times.push(performance.now() - start);
  }
  const cpu = process.cpuUsage(before);
  const seconds = (cpu.user + cpu.system) / 1e6;
  return [
    {
      name: 'scan of a prompt of 400,000 characters',
      unit: 'ms',
      value: percentile(times, 0.5),
      p50: percentile(times, 0.5),
      p95: percentile(times, 0.95),
      p99: percentile(times, 0.99),
    },
    { name: 'scan, per second of processor time', unit: 'MB/s', value: (prompt.length * rounds) / 1e6 / seconds },
  ];
}
