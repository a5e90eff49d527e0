/** One measured figure. `ratio` is ours ÷ peer for costs: lower is better. */
export type Result = {
  name: string;
  unit: string;
  value: number;
  p50?: number;
  p95?: number;
  p99?: number;
  peer?: string;
  peerValue?: number;
  ratio?: number;
};

/** A benchmark does a fixed amount of work and reports; it never fails on slowness. `quick` does less of it. */
export type Bench = (options: { quick: boolean; corpus: string | undefined }) => Promise<Result[]>;

/** The value below which `share` (0 to 1) of the samples lie, by nearest rank. */
export function percentile(samples: readonly number[], share: number): number {
  const sorted = samples.toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN;
}
