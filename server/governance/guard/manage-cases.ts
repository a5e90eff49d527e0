import { and, desc, eq } from 'drizzle-orm';
import { z } from 'zod';
import { schema } from '../../../db/client.ts';
import { appendAudit } from '../../audit/append.ts';
import { authorizeProject, authorizeTeam } from '../../auth/authorize.ts';
import { withTransaction, type Context } from '../../context.ts';
import { AppError } from '../../core/errors.ts';
import { guardedAction } from '../../core/guard/guarded-action.ts';
import { houseEffects } from '../../core/guard/house-rule.ts';
import { newId } from '../../platform/ids.ts';

/** A team's own labelled actions: what the guard should have said (docs/spec/guard.md, GU208). */

const note = z.string().trim().max(500, 'A note has at most 500 characters.').default('');
export const labelDecisionInput = z.object({ decisionId: z.string(), label: z.enum(houseEffects), note });
export const addCaseInput = z.object({ teamId: z.string(), action: guardedAction, label: z.enum(houseEffects), note });
export const removeCaseInput = z.object({ teamId: z.string(), caseId: z.string() });
export const casesInput = z.object({ teamId: z.string() });

const { guardCase, guardDecision } = schema;
/** Cases are read as a whole to measure by them. */
export const mostCases = 5_000;

/** Says what a decision should have been: it becomes a case of the team, or changes the one it is. */
export async function labelDecision(
  ctx: Context,
  given: z.input<typeof labelDecisionInput>,
): Promise<{ caseId: string }> {
  const { decisionId, label, note: why } = labelDecisionInput.parse(given);
  const missing = new AppError('not_found', 'There is no such decision, or you have no access to it.');
  const [decision] = await ctx.db.select().from(guardDecision).where(eq(guardDecision.id, decisionId));
  if (!decision) throw missing;
  const { teamId, actor } = await authorizeProject(ctx, decision.projectId, 'guard.label').catch((error: unknown) => {
    throw error instanceof AppError && error.code === 'not_found' ? missing : error;
  });
  if (teamId !== decision.teamId) throw missing;
  return withTransaction(ctx, async (tx) => {
    const changed = { label, note: why, updatedAt: tx.now() };
    const [known] = await tx.db
      .update(guardCase)
      .set(changed)
      .where(and(eq(guardCase.teamId, teamId), eq(guardCase.decisionId, decisionId)))
      .returning({ id: guardCase.id });
    const caseId = known?.id ?? newId('gca');
    if (!known) {
      await requireRoom(tx, teamId);
      const { action } = decision;
      await tx.db
        .insert(guardCase)
        .values({ id: caseId, teamId, action, decisionId, createdBy: actor.personId, ...changed });
    }
    await appendAudit(tx, {
      teamId,
      action: 'guard-case.label',
      resource: { type: 'guard_case', id: caseId },
      detail: { decisionId, label, said: decision.verdict, note: why },
    });
    return { caseId };
  });
}

export async function addCase(ctx: Context, given: z.input<typeof addCaseInput>): Promise<{ caseId: string }> {
  const { teamId, action, label, note: why } = addCaseInput.parse(given);
  const { actor } = await authorizeTeam(ctx, teamId, 'guard.label');
  const caseId = newId('gca');
  await withTransaction(ctx, async (tx) => {
    await requireRoom(tx, teamId);
    await tx.db.insert(guardCase).values({ id: caseId, teamId, action, label, note: why, createdBy: actor.personId });
    await appendAudit(tx, {
      teamId,
      action: 'guard-case.add',
      resource: { type: 'guard_case', id: caseId },
      detail: { label, note: why },
    });
  });
  return { caseId };
}

async function requireRoom(tx: Context, teamId: string): Promise<void> {
  if ((await tx.db.$count(guardCase, eq(guardCase.teamId, teamId))) >= mostCases)
    throw new AppError('conflict', `A team can have ${mostCases} cases. Remove those that say the same.`);
}

export async function removeCase(ctx: Context, given: z.input<typeof removeCaseInput>): Promise<void> {
  const { teamId, caseId } = removeCaseInput.parse(given);
  await authorizeTeam(ctx, teamId, 'guard.label');
  await withTransaction(ctx, async (tx) => {
    const [row] = await tx.db
      .delete(guardCase)
      .where(and(eq(guardCase.id, caseId), eq(guardCase.teamId, teamId)))
      .returning();
    if (!row) throw new AppError('not_found', 'There is no such case, or somebody removed it.');
    await appendAudit(tx, {
      teamId,
      action: 'guard-case.remove',
      resource: { type: 'guard_case', id: caseId },
      detail: { label: row.label },
    });
  });
}

export type GuardCase = typeof guardCase.$inferSelect;

export async function listCases(ctx: Context, given: z.input<typeof casesInput>): Promise<GuardCase[]> {
  const { teamId } = casesInput.parse(given);
  await authorizeTeam(ctx, teamId, 'guard.read');
  return casesOf(ctx, teamId);
}

/** A team's cases, newest first, for whoever may read them. */
export function casesOf(ctx: Context, teamId: string): Promise<GuardCase[]> {
  return ctx.db
    .select()
    .from(guardCase)
    .where(eq(guardCase.teamId, teamId))
    .orderBy(desc(guardCase.id))
    .limit(mostCases);
}
