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
  const judged: Judged[] = rows.map((each) => ({ ...each, ours: judge(each), theirs: allows(each.cmd) }));
  const ours = new Clock(rows, judge);
  const theirs = new Clock(rows, ({ cmd }) => allows(cmd));
  for (let round = 0; round < (quick ? 2 : 12); round++) {
    ours.round();
    theirs.round();
  }
  return [...(corpus === undefined ? [] : quality(judged)), ...speed(ours, theirs)];
};

/**
 * Times one guard over all rows, round by round, so that neither pays for the other's garbage. The first rounds are not counted: they
 * compile. The shortest time of each row is what a decision takes when nothing interrupts it.
 */
class Clock {
  readonly times: number[] = [];
  readonly shortest: number[];
  /** Of all its threads, the garbage collector's included. */
  processorMs = 0;
  private rounds = 0;
  private readonly rows: readonly Row[];
  private readonly judge: (row: Row) => boolean;
  constructor(rows: readonly Row[], judge: (row: Row) => boolean) {
    this.rows = rows;
    this.judge = judge;
    this.shortest = rows.map(() => Number.POSITIVE_INFINITY);
    for (let warm = 0; warm * rows.length < 3_000; warm++) for (const row of rows) judge(row);
  }

  round(): void {
    const before = process.cpuUsage();
    for (const [index, row] of this.rows.entries()) {
      const start = performance.now();
      this.judge(row);
      const took = performance.now() - start;
      this.times.push(took);
      this.shortest[index] = Math.min(took, this.shortest[index] ?? took);
    }
    const { user, system } = process.cpuUsage(before);
    this.processorMs += (user + system) / 1000;
    this.rounds += 1;
  }

  /** Processor time of one decision, on the average. */
  meanMs(): number {
    return this.processorMs / (this.rounds * this.rows.length);
  }
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

function speed(ours: Clock, theirs: Clock): Result[] {
  const spread = (name: string, of: 'times' | 'shortest'): Result => {
    const [value, peerValue] = [percentile(ours[of], 0.5), percentile(theirs[of], 0.5)];
    return {
      name,
      unit: 'µs',
      value: value * 1000,
      p50: value * 1000,
      p95: percentile(ours[of], 0.95) * 1000,
      p99: percentile(ours[of], 0.99) * 1000,
      peer: 'cc-safety-net',
      peerValue: peerValue * 1000,
      ratio: value / peerValue,
    };
  };
  const [mean, peerMean] = [ours.meanMs(), theirs.meanMs()];
  return [
    spread('a decision, the parse included', 'times'),
    spread('a decision that nothing interrupts (each row’s shortest)', 'shortest'),
    {
      name: 'processor time of a decision, all threads, mean',
      unit: 'µs',
      value: mean * 1000,
      peer: 'cc-safety-net',
      peerValue: peerMean * 1000,
      ratio: mean / peerMean,
    },
  ];
}
