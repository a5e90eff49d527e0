import { singleton } from './singleton.ts';

/**
 * What /metrics tells (Prometheus text). Whoever has something to tell writes it here; names begin with `ensemble_`.
 * A name is described where it is written first.
 */
type Labels = Readonly<Record<string, string>>;
type Kind = 'counter' | 'gauge';
type Sample = { labels: Labels; value: number };
type Metric = { kind: Kind; help: string; counts: Map<string, Sample>; read: (() => number | Sample[]) | undefined };

const registry = () => singleton<Map<string, Metric>>('metrics', () => new Map());

function metric(name: string, kind: Kind, help: string): Metric {
  const known = registry().get(name) ?? { kind, help, counts: new Map<string, Sample>(), read: undefined };
  registry().set(name, known);
  return known;
}

/** Adds one to a counter. Label values come from closed lists, never from what people send. */
export function count(name: string, help: string, labels: Labels = {}): void {
  countBy(name, help, { labels, by: 1 });
}

/** Adds an amount to a counter. */
export function countBy(name: string, help: string, { labels = {}, by }: { labels?: Labels; by: number }): void {
  const { counts } = metric(name, 'counter', help);
  const key = JSON.stringify(labels);
  const sample = counts.get(key) ?? { labels, value: 0 };
  sample.value += by;
  counts.set(key, sample);
}

/** Tells a value that is read when somebody asks. A later reader of the same name takes its place. */
export function gauge(name: string, help: string, read: () => number | Sample[]): void {
  metric(name, 'gauge', help).read = read;
}

/** The whole registry in Prometheus' text format, version 0.0.4. */
export function metricsText(): string {
  const lines: string[] = [];
  for (const [name, { kind, help, counts, read }] of registry()) {
    lines.push(`# HELP ${name} ${help}`, `# TYPE ${name} ${kind}`);
    const now = read?.();
    const samples = typeof now === 'number' ? [{ labels: {}, value: now }] : (now ?? [...counts.values()]);
    for (const { labels, value } of samples) lines.push(`${name}${labelText(labels)} ${value}`);
  }
  return `${lines.join('\n')}\n`;
}

function labelText(labels: Labels): string {
  const pairs = Object.entries(labels).map(([name, value]) => `${name}="${escaped(value)}"`);
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`;
}

const escaped = (value: string) => value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
