import { singleton } from './singleton.ts';

/**
 * What /metrics tells (Prometheus text). Whoever has something to tell writes it here; names begin with `ensemble_`.
 * A name is described where it is written first.
 */
type Labels = Readonly<Record<string, string>>;
type Kind = 'counter' | 'gauge' | 'histogram';
type Sample = { labels: Labels; value: number };
/** `below[i]` counts what was at most `bounds[i]` and more than the bound before it. */
type Spread = { labels: Labels; below: number[]; sum: number; count: number };
type Metric = {
  kind: Kind;
  help: string;
  counts: Map<string, Sample>;
  spreads: Map<string, Spread>;
  read: (() => number | Sample[]) | undefined;
};

const registry = () => singleton<Map<string, Metric>>('metrics', () => new Map());

function metric(name: string, kind: Kind, help: string): Metric {
  const known = registry().get(name);
  if (known) return known;
  const made: Metric = { kind, help, counts: new Map(), spreads: new Map(), read: undefined };
  registry().set(name, made);
  return made;
}

/** Adds one to a counter. Label values come from closed lists, never from what people send. */
export function count(name: string, help: string, labels: Labels = {}): void {
  countBy(name, help, { labels, by: 1 });
}

/** Adds an amount to a counter. */
export function countBy(name: string, help: string, { labels = {}, by }: { labels?: Labels; by: number }): void {
  const { counts } = metric(name, 'counter', help);
  const key = keyOf(labels);
  const sample = counts.get(key);
  if (sample) sample.value += by;
  else counts.set(key, { labels, value: by });
}

/** Upper bounds of a histogram of durations in seconds: from a cached answer to a model that thinks for minutes. */
const bounds = [0.005, 0.025, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600];

/** Notes a duration in seconds. */
export function observe(name: string, help: string, { labels, value }: { labels: Labels; value: number }): void {
  const { spreads } = metric(name, 'histogram', help);
  const key = keyOf(labels);
  let spread = spreads.get(key);
  if (!spread) spreads.set(key, (spread = { labels, below: bounds.map(() => 0), sum: 0, count: 0 }));
  const at = bounds.findIndex((bound) => value <= bound);
  if (at >= 0) spread.below[at] = (spread.below[at] ?? 0) + 1;
  spread.sum += value;
  spread.count++;
}

const keyOf = (labels: Labels) => Object.values(labels).join('\n');

/** Tells a value that is read when somebody asks. A later reader of the same name takes its place. */
export function gauge(name: string, help: string, read: () => number | Sample[]): void {
  metric(name, 'gauge', help).read = read;
}

/** The whole registry in Prometheus' text format, version 0.0.4. */
export function metricsText(): string {
  const lines: string[] = [];
  for (const [name, { kind, help, counts, spreads, read }] of registry()) {
    lines.push(`# HELP ${name} ${help}`, `# TYPE ${name} ${kind}`);
    for (const spread of spreads.values()) lines.push(...spreadLines(name, spread));
    const now = read?.();
    const samples = typeof now === 'number' ? [{ labels: {}, value: now }] : (now ?? [...counts.values()]);
    for (const { labels, value } of samples) lines.push(`${name}${labelText(labels)} ${value}`);
  }
  return `${lines.join('\n')}\n`;
}

/** The buckets of the text format count everything up to their bound. */
function spreadLines(name: string, { labels, below, sum, count: total }: Spread): string[] {
  let sofar = 0;
  const buckets = bounds.map((bound, at) => {
    sofar += below[at] ?? 0;
    return `${name}_bucket${labelText({ ...labels, le: String(bound) })} ${sofar}`;
  });
  return [
    ...buckets,
    `${name}_bucket${labelText({ ...labels, le: '+Inf' })} ${total}`,
    `${name}_sum${labelText(labels)} ${sum}`,
    `${name}_count${labelText(labels)} ${total}`,
  ];
}

function labelText(labels: Labels): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${escaped(value)}"`);
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`;
}

const escaped = (value: string) => value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
