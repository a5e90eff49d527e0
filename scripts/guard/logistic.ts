/** Logistic regression over features that are there or not; the same examples and seed always give the same weights. */
export type Example = { features: readonly number[]; isBad: boolean };

export type Model = { bias: number; weights: Float64Array };

/** Numbers for features, by their names. */
export class Vocabulary {
  readonly names: string[] = [];
  private readonly numbers = new Map<string, number>();

  number(name: string): number {
    const known = this.numbers.get(name);
    if (known !== undefined) return known;
    this.numbers.set(name, this.names.length);
    return this.names.push(name) - 1;
  }
}

const rounds = 12;
const rate = 0.15;

/**
 * @param size how many features there are
 * @param decay how strongly weights are drawn to nothing
 */
export function train(examples: readonly Example[], { size, decay }: { size: number; decay: number }): Model {
  const next = randomFrom(1);
  const model = { bias: 0, weights: new Float64Array(size) };
  const { weights } = model;
  const squares = new Float64Array(size);
  const order = examples.map((_, index) => index);
  for (let round = 0; round < rounds; round++) {
    shuffle(order, next);
    for (const index of order) {
      const example = examples[index];
      if (example === undefined) continue;
      const error = probability(model, example.features) - Number(example.isBad);
      model.bias -= (rate / 10) * error;
      for (const feature of example.features) {
        const slope = error + decay * (weights[feature] ?? 0);
        squares[feature] = (squares[feature] ?? 0) + slope * slope;
        weights[feature] = (weights[feature] ?? 0) - (rate * slope) / Math.sqrt((squares[feature] ?? 0) + 1e-6);
      }
    }
  }
  return model;
}

/** How likely it is that somebody should look at it. */
export function probability({ bias, weights }: Model, features: readonly number[]): number {
  let sum = bias;
  for (const feature of features) sum += weights[feature] ?? 0;
  return 1 / (1 + Math.exp(-sum));
}

/** Mulberry32. */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

function shuffle(list: number[], next: () => number): void {
  for (let last = list.length - 1; last > 0; last--) {
    const other = Math.floor(next() * (last + 1));
    const [a = 0, b = 0] = [list[last], list[other]];
    list[last] = b;
    list[other] = a;
  }
}
