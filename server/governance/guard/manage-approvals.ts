import { and, asc, eq, isNull, or } from 'drizzle-orm';
import { z } from 'zod';
import { schema } from '../../../db/client.ts';
import { appendAudit } from '../../audit/append.ts';
import { authorizeInstallation, authorizeProject, authorizeTeam } from '../../auth/authorize.ts';
import { withTransaction, type Context } from '../../context.ts';
import { AppError } from '../../core/errors.ts';
import { approvalFamilies, approvalTerms, asksMore, type ApprovalRule } from '../../core/guard/approval.ts';
import { newId } from '../../platform/ids.ts';

/** Who may allow what agents ask for, in the installation, a team, or a project of it (docs/spec/guard.md, from GU50). */

export const approvalsInput = z.object({
  /** Null for the installation's own. */
  teamId: z.string().nullable(),
});
export const setApprovalInput = approvalsInput.extend({
  /** For one project of the team alone. */
  projectId: z.string().optional(),
  family: z.enum(approvalFamilies),
  ...approvalTerms.shape,
});
export const removeApprovalInput = approvalsInput.extend({ ruleId: z.string() });

export type ShownApproval = ApprovalRule & {
  id: string;
  scope: 'installation' | 'team' | 'project';
  projectId: string | null;
};

const { approvalRule } = schema;

const authorizeScope = (ctx: Context, teamId: string | null) =>
  teamId === null ? authorizeInstallation(ctx) : authorizeTeam(ctx, teamId, 'guard.manage');

const ofScope = (teamId: string | null) =>
  teamId === null ? isNull(approvalRule.teamId) : eq(approvalRule.teamId, teamId);

/** A team's with those of the installation, which hold in it as well. What holds is no secret of those whom it holds for. */
export async function listApprovals(ctx: Context, given: z.input<typeof approvalsInput>): Promise<ShownApproval[]> {
  const { teamId } = approvalsInput.parse(given);
  if (teamId === null) await authorizeInstallation(ctx);
  else await authorizeTeam(ctx, teamId, 'guard.read');
  const rows = await ctx.db
    .select()
    .from(approvalRule)
    .where(or(isNull(approvalRule.teamId), ofScope(teamId)))
    .orderBy(asc(approvalRule.id));
  return rows.map(({ id, projectId, family, role, others, approvers, teamId: of }) => ({
    id,
    scope: of === null ? 'installation' : projectId === null ? 'team' : 'project',
    projectId,
    family,
    role,
    others,
    approvers,
  }));
}

/**
 * Says who may allow a family of actions, in place of what the scope said of it before. Of several scopes the strictest counts.
 * @throws AppError `invalid` when it asks for no more than the right to approve
 */
export async function setApproval(ctx: Context, given: z.input<typeof setApprovalInput>): Promise<{ ruleId: string }> {
  const { teamId, projectId = null, family, ...terms } = setApprovalInput.parse(given);
  // A project that is hidden is unknown before anything else is said.
  if (projectId !== null) await requireProjectOf(ctx, teamId, projectId);
  const access = await authorizeScope(ctx, teamId);
  const { personId } = 'actor' in access ? access.actor : access;
  if (!asksMore(terms))
    throw new AppError('invalid', 'That is what holds without a rule: ask for an admin, for somebody else or for two.');
  return withTransaction(ctx, async (tx) => {
    const updatedAt = tx.now();
    const scope = { teamId, projectId, family };
    const [row] = await tx.db
      .insert(approvalRule)
      .values({ id: newId('apr'), ...scope, ...terms, createdBy: personId, updatedAt })
      .onConflictDoUpdate({
        target: [approvalRule.teamId, approvalRule.projectId, approvalRule.family],
        set: { ...terms, createdBy: personId, updatedAt },
      })
      .returning({ id: approvalRule.id });
    if (!row) throw new Error('an approval rule was neither added nor changed');
    await appendAudit(tx, {
      teamId,
      action: 'approval-rule.set',
      resource: { type: 'approval_rule', id: row.id },
      detail: { family, projectId, ...terms },
    });
    return { ruleId: row.id };
  });
}

async function requireProjectOf(ctx: Context, teamId: string | null, projectId: string): Promise<void> {
  const { project } = await authorizeProject(ctx, projectId, 'guard.read');
  if (project.teamId !== teamId) throw new AppError('not_found', 'The team has no such project.');
}

export async function removeApproval(ctx: Context, given: z.input<typeof removeApprovalInput>): Promise<void> {
  const { teamId, ruleId } = removeApprovalInput.parse(given);
  await authorizeScope(ctx, teamId);
  await withTransaction(ctx, async (tx) => {
    const [row] = await tx.db
      .delete(approvalRule)
      .where(and(eq(approvalRule.id, ruleId), ofScope(teamId)))
      .returning();
    if (!row) throw new AppError('not_found', 'There is no such rule, or somebody removed it.');
    const { family, projectId, role, others, approvers } = row;
    await appendAudit(tx, {
      teamId,
      action: 'approval-rule.remove',
      resource: { type: 'approval_rule', id: ruleId },
      detail: { family, projectId, role, others, approvers },
    });
  });
}
