import { boolean, index, integer, pgTable, primaryKey, text, unique } from 'drizzle-orm/pg-core';
import type { ApprovalFamily, ApprovalTerms } from '../../server/core/guard/approval.ts';
import type { OpinionMode } from '../../server/core/guard/second-opinion.ts';
import { createdAt, id, instant } from './columns.ts';
import { person, team } from './identity.ts';
import { project } from './project.ts';
import { runPermission } from './run.ts';

/**
 * Who may allow actions of a family, where that is more than the right to approve (docs/spec/guard.md, from GU50). `team_id` is empty for the
 * installation's own, `project_id` for what holds in all of a team's projects. Of one scope each family has at most one.
 */
export const approvalRule = pgTable(
  'approval_rule',
  {
    id: id(),
    teamId: text('team_id').references(() => team.id, { onDelete: 'cascade' }),
    projectId: text('project_id').references(() => project.id, { onDelete: 'cascade' }),
    family: text('family').$type<ApprovalFamily>().notNull(),
    role: text('role').$type<ApprovalTerms['role']>().notNull(),
    others: boolean('others').notNull(),
    approvers: integer('people').notNull(),
    createdBy: text('created_by')
      .notNull()
      .references(() => person.id),
    createdAt: createdAt(),
    updatedAt: instant('updated_at').notNull().defaultNow(),
  },
  (t) => [unique('approval_rule_scope_key').on(t.teamId, t.projectId, t.family).nullsNotDistinct()],
);

/** Who has allowed what needs several people, or lifted such a denial, before it was decided. */
export const permissionVote = pgTable(
  'permission_vote',
  {
    permissionId: text('permission_id')
      .notNull()
      .references(() => runPermission.id, { onDelete: 'cascade' }),
    teamId: text('team_id').notNull(),
    personId: text('person_id').notNull(),
    scope: text('scope').$type<'once' | 'run'>().notNull(),
    createdAt: createdAt(),
  },
  (t) => [primaryKey({ columns: [t.permissionId, t.personId] }), index('permission_vote_team_idx').on(t.teamId)],
);

/** How a team uses the guard; `team_id` is empty for the installation, whose word is the most that teams may choose. */
export const guardSetting = pgTable(
  'guard_setting',
  {
    id: id(),
    teamId: text('team_id').references(() => team.id, { onDelete: 'cascade' }),
    opinion: text('opinion').$type<OpinionMode>().notNull(),
    /** The alias of the model that is asked. */
    opinionModel: text('opinion_model'),
    updatedBy: text('updated_by')
      .notNull()
      .references(() => person.id),
    updatedAt: instant('updated_at').notNull().defaultNow(),
  },
  (t) => [unique('guard_setting_team_key').on(t.teamId).nullsNotDistinct()],
);
