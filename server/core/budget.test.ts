import { describe, expect, test } from 'vitest';
import {
  admit,
  counterKey,
  countersOf,
  forecastOf,
  moneyText,
  percentToTell,
  readCounterKey,
  refusalWords,
  type Budget,
  type Counter,
  type Drawn,
} from './budget.ts';

/** Small and good enough for schedules: the same seed gives the same numbers. */
function numbersFrom(seed: number): (below: number) => number {
  let state = seed + 0x9e3779b9;
  return (below) => {
    state = Math.imul(state ^ (state >>> 15), 0x85ebca6b);
    state = Math.imul(state ^ (state >>> 13), 0xc2b2ae35);
    state ^= state >>> 16;
    return (state >>> 0) % below;
  };
}

const at = new Date('2026-11-21T12:00:00Z');
const limit = (id: string, given: Partial<Budget>): Budget => ({
  id,
  teamId: null,
  scope: 'installation',
  subjectId: null,
  period: 'total',
  limitMicroUsd: 1_000,
  warnPercents: [80, 100],
  isHard: true,
  refusesUnpriced: false,
  ...given,
});

type Held = { drawn: readonly Drawn[]; amount: number; process: number };

/** Processes that open and settle calls in random order, die, and whose calls are booked by others. */
class Schedule {
  readonly counters = new Map<string, Counter>();
  readonly budgets: Budget[];
  held: Held[] = [];
  booked = 0;
  refused = 0;
  readonly #below: (below: number) => number;

  constructor(seed: number) {
    const below = (this.#below = numbersFrom(seed));
    this.budgets = [
      limit('a', { limitMicroUsd: 200 + below(2_000) }),
      limit('b', { scope: 'team', teamId: `team_${below(2)}`, limitMicroUsd: 100 + below(1_000), period: 'month' }),
      limit('c', { scope: 'person', limitMicroUsd: below(600) }),
      limit('d', { scope: 'person', subjectId: 'per_0', limitMicroUsd: below(600) }),
      limit('e', { scope: 'run', teamId: 'team_0', limitMicroUsd: below(300) }),
    ];
  }

  step(): void {
    const what = this.#below(10);
    if (what < 5) this.#open();
    else if (what < 9) this.#settle(this.#below(this.held.length + 1));
    else this.#die(this.#below(3));
    this.#check();
  }

  end(): void {
    while (this.held.length > 0) this.#settle(0);
    this.#check();
    expect([...this.counters.values()].every(({ reservedMicroUsd }) => reservedMicroUsd === 0)).toBe(true);
    expect(this.counters.get(counterKey('a', 'total', ''))?.spentMicroUsd ?? 0).toBe(this.booked);
  }

  #open(): void {
    const wishes = Array.from({ length: 1 + this.#below(6) }, () => {
      const call = {
        teamId: `team_${this.#below(2)}`,
        personId: `per_${this.#below(3)}`,
        runId: `run_${this.#below(2)}`,
      };
      return { drawn: countersOf(this.budgets, call, at), amountMicroUsd: this.#below(200), isPriced: true };
    });
    for (const { key } of wishes.flatMap(({ drawn }) => drawn))
      if (!this.counters.has(key)) this.counters.set(key, { spentMicroUsd: 0, reservedMicroUsd: 0 });
    const process = this.#below(3);
    for (const [index, refusal] of admit(wishes, this.counters).entries()) {
      const wish = wishes[index];
      if (refusal) this.refused++;
      else if (wish) this.held.push({ drawn: wish.drawn, amount: wish.amountMicroUsd, process });
    }
  }

  #settle(index: number): void {
    const [held] = this.held.splice(index, 1);
    if (held) this.#book(held, held.amount === 0 ? 0 : this.#below(held.amount + 1));
  }

  /** What its calls had set aside is spent, as far as anybody knows. */
  #die(process: number): void {
    for (const held of this.held.filter((one) => one.process === process)) this.#book(held, held.amount);
    this.held = this.held.filter((one) => one.process !== process);
  }

  #book({ drawn, amount }: Held, cost: number): void {
    for (const { key } of drawn) {
      const counter = this.counters.get(key);
      if (!counter) throw new Error(`no counter ${key}`);
      counter.reservedMicroUsd -= amount;
      counter.spentMicroUsd += cost;
    }
    this.booked += cost;
  }

  #check(): void {
    for (const [key, { spentMicroUsd, reservedMicroUsd }] of this.counters) {
      const { budgetId, subjectId } = readCounterKey(key);
      const budget = this.budgets.find(({ id }) => id === budgetId);
      if (reservedMicroUsd < 0) throw new Error(`${key} gave back more than was set aside`);
      // `d` takes the place of `c` for one person.
      if (budgetId === 'c' && subjectId === 'per_0') continue;
      if (spentMicroUsd + reservedMicroUsd > (budget?.limitMicroUsd ?? 0)) throw new Error(`${key} is overspent`);
    }
  }
}

test('[BU3] 10,000 random schedules of three processes never overspend, and every counter ends exact', () => {
  let refused = 0;
  for (let seed = 0; seed < 10_000; seed++) {
    const schedule = new Schedule(seed);
    for (let step = 0; step < 30; step++) schedule.step();
    schedule.end();
    refused += schedule.refused;
  }
  expect(refused).toBeGreaterThan(10_000);
});

describe('which budgets a call falls under', () => {
  const call = { teamId: 'team_1', personId: 'per_1', projectId: 'prj_1' };
  const keys = (budgets: Budget[]) => countersOf(budgets, call, at).map(({ key }) => key);

  test.each([
    [limit('x', {}), ['x/total/']],
    [limit('x', { period: 'month' }), ['x/2026-11/']],
    [limit('x', { scope: 'team', teamId: 'team_1' }), ['x/total/team_1']],
    [limit('x', { scope: 'team', teamId: 'team_2' }), []],
    [limit('x', { scope: 'project', teamId: 'team_1', subjectId: 'prj_1' }), ['x/total/prj_1']],
    [limit('x', { scope: 'project', teamId: 'team_1', subjectId: 'prj_2' }), []],
    [limit('x', { scope: 'person' }), ['x/total/per_1']],
    [limit('x', { scope: 'run', teamId: 'team_1' }), []],
  ])('[BU2] %j', (budget, expected) => {
    expect(keys([budget])).toEqual(expected);
  });

  test('[BU14] a limit of one’s own takes the place of everybody’s, of the same owner and period only', () => {
    const each = limit('each', { scope: 'person', teamId: 'team_1' });
    const replaced = (own: Partial<Budget>) =>
      countersOf([each, limit('own', { ...each, id: 'own', subjectId: 'per_1', ...own })], call, at).find(
        ({ budget }) => budget.id === 'each',
      )?.isReplaced;
    expect([replaced({}), replaced({ period: 'month' }), replaced({ teamId: null })]).toEqual([true, false, false]);
  });
});

describe('words', () => {
  const counter = { spentMicroUsd: 49_000_000, reservedMicroUsd: 500_000 };
  const budget = limit('x', { scope: 'person', teamId: 'team_1', period: 'month', limitMicroUsd: 50_000_000 });

  test('[BU4] say which budget, how much, until when, and whom to ask', () => {
    expect(refusalWords({ key: 'x/2026-12/per_1', budget, reason: 'spent', counter }, 900_000)).toBe(
      'No more calls fit into your monthly budget of $50.00: $49.00 is spent and $0.50 is set aside by calls under way. This call may cost up to $0.90, and $0.50 is left. It begins anew on January 1, 2027 (UTC). To go on now, ask a team admin for more under Settings › Budgets.',
    );
  });

  test.each([
    [0, '$0.00'],
    [1, '$0.000001'],
    [12_345, '$0.01'],
    [1_234_567_890, '$1,234.57'],
  ])('%i micro-USD are %s', (microUsd, text) => {
    expect(moneyText(microUsd)).toBe(text);
  });
});

test.each([
  [0, 0, undefined],
  [79, 0, undefined],
  [80, 0, 80],
  [99, 80, undefined],
  [100, 80, 100],
  [130, 0, 100],
  [130, 100, undefined],
])('[BU10] at %i of 100, with %i told before: %s', (spentMicroUsd, warnedPercent, told) => {
  expect(percentToTell({ spentMicroUsd, limitMicroUsd: 100, warnPercents: [80, 100], warnedPercent })).toBe(told);
});

test.each([
  ['2026-11', '2026-11-01T12:00:00Z', undefined],
  ['2026-11', '2026-11-16T00:00:00Z', 200],
  ['2026-10', '2026-11-16T00:00:00Z', 100],
])('the forecast for %s at %s', (month, now, forecast) => {
  expect(forecastOf(100, month, new Date(now))).toBe(forecast);
});
