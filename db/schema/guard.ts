import { index, jsonb, pgTable, text } from 'drizzle-orm/pg-core';
import type { ActionPattern, HouseEffect } from '../../server/core/guard/house-rule.ts';
import type { GuardedAction } from '../../server/core/guard/guarded-action.ts';
import type { SecondOpinion } from '../../server/core/guard/second-opinion.ts';
import { createdAt, id, instant } from './columns.ts';
import { person, team } from './identity.ts';
import { project, session } from './project.ts';

/**
 * What a team says of actions of agents beside the guard: commands and paths by pattern (docs/spec/guard.md). `team_id` is empty for the
 * installation's own, `project_id` for what holds in all of a team's projects. Added and removed, never changed.
 */
export const guardRule = pgTable(
  'guard_rule',
  {
    id: id(),
    teamId: text('team_id').references(() => team.id, { onDelete: 'cascade' }),
    projectId: text('project_id').references(() => project.id, { onDelete: 'cascade' }),
    effect: text('effect').$type<HouseEffect>().notNull(),
    pattern: jsonb('pattern').$type<ActionPattern>().notNull(),
    /** Why, for whoever meets it. */
    note: text('note').notNull().default(''),
    createdBy: text('created_by')
      .notNull()
      .references(() => person.id),
    createdAt: createdAt(),
  },
  (t) => [index('guard_rule_team_idx').on(t.teamId)],
);

/** What was said of an action that an agent wanted: the guard's word with the team's, and what came of it. */
export const guardDecision = pgTable(
  'guard_decision',
  {
    id: id(),
    teamId: text('team_id')
      .notNull()
      .references(() => team.id, { onDelete: 'cascade' }),
    projectId: text('project_id').notNull(),
    sessionId: text('session_id')
      .notNull()
      .references(() => session.id, { onDelete: 'cascade' }),
    runId: text('run_id').notNull(),
    personId: text('person_id').notNull(),
    agent: text('agent').notNull(),
    mode: text('mode').notNull(),
    /** Masked, and cut where it is long. */
    action: jsonb('action').$type<GuardedAction>().notNull(),
    /** Who had the last word: mode, policy, guard, house, opinion. */
    decidedBy: text('decided_by').notNull(),
    verdict: text('verdict').$type<HouseEffect>().notNull(),
    rules: jsonb('rules').$type<string[]>().notNull(),
    reason: text('reason').notNull(),
    /** The card that people were asked by. */
    permissionId: text('permission_id'),
    /** What a model said of it, where one was asked. */
    opinion: jsonb('opinion').$type<SecondOpinion>(),
    createdAt: createdAt(),
  },
  (t) => [
    index('guard_decision_team_idx').on(t.teamId, t.createdAt),
    index('guard_decision_session_idx').on(t.sessionId),
  ],
);

/** A labelled action: what should have been said. The team's own set, by which the guard is measured. */
export const guardCase = pgTable(
  'guard_case',
  {
    id: id(),
    teamId: text('team_id')
      .notNull()
      .references(() => team.id, { onDelete: 'cascade' }),
    action: jsonb('action').$type<GuardedAction>().notNull(),
    label: text('label').$type<HouseEffect>().notNull(),
    note: text('note').notNull().default(''),
    /** The decision that was wrong. */
    decisionId: text('decision_id'),
    createdBy: text('created_by')
      .notNull()
      .references(() => person.id),
    createdAt: createdAt(),
    updatedAt: instant('updated_at').notNull().defaultNow(),
  },
  (t) => [index('guard_case_team_idx').on(t.teamId)],
);
