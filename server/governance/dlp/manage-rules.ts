import { and, asc, count, eq, isNull } from 'drizzle-orm';
import { z } from 'zod';
import { schema } from '../../../db/client.ts';
import { appendAudit } from '../../audit/append.ts';
import { authorizeInstallation, authorizeTeam } from '../../auth/authorize.ts';
import { withTransaction, type Context } from '../../context.ts';
import { AppError } from '../../core/errors.ts';
import { newId } from '../../platform/ids.ts';
import { notify } from '../../platform/notify.ts';
import { compileRules, sealRule, unsealRule, type RuleKind } from './rules.ts';

/** What admins add to what is looked for (DL13, DL14): a team's admins for the team, installation admins for all teams. */

export const dlpScopeInput = z.object({
  /** Null for the installation's own. */
  teamId: z.string().nullable(),
});

const line = z.string().trim().min(1).max(500);

export const dlpRuleInput = z.object({
  teamId: z.string().nullable(),
  kind: z.enum(['words', 'pattern', 'paths', 'tools']),
  name: z.string().trim().min(2).max(60),
  /** The class that policies know it by; `secret` and `personal` are those of the built-in detectors. */
  class: z
    .string()
    .trim()
    .regex(/^[a-z][a-z0-9-]{1,39}$/, 'A class is a word in small letters, like customers or code-names.')
    .default('secret'),
  /** Words, patterns, paths or tools. */
  lines: z.array(line).min(1).max(5_000),
});
export type DlpRuleInput = z.infer<typeof dlpRuleInput>;

export const removeDlpRuleInput = z.object({ teamId: z.string().nullable(), ruleId: z.string() });

export type ShownDlpRule = {
  id: string;
  kind: RuleKind;
  name: string;
  class: string;
  lines: string[];
  createdAt: Date;
};

const mostRules = 200;

const authorizeDlp = (ctx: Context, teamId: string | null) =>
  teamId === null ? authorizeInstallation(ctx) : authorizeTeam(ctx, teamId, 'dlp.manage');

const ofScope = (teamId: string | null) =>
  teamId === null ? isNull(schema.dlpRule.teamId) : eq(schema.dlpRule.teamId, teamId);

export async function listDlpRules(ctx: Context, given: z.input<typeof dlpScopeInput>): Promise<ShownDlpRule[]> {
  const { teamId } = dlpScopeInput.parse(given);
  await authorizeDlp(ctx, teamId);
  const rows = await ctx.db.select().from(schema.dlpRule).where(ofScope(teamId)).orderBy(asc(schema.dlpRule.id));
  return rows.map(({ id, kind, name, class: dataClass, bodySealed, createdAt }) => ({
    id,
    kind,
    name,
    class: dataClass,
    lines: unsealRule(bodySealed),
    createdAt,
  }));
}

/** @throws AppError `invalid` with what is wrong with a pattern or a word */
export async function addDlpRule(ctx: Context, given: z.input<typeof dlpRuleInput>): Promise<{ ruleId: string }> {
  const { teamId, kind, name, class: dataClass, lines } = dlpRuleInput.parse(given);
  await authorizeDlp(ctx, teamId);
  checkLines({ kind, lines });
  const ruleId = newId('dlp');
  const createdBy = ctx.actor?.kind === 'person' ? ctx.actor.personId : '';
  await withTransaction(ctx, async (tx) => {
    const [row] = await tx.db.select({ rules: count() }).from(schema.dlpRule).where(ofScope(teamId));
    if ((row?.rules ?? 0) >= mostRules)
      throw new AppError('conflict', `There are ${mostRules} rules already. Remove those that are not needed.`);
    await tx.db
      .insert(schema.dlpRule)
      .values({ id: ruleId, teamId, kind, name, class: dataClass, bodySealed: sealRule(lines), createdBy });
    await appendAudit(tx, {
      teamId,
      action: 'dlp-rule.add',
      resource: { type: 'dlp_rule', id: ruleId },
      // What is looked for may itself be what nobody should read.
      detail: { kind, name, class: dataClass, lines: lines.length },
    });
    await notify(tx.db, 'dlp_rules', teamId ?? '');
  });
  return { ruleId };
}

export async function removeDlpRule(ctx: Context, given: z.input<typeof removeDlpRuleInput>): Promise<void> {
  const { teamId, ruleId } = removeDlpRuleInput.parse(given);
  await authorizeDlp(ctx, teamId);
  await withTransaction(ctx, async (tx) => {
    const [row] = await tx.db
      .delete(schema.dlpRule)
      .where(and(eq(schema.dlpRule.id, ruleId), ofScope(teamId)))
      .returning();
    if (!row) throw new AppError('not_found', 'There is no such rule, or somebody removed it.');
    await appendAudit(tx, {
      teamId,
      action: 'dlp-rule.remove',
      resource: { type: 'dlp_rule', id: ruleId },
      detail: { kind: row.kind, name: row.name, class: row.class },
    });
    await notify(tx.db, 'dlp_rules', teamId ?? '');
  });
}

function checkLines({ kind, lines }: Pick<DlpRuleInput, 'kind' | 'lines'>): void {
  const short = kind === 'words' ? lines.find((word) => word.length < 4) : undefined;
  if (short !== undefined)
    throw new AppError(
      'invalid',
      `“${short}” is too short: a word has at least four letters, or it would be found in too many texts.`,
    );
  for (const one of lines) {
    try {
      compileRules([{ id: '', kind, name: '', class: '', lines: [one] }]);
    } catch (cause) {
      const why = cause instanceof Error ? cause.message : 'it cannot be read';
      throw new AppError('invalid', `“${one}” cannot be used: ${why}. Patterns have the syntax of RE2.`, { cause });
    }
  }
}
