import { readFileSync } from 'node:fs';
import { z } from 'zod';

/** Prints the figures of a run (`--json FILE`) as tables for docs/benchmarks.md: a row for what comes before the colon. */
const run = z.object({
  commit: z.string(),
  machine: z.string(),
  results: z.array(
    z.object({
      name: z.string(),
      unit: z.string(),
      value: z.number().nullable(),
      p50: z.number().optional(),
      p95: z.number().optional(),
      p99: z.number().optional(),
      ratio: z.number().optional(),
    }),
  ),
});

type Figure = z.infer<typeof run>['results'][number];

const digits = (value: number) =>
  Number.isInteger(value) || value >= 100 ? String(Math.round(value)) : value.toPrecision(value < 10 ? 2 : 3);

function shown({ value, unit, p50, p95, p99, ratio }: Figure): string {
  const spread = [p50, p95, p99].filter((one) => one !== undefined);
  const figure = spread.length > 1 ? spread.map(digits).join(' / ') : digits(value ?? Number.NaN);
  const beside = ratio === undefined ? '' : ` (× ${ratio.toFixed(2)})`;
  return `${figure}${unit === 'in all' ? '' : ` ${unit}`}${beside}`;
}

function split(name: string): [row: string, column: string] {
  const at = name.lastIndexOf(': ');
  return at < 0 ? [name, ''] : [name.slice(0, at), name.slice(at + 2)];
}

const [file] = process.argv.slice(2);
if (file === undefined) {
  console.error('usage: node bench/table.ts FILE');
  process.exit(2);
}
const { commit, machine, results } = run.parse(JSON.parse(readFileSync(file, 'utf8')));
console.log(`Commit ${commit.slice(0, 12)}. ${machine}.`);
const rows = Map.groupBy(results, ({ name }) => split(name)[0]);
const tables = Map.groupBy(rows, ([, figures]) => figures.map(({ name }) => split(name)[1]).join(' | '));
for (const [columns, entries] of tables) {
  const count = columns.split(' | ').length;
  console.log(`\n| | ${columns} |\n|---|${'---|'.repeat(count)}`);
  for (const [row, figures] of entries) console.log(`| ${row} | ${figures.map(shown).join(' | ')} |`);
}
