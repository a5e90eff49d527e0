import { and, asc, eq, isNull, or } from 'drizzle-orm';
import { schema, type DatabaseOrTransaction } from '../../../db/client.ts';
import type { ActionFamily } from '../../core/guard/action-family.ts';
import { needsOf, type ApprovalNeeds } from '../../core/guard/approval.ts';

const { approvalRule } = schema;
export type ApprovalRow = typeof approvalRule.$inferSelect;

/** What the installation, the team and the project say of who may allow what. */
async function approvalsOf(
  db: DatabaseOrTransaction,
  { teamId, projectId }: { teamId: string; projectId: string },
): Promise<ApprovalRow[]> {
  const inProject = or(isNull(approvalRule.projectId), eq(approvalRule.projectId, projectId));
  return db
    .select()
    .from(approvalRule)
    .where(or(isNull(approvalRule.teamId), and(eq(approvalRule.teamId, teamId), inProject)))
    .orderBy(asc(approvalRule.id));
}

/** What a question about an action of these families needs. Read anew for each: there are few questions in a minute. */
export async function approvalNeedsOf(
  db: DatabaseOrTransaction,
  where: { teamId: string; projectId: string },
  families: readonly ActionFamily[],
): Promise<ApprovalNeeds | undefined> {
  return needsOf(await approvalsOf(db, where), families);
}
