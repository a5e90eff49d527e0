import { bigint, boolean, index, integer, pgTable, text } from 'drizzle-orm/pg-core';
import type { BudgetEventKind, BudgetPeriod, BudgetScope, RaiseState } from '../../server/core/budget.ts';
import { createdAt, id, instant } from './columns.ts';

const micros = (name: string) => bigint(name, { mode: 'number' });

/** What may be spent, by whom, in which time. `team_id` is empty for what an installation admin sets for everyone. */
export const budget = pgTable(
  'budget',
  {
    id: id(),
    teamId: text('team_id'),
    scope: text('scope').$type<BudgetScope>().notNull(),
    /** The one project or person; empty: each of them has the limit for themselves. */
    subjectId: text('subject_id'),
    period: text('period').$type<BudgetPeriod>().notNull(),
    limitMicroUsd: micros('limit_micro_usd').notNull(),
    /** Percents of the limit at which people are told, rising. */
    warnPercents: integer('warn_percents').array().notNull(),
    /** Hard: calls that would exceed it are refused. Soft: people are told and calls go on. */
    isHard: boolean('is_hard').notNull(),
    /** Whether models without a price may be called under it: what they cost is not known. */
    refusesUnpriced: boolean('refuses_unpriced').notNull(),
    createdBy: text('created_by').notNull(),
    createdAt: createdAt(),
    updatedAt: instant('updated_at').notNull().defaultNow(),
  },
  (t) => [index('budget_team_idx').on(t.teamId)],
);

/** What is spent and set aside of a budget in one period, for one subject. */
export const budgetPeriod = pgTable(
  'budget_period',
  {
    /** `core/budget.ts` makes it of budget, period and subject. */
    key: text('key').primaryKey(),
    budgetId: text('budget_id')
      .notNull()
      .references(() => budget.id, { onDelete: 'cascade' }),
    /** `2026-11`, or `total`. */
    period: text('period').notNull(),
    /** A team, project, person or run; empty for the installation. */
    subjectId: text('subject_id').notNull(),
    spentMicroUsd: micros('spent_micro_usd').notNull().default(0),
    reservedMicroUsd: micros('reserved_micro_usd').notNull().default(0),
    /** The highest percent that people were told of, and whether a call was refused. */
    warnedPercent: integer('warned_percent').notNull().default(0),
    blockedAt: instant('blocked_at'),
  },
  (t) => [index('budget_period_budget_idx').on(t.budgetId, t.period)],
);

/** One row: rises with every change of budgets and recording. A call that knows an older one is asked to look again. */
export const budgetRevision = pgTable('budget_revision', {
  id: integer('id').primaryKey(),
  revision: bigint('revision', { mode: 'number' }).notNull(),
});

/** A budget came to a percent of its limit, or refused a call: once each in a period. */
export const budgetEvent = pgTable(
  'budget_event',
  {
    id: id(),
    /** The team of the call; budgets of the installation concern many. */
    teamId: text('team_id').notNull(),
    budgetId: text('budget_id')
      .notNull()
      .references(() => budget.id, { onDelete: 'cascade' }),
    periodKey: text('period_key').notNull(),
    kind: text('kind').$type<BudgetEventKind>().notNull(),
    percent: integer('percent').notNull(),
    spentMicroUsd: micros('spent_micro_usd').notNull(),
    limitMicroUsd: micros('limit_micro_usd').notNull(),
    /** Whose call it was. */
    personId: text('person_id').notNull(),
    runId: text('run_id'),
    sessionId: text('session_id'),
    createdAt: createdAt(),
  },
  (t) => [index('budget_event_team_idx').on(t.teamId, t.createdAt)],
);

/** Somebody asks for a higher limit. */
export const budgetRaise = pgTable(
  'budget_raise',
  {
    id: id(),
    teamId: text('team_id').notNull(),
    budgetId: text('budget_id')
      .notNull()
      .references(() => budget.id, { onDelete: 'cascade' }),
    personId: text('person_id').notNull(),
    reason: text('reason').notNull(),
    askedMicroUsd: micros('asked_micro_usd').notNull(),
    state: text('state').$type<RaiseState>().notNull(),
    decidedBy: text('decided_by'),
    createdAt: createdAt(),
    decidedAt: instant('decided_at'),
  },
  (t) => [index('budget_raise_team_idx').on(t.teamId, t.state)],
);
