import type { Example } from './logistic.ts';

/** Gradient-boosted trees over features that are there or not, for logistic loss; nothing in it is random. */
type Leaf = { value: number };
type Split = { feature: number; present: Tree; absent: Tree };
type Tree = Leaf | Split;
export type Forest = { bias: number; trees: readonly Tree[] };

const count = 120;
const depth = 4;
const rate = 0.2;
const ridge = 2;
const leastWeight = 2;

type Slope = { gradient: Float64Array; curvature: Float64Array };
type Totals = { gradient: number; curvature: number };

export function grow(examples: readonly Example[], size: number): Forest {
  const sets = examples.map(({ features }) => new Set(features));
  const bad = examples.filter(({ isBad }) => isBad).length;
  const bias = Math.log(bad / Math.max(1, examples.length - bad));
  const margins = new Float64Array(examples.length).fill(bias);
  const slope: Slope = { gradient: new Float64Array(examples.length), curvature: new Float64Array(examples.length) };
  const all = examples.map((_, index) => index);
  const trees: Tree[] = [];
  for (let turn = 0; turn < count; turn++) {
    for (const [index, { isBad }] of examples.entries()) {
      const chance = 1 / (1 + Math.exp(-(margins[index] ?? 0)));
      slope.gradient[index] = chance - Number(isBad);
      slope.curvature[index] = chance * (1 - chance);
    }
    const tree = branch(all, depth, { examples, sets, slope, size });
    for (const [index, set] of sets.entries()) margins[index] = (margins[index] ?? 0) + valueOf(tree, set);
    trees.push(tree);
  }
  return { bias, trees };
}

type Given = { examples: readonly Example[]; sets: readonly ReadonlySet<number>[]; slope: Slope; size: number };

const worth = ({ gradient, curvature }: Totals) => gradient ** 2 / (curvature + ridge);

function branch(rows: readonly number[], left: number, given: Given): Tree {
  const totals = { gradient: 0, curvature: 0 };
  for (const row of rows) add(totals, row, given.slope);
  const feature = left === 0 ? undefined : bestFeature(rows, totals, given);
  if (feature === undefined) return { value: (-rate * totals.gradient) / (totals.curvature + ridge) };
  const has = (row: number) => given.sets[row]?.has(feature) === true;
  return {
    feature,
    present: branch(rows.filter(has), left - 1, given),
    absent: branch(
      rows.filter((row) => !has(row)),
      left - 1,
      given,
    ),
  };
}

function add(totals: Totals, row: number, { gradient, curvature }: Slope): void {
  totals.gradient += gradient[row] ?? 0;
  totals.curvature += curvature[row] ?? 0;
}

function bestFeature(rows: readonly number[], totals: Totals, given: Given): number | undefined {
  const { gradient, curvature } = summed(rows, given);
  let best: number | undefined;
  let most = worth(totals) + 1e-6;
  for (const [feature, present] of gradient.entries()) {
    const gain = gainOf({ gradient: present, curvature: curvature[feature] ?? 0 }, totals);
    if (gain > most) [best, most] = [feature, gain];
  }
  return best;
}

/** Of the rows that have it, feature by feature. */
function summed(rows: readonly number[], { examples, slope, size }: Given): Slope {
  const sums = { gradient: new Float64Array(size), curvature: new Float64Array(size) };
  for (const row of rows)
    for (const feature of examples[row]?.features ?? []) {
      sums.gradient[feature] = (sums.gradient[feature] ?? 0) + (slope.gradient[row] ?? 0);
      sums.curvature[feature] = (sums.curvature[feature] ?? 0) + (slope.curvature[row] ?? 0);
    }
  return sums;
}

function gainOf(present: Totals, totals: Totals): number {
  const absent = {
    gradient: totals.gradient - present.gradient,
    curvature: totals.curvature - present.curvature,
  };
  const isThin = present.curvature < leastWeight || absent.curvature < leastWeight;
  return isThin ? 0 : worth(present) + worth(absent);
}

function valueOf(tree: Tree, features: ReadonlySet<number>): number {
  let at = tree;
  while ('feature' in at) at = features.has(at.feature) ? at.present : at.absent;
  return at.value;
}

export function chance({ bias, trees }: Forest, features: readonly number[]): number {
  const set = new Set(features);
  let sum = bias;
  for (const tree of trees) sum += valueOf(tree, set);
  return 1 / (1 + Math.exp(-sum));
}
