/** Limits on what model calls cost: which of them a call falls under, and whether it fits (docs/spec/budgets.md). */

export const budgetScopes = ['installation', 'team', 'project', 'person', 'run'] as const;
export type BudgetScope = (typeof budgetScopes)[number];

export const budgetPeriods = ['month', 'total'] as const;
export type BudgetPeriod = (typeof budgetPeriods)[number];

/** `warned`: came to a percent of the limit. `blocked`: refused a call. */
export type BudgetEventKind = 'warned' | 'blocked';
export type RaiseState = 'open' | 'granted' | 'declined';

export type Budget = {
  id: string;
  /** Null: set for all teams by an installation admin. */
  teamId: string | null;
  scope: BudgetScope;
  /** The one project or person; null: each of them has the limit for themselves. */
  subjectId: string | null;
  period: BudgetPeriod;
  limitMicroUsd: number;
  warnPercents: readonly number[];
  isHard: boolean;
  refusesUnpriced: boolean;
};

/** Whom a call is for. */
export type CallSubjects = { teamId: string; personId: string; projectId?: string; runId?: string };

/** A month as rows and pages name it, in UTC: `2026-11`. */
export function monthOf(at: Date): string {
  return at.toISOString().slice(0, 7);
}

/** The first moment of the month after this one. */
export function nextMonth(month: string): Date {
  const [year = 0, number = 1] = month.split('-').map(Number);
  return new Date(Date.UTC(year, number, 1));
}

/** Who the limit counts for in this call; undefined when the budget is not about it. */
export function subjectOf(
  budget: Pick<Budget, 'teamId' | 'scope' | 'subjectId'>,
  call: CallSubjects,
): string | undefined {
  if (budget.teamId !== null && budget.teamId !== call.teamId) return undefined;
  const subject = subjectInScope(budget.scope, call);
  return budget.subjectId === null || budget.subjectId === subject ? subject : undefined;
}

function subjectInScope(scope: BudgetScope, call: CallSubjects): string | undefined {
  switch (scope) {
    case 'installation':
      return '';
    case 'team':
      return call.teamId;
    case 'project':
      return call.projectId;
    case 'person':
      return call.personId;
    case 'run':
      return call.runId;
  }
}

export const periodAt = (period: BudgetPeriod, at: Date) => (period === 'month' ? monthOf(at) : 'total');

/** Names one counter: a budget, in a period, for a subject. */
export function counterKey(budgetId: string, period: string, subjectId: string): string {
  return `${budgetId}/${period}/${subjectId}`;
}

/** What a counter's key says. */
export function readCounterKey(key: string): { budgetId: string; period: string; subjectId: string } {
  const [budgetId = '', period = '', subjectId = ''] = key.split('/');
  return { budgetId, period, subjectId };
}

/**
 * The counters that a call draws from, each with its budget, in the order in which they are locked. A limit for one project
 * or person takes the place of the limit that each of them has; that one goes on counting, for the day it holds again.
 */
export function countersOf(budgets: readonly Budget[], call: CallSubjects, at: Date): Drawn[] {
  const about = budgets.flatMap((budget) => {
    const subject = subjectOf(budget, call);
    return subject === undefined ? [] : { key: counterKey(budget.id, periodAt(budget.period, at), subject), budget };
  });
  return about
    .map(({ key, budget }) => ({ key, budget, isReplaced: about.some((other) => isOwnLimit(other.budget, budget)) }))
    .toSorted((a, b) => (a.key < b.key ? -1 : 1));
}

const isOwnLimit = (own: Budget, each: Budget) =>
  own.subjectId !== null &&
  each.subjectId === null &&
  own.teamId === each.teamId &&
  own.scope === each.scope &&
  own.period === each.period;

export type Drawn = { key: string; budget: Budget; isReplaced: boolean };
export type Counter = { spentMicroUsd: number; reservedMicroUsd: number };

/** Whether a budget that is about the call takes no model without a price. */
export function refusesWithoutPrice({ drawn, isPriced }: Wish): boolean {
  return !isPriced && drawn.some(({ budget, isReplaced }) => budget.refusesUnpriced && !isReplaced);
}

/** A call that wants to set an amount aside. Without a price the amount is 0 and says nothing. */
export type Wish = { drawn: readonly Drawn[]; amountMicroUsd: number; isPriced: boolean };
export type Refused = { key: string; budget: Budget; reason: 'spent' | 'unpriced'; counter: Counter };

/**
 * Decides on calls one after the other: what is set aside for one is gone for the next, and a call that does not fit
 * leaves nothing behind. `counters` holds every key that is drawn from and is brought up to date.
 * @returns for each wish why it was refused, or undefined
 */
export function admit(wishes: readonly Wish[], counters: Map<string, Counter>): (Refused | undefined)[] {
  return wishes.map((wish) => {
    const refused = refusalOfWish(wish, counters);
    if (!refused) for (const { key } of wish.drawn) counterAt(counters, key).reservedMicroUsd += wish.amountMicroUsd;
    return refused;
  });
}

function refusalOfWish({ drawn, amountMicroUsd, isPriced }: Wish, counters: Map<string, Counter>): Refused | undefined {
  for (const { key, budget, isReplaced } of drawn) {
    if (isReplaced) continue;
    const counter = { ...counterAt(counters, key) };
    if (!isPriced && budget.refusesUnpriced) return { key, budget, reason: 'unpriced', counter };
    const wouldBe = counter.spentMicroUsd + counter.reservedMicroUsd + amountMicroUsd;
    // What costs nothing fits into every budget, also into one that an upstream's dearer count has exceeded.
    if (budget.isHard && amountMicroUsd > 0 && wouldBe > budget.limitMicroUsd)
      return { key, budget, reason: 'spent', counter };
  }
  return undefined;
}

function counterAt(counters: Map<string, Counter>, key: string): Counter {
  const counter = counters.get(key);
  if (!counter) throw new Error(`no counter ${key}`);
  return counter;
}

/** The highest percent that has been reached and was not told yet. */
export function percentToTell(given: {
  spentMicroUsd: number;
  limitMicroUsd: number;
  warnPercents: readonly number[];
  warnedPercent: number;
}): number | undefined {
  const { spentMicroUsd, limitMicroUsd, warnPercents, warnedPercent } = given;
  return warnPercents
    .filter((percent) => percent > warnedPercent && spentMicroUsd * 100 >= limitMicroUsd * percent)
    .toSorted((a, b) => b - a)[0];
}

/** What will be spent when the rest of the month goes on like its beginning; undefined on its first day. */
export function forecastOf(spentMicroUsd: number, month: string, now: Date): number | undefined {
  const beginMs = Date.parse(`${month}-01T00:00:00Z`);
  const endMs = nextMonth(month).getTime();
  const passedMs = now.getTime() - beginMs;
  if (passedMs >= endMs - beginMs) return spentMicroUsd;
  if (passedMs < 86_400_000) return undefined;
  return Math.round((spentMicroUsd * (endMs - beginMs)) / passedMs);
}

const whose: Record<BudgetScope, string> = {
  installation: 'the installation’s',
  team: 'the team’s',
  project: 'this project’s',
  person: 'your',
  run: 'this run’s',
};

/** Money as people read it: two digits after the point, more where the amount is under a cent. */
export function moneyText(microUsd: number): string {
  const usd = microUsd / 1_000_000;
  const isSmall = microUsd !== 0 && Math.abs(usd) < 0.01;
  return `$${usd.toLocaleString('en-US', { minimumFractionDigits: 2, maximumFractionDigits: isSmall ? 6 : 2 })}`;
}

const dayFormat = new Intl.DateTimeFormat('en', { day: 'numeric', month: 'long', year: 'numeric', timeZone: 'UTC' });

/** Why a call was refused: which budget, how much, until when, whom to ask. */
export function refusalWords({ key, budget, reason, counter }: Refused, amountMicroUsd: number): string {
  const { period } = readCounterKey(key);
  const admin = budget.teamId === null ? 'an installation admin' : 'a team admin';
  const name = `${whose[budget.scope]} ${budget.period === 'month' ? 'monthly' : 'total'} budget`;
  if (reason === 'unpriced')
    return `This model has no price, and ${name} takes only models whose cost is known. Choose another model, or ask ${admin} to give it a price.`;
  const left = Math.max(0, budget.limitMicroUsd - counter.spentMicroUsd - counter.reservedMicroUsd);
  const aside =
    counter.reservedMicroUsd > 0 ? ` and ${moneyText(counter.reservedMicroUsd)} is set aside by calls under way` : '';
  const anew = budget.period === 'month' ? `It begins anew on ${dayFormat.format(nextMonth(period))} (UTC). ` : '';
  const need =
    left > 0 ? ` This call may cost up to ${moneyText(amountMicroUsd)}, and ${moneyText(left)} is left.` : '';
  return `No more calls fit into ${name} of ${moneyText(budget.limitMicroUsd)}: ${moneyText(counter.spentMicroUsd)} is spent${aside}.${need} ${anew}To go on now, ask ${admin} for more under Settings › Budgets.`;
}
