import { and, asc, count, eq, isNull } from 'drizzle-orm';
import { z } from 'zod';
import { schema } from '../../../db/client.ts';
import { appendAudit } from '../../audit/append.ts';
import { authorizeInstallation, authorizeProject, authorizeTeam } from '../../auth/authorize.ts';
import { withTransaction, type Context } from '../../context.ts';
import { AppError } from '../../core/errors.ts';
import { actionPattern, houseEffects, patternText, type HouseRule } from '../../core/guard/house-rule.ts';
import { ImportError, importRules, importSources, type ImportedRules } from '../../core/guard/import-rules.ts';
import { newId } from '../../platform/ids.ts';
import { compilePattern } from '../../platform/parsers/linear-pattern.ts';
import { houseRuleOf } from './house-rules.ts';

/** A team's admins say what agents may do in it, installation admins what they may do anywhere (docs/spec/guard.md, GU205). */

export const guardScopeInput = z.object({
  /** Null for the installation's own. */
  teamId: z.string().nullable(),
});

const ruleInput = z.object({
  effect: z.enum(houseEffects),
  pattern: actionPattern,
  note: z.string().trim().max(500, 'A note has at most 500 characters.').default(''),
});

export const addHouseRulesInput = guardScopeInput.extend({
  /** For one project of the team alone. */
  projectId: z.string().optional(),
  rules: z.array(ruleInput).min(1).max(500),
});
export const removeHouseRuleInput = guardScopeInput.extend({ ruleId: z.string() });
export const readRulesInput = z.object({
  teamId: z.string().nullable(),
  source: z.enum(importSources),
  text: z.string().max(500_000, 'The text has more than 500,000 characters.'),
});

export type ShownHouseRule = HouseRule & { words: string; projectId: string | null; createdAt: Date };

const mostRules = 1_000;

const authorizeGuard = (ctx: Context, teamId: string | null) =>
  teamId === null ? authorizeInstallation(ctx) : authorizeTeam(ctx, teamId, 'guard.manage');

const ofScope = (teamId: string | null) =>
  teamId === null ? isNull(schema.guardRule.teamId) : eq(schema.guardRule.teamId, teamId);

/** What holds is no secret of those whom it holds for. */
export async function listHouseRules(ctx: Context, given: z.input<typeof guardScopeInput>): Promise<ShownHouseRule[]> {
  const { teamId } = guardScopeInput.parse(given);
  if (teamId === null) await authorizeInstallation(ctx);
  else await authorizeTeam(ctx, teamId, 'guard.read');
  const rows = await ctx.db.select().from(schema.guardRule).where(ofScope(teamId)).orderBy(asc(schema.guardRule.id));
  return rows.map((row) => ({
    ...houseRuleOf(row),
    words: patternText(row.pattern),
    projectId: row.projectId,
    createdAt: row.createdAt,
  }));
}

/** @throws AppError `invalid` with what is wrong with an expression, `conflict` when there are too many */
export async function addHouseRules(
  ctx: Context,
  given: z.input<typeof addHouseRulesInput>,
): Promise<{ ruleIds: string[] }> {
  const { teamId, projectId, rules } = addHouseRulesInput.parse(given);
  // A project that is hidden is unknown before anything else is said.
  if (projectId !== undefined) await requireProjectOf(ctx, teamId, projectId);
  await authorizeGuard(ctx, teamId);
  for (const { pattern } of rules) if (pattern.kind === 'line') requireReadable(pattern.expression);
  const createdBy = ctx.actor?.kind === 'person' ? ctx.actor.personId : '';
  const rows = rules.map((rule) => ({ id: newId('gru'), teamId, projectId: projectId ?? null, createdBy, ...rule }));
  await withTransaction(ctx, async (tx) => {
    const [has] = await tx.db.select({ rules: count() }).from(schema.guardRule).where(ofScope(teamId));
    if ((has?.rules ?? 0) + rows.length > mostRules)
      throw new AppError('conflict', `There can be ${mostRules} rules. Remove those that are not needed.`);
    await tx.db.insert(schema.guardRule).values(rows);
    for (const { id, effect, pattern, note } of rows)
      await appendAudit(tx, {
        teamId,
        action: 'guard-rule.add',
        resource: { type: 'guard_rule', id },
        detail: { effect, pattern: patternText(pattern), note, projectId: projectId ?? null },
      });
  });
  return { ruleIds: rows.map(({ id }) => id) };
}

async function requireProjectOf(ctx: Context, teamId: string | null, projectId: string): Promise<void> {
  const { project } = await authorizeProject(ctx, projectId, 'guard.read');
  if (project.teamId !== teamId) throw new AppError('not_found', 'The team has no such project.');
}

function requireReadable(expression: string): void {
  try {
    compilePattern(expression);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : 'it cannot be read';
    throw new AppError('invalid', `/${expression}/ cannot be used: ${why}. Expressions have the syntax of RE2.`, {
      cause,
    });
  }
}

export async function removeHouseRule(ctx: Context, given: z.input<typeof removeHouseRuleInput>): Promise<void> {
  const { teamId, ruleId } = removeHouseRuleInput.parse(given);
  await authorizeGuard(ctx, teamId);
  await withTransaction(ctx, async (tx) => {
    const [row] = await tx.db
      .delete(schema.guardRule)
      .where(and(eq(schema.guardRule.id, ruleId), ofScope(teamId)))
      .returning();
    if (!row) throw new AppError('not_found', 'There is no such rule, or somebody removed it.');
    await appendAudit(tx, {
      teamId,
      action: 'guard-rule.remove',
      resource: { type: 'guard_rule', id: ruleId },
      detail: { effect: row.effect, pattern: patternText(row.pattern), projectId: row.projectId },
    });
  });
}

export type ReadRules = Omit<ImportedRules, 'rules'> & {
  rules: (ImportedRules['rules'][number] & { words: string })[];
};

/** Reads another tool's rules without adding them. @throws AppError `invalid` when there are none in the text */
export async function readRulesOf(ctx: Context, given: z.input<typeof readRulesInput>): Promise<ReadRules> {
  const { teamId, source, text } = readRulesInput.parse(given);
  await authorizeGuard(ctx, teamId);
  try {
    const { rules, left } = importRules(source, text);
    return { left, rules: rules.map((rule) => ({ ...rule, words: patternText(rule.pattern) })) };
  } catch (error) {
    if (error instanceof ImportError) throw new AppError('invalid', error.message, { cause: error });
    throw error;
  }
}
