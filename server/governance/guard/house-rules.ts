import { and, asc, eq, isNull, or } from 'drizzle-orm';
import { schema, type DatabaseOrTransaction } from '../../../db/client.ts';
import type { FindExpression, HouseRule } from '../../core/guard/house-rule.ts';
import { compilePattern } from '../../platform/parsers/linear-pattern.ts';

/** What the installation, the team and the project say of actions. Read anew for each action: there are few of them in a minute. */
export async function houseRulesOf(
  db: DatabaseOrTransaction,
  { teamId, projectId }: { teamId: string; projectId?: string | undefined },
): Promise<HouseRule[]> {
  const { guardRule } = schema;
  const ofTeam = and(
    eq(guardRule.teamId, teamId),
    projectId === undefined
      ? isNull(guardRule.projectId)
      : or(isNull(guardRule.projectId), eq(guardRule.projectId, projectId)),
  );
  const rows = await db
    .select()
    .from(guardRule)
    .where(or(isNull(guardRule.teamId), ofTeam))
    .orderBy(asc(guardRule.id));
  return rows.map(houseRuleOf);
}

export const houseRuleOf = (row: typeof schema.guardRule.$inferSelect): HouseRule => ({
  id: row.id,
  scope: row.teamId === null ? 'installation' : row.projectId === null ? 'team' : 'project',
  effect: row.effect,
  pattern: row.pattern,
  note: row.note,
});

/** In the syntax of RE2. An expression that cannot be read any more is found everywhere: it must not open what it closed. */
export const findExpression: FindExpression = (expression, line) => {
  try {
    return compilePattern(expression).findAll(line).length > 0;
  } catch {
    return true;
  }
};
