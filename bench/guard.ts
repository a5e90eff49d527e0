import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import { z } from 'zod';
import { classifyCommand } from '../server/core/guard/classify.ts';
import { loadBash } from '../server/platform/parsers/bash.ts';
import { isDisputed } from './guard-disputed.ts';
import { percentile, type Bench, type Result } from './result.ts';

const row = z.object({
  cmd: z.string(),
  label: z.enum(['block', 'allow', 'ask']),
  family: z.string(),
  cwd: z.string().optional(),
});
type Row = z.infer<typeof row>;
type Judged = Row & { ours: boolean; theirs: boolean };

/**
 * How much of a labelled corpus (`--corpus FILE`, JSON lines, gzip or not) is not silently allowed, how much of what is harmless is stopped, and how
 * long a decision takes, the parse included; cc-safety-net beside ours, in turns. Without a corpus only the time of ordinary commands.
 */
export const bench: Bench = async ({ quick, corpus }) => {
  const allows = await safetyNet();
  const parse = await loadBash();
  const rows = corpus === undefined ? ordinary : readRows(corpus);
  const judge = ({ cmd, cwd }: Row) =>
    classifyCommand(parse(cmd), cwd === undefined ? {} : { cwd }).verdict === 'allow';
  const times: { ours: number[]; theirs: number[] } = { ours: [], theirs: [] };
  const judged: Judged[] = [];
  for (let round = 0; round < (quick ? 2 : 6); round++) {
    const last = rows.map((each) => ({
      ...each,
      ours: timed(times.ours, round, () => judge(each)),
      theirs: timed(times.theirs, round, () => allows(each.cmd)),
    }));
    if (round === 0) judged.push(...last);
  }
  return [...(corpus === undefined ? [] : quality(judged)), speed(times)];
};

/** The first round warms up and is not counted. */
function timed<T>(times: number[], round: number, work: () => T): T {
  const start = performance.now();
  const result = work();
  if (round > 0) times.push(performance.now() - start);
  return result;
}

const peers = path.resolve(import.meta.dirname, 'peers/guard');

/** Installs the peer into its own folder, when it is not there. */
async function safetyNet(): Promise<(command: string) => boolean> {
  if (!existsSync(path.join(peers, 'node_modules/cc-safety-net'))) {
    console.log('Installing cc-safety-net beside the benchmark.');
    execFileSync('npm', ['install', '--no-audit', '--no-fund', '--ignore-scripts'], { cwd: peers, stdio: 'ignore' });
  }
  const module: { allows: (command: string) => boolean } = await import(path.join(peers, 'cc-safety-net.mjs'));
  return module.allows;
}

function readRows(file: string): Row[] {
  const bytes = readFileSync(file);
  const text = (bytes[0] === 0x1f ? gunzipSync(bytes) : bytes).toString('utf8');
  return text
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => row.parse(JSON.parse(line)));
}

const harmless = (cmd: string): Row => ({ cmd, label: 'allow', family: 'ordinary' });
const ordinary = [
  'ls -la src',
  'git status --short',
  'npm test -- --run src/app.test.ts',
  'grep -rn "useState" src | head -20',
  'cat package.json | jq .scripts',
  'mkdir -p build && cp -r assets build/',
  'git add src/app.ts && git commit -m "app: read the settings once"',
  `find . -name '*.ts' -not -path './node_modules/*' | xargs wc -l`,
  'for f in src/*.ts; do echo "$f"; done',
  'cd server && go test ./... 2>&1 | tee test.log',
].map(harmless);

function quality(rows: readonly Judged[]): Result[] {
  const families = [...Map.groupBy(rows, ({ family }) => family)];
  const main = rows.filter(({ family }) => family === 'core' || family === 'secrets');
  const firm = (of: readonly Judged[]) => of.filter(({ cmd }) => !isDisputed(cmd));
  const groups: [string, readonly Judged[]][] = [
    ['all', rows],
    ['all without disputed rows', firm(rows)],
    ['core and secrets', main],
    ['core and secrets without disputed rows', firm(main)],
    ...families,
    ...families.map(([name, of]): [string, readonly Judged[]] => [`${name} without disputed rows`, firm(of)]),
  ];
  return groups.flatMap(([name, of]) => [
    ...share(`recall, ${name}`, of, { label: 'block', allowed: false }),
    ...share(`friction, ${name}`, of, { label: 'allow', allowed: false }),
    ...share(`asked for but allowed silently, ${name}`, of, { label: 'ask', allowed: true }),
  ]);
}

type Question = { label: Row['label']; allowed: boolean };

/** The share of the rows with a label that are allowed, or that are not. */
function share(name: string, rows: readonly Judged[], { label, allowed }: Question): Result[] {
  const asked = rows.filter((each) => each.label === label);
  if (asked.length === 0) return [];
  const part = (who: 'ours' | 'theirs') => (100 * asked.filter((each) => each[who] === allowed).length) / asked.length;
  return [
    {
      name: `${name} (${asked.length})`,
      unit: '%',
      value: part('ours'),
      peer: 'cc-safety-net',
      peerValue: part('theirs'),
    },
  ];
}

function speed({ ours, theirs }: { ours: readonly number[]; theirs: readonly number[] }): Result {
  const [value, peerValue] = [percentile(ours, 0.5), percentile(theirs, 0.5)];
  return {
    name: 'a decision, the parse included',
    unit: 'ms',
    value,
    p50: value,
    p95: percentile(ours, 0.95),
    p99: percentile(ours, 0.99),
    peer: 'cc-safety-net',
    peerValue,
    ratio: value / peerValue,
  };
}
