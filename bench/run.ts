import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import { parseArgs } from 'node:util';
import type { Bench, Result } from './result.ts';

const benches: Record<string, () => Promise<{ bench: Bench }>> = {
  calls: () => import('./calls.ts'),
  dlp: () => import('./dlp.ts'),
  gateway: () => import('./gateway.ts'),
  guard: () => import('./guard.ts'),
  policy: () => import('./policy.ts'),
  rooms: () => import('./rooms.ts'),
  runs: () => import('./runs.ts'),
  start: () => import('./start.ts'),
};

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: { json: { type: 'string' }, quick: { type: 'boolean', default: false }, corpus: { type: 'string' } },
});

function commit(): string {
  try {
    return execFileSync('git', ['rev-parse', 'HEAD'], {
      cwd: import.meta.dirname,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim();
  } catch {
    return 'unknown';
  }
}

function machine(): string {
  return `${cpus().length} × ${cpus()[0]?.model ?? 'unknown processor'}, ${Math.round(totalmem() / 1024 ** 3)} GiB, ${process.platform}-${process.arch}, Node ${process.versions.node}`;
}

/** Small figures with the digits that tell them apart. */
const show = (value: number) => value.toFixed(Math.abs(value) < 100 && !Number.isInteger(value) ? 2 : 0);

function line({ name, unit, value, p50, p95, p99, peer, peerValue, ratio }: Result): string {
  const spread = p50 === undefined ? '' : `  p50 ${show(p50)}  p95 ${show(p95 ?? p50)}  p99 ${show(p99 ?? p95 ?? p50)}`;
  const beside = peerValue === undefined ? '' : `  ${peer ?? 'peer'} ${show(peerValue)}`;
  return `${name.padEnd(60)} ${show(value).padStart(8)} ${unit}${spread}${beside}${ratio === undefined ? '' : `  ratio ${ratio.toFixed(2)}`}`;
}

const names = positionals.length === 0 ? Object.keys(benches) : positionals;
const unknown = names.filter((name) => !Object.hasOwn(benches, name));
if (unknown.length > 0) {
  console.error(
    `There is no benchmark called ${unknown.join(', ')}. The benchmarks are: ${Object.keys(benches).join(', ')}.`,
  );
  process.exit(2);
}
const results: Result[] = [];
for (const name of names) {
  const loaded = await benches[name]?.();
  for (const result of (await loaded?.bench({ quick: options.quick, corpus: options.corpus })) ?? []) {
    console.log(line(result));
    results.push(result);
  }
}
const summary = { bench: names.join(','), commit: commit(), machine: machine(), results };
if (options.json !== undefined) writeFileSync(options.json, `${JSON.stringify(summary, null, 2)}\n`);
