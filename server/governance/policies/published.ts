import { and, desc, eq, isNotNull, isNull, sql } from 'drizzle-orm';
import { schema } from '../../../db/client.ts';
import type { Context } from '../../context.ts';

/** Whose policies: a team's id, or null for the installation's. */
export type PolicyScope = string | null;

/** How notifications and sets of policies name a scope. */
export const scopeName = (scope: PolicyScope): string => scope ?? 'installation';

const { policyVersion } = schema;

export const ofTeam = (scope: PolicyScope) =>
  scope === null ? isNull(policyVersion.teamId) : eq(policyVersion.teamId, scope);

/** The version in force; undefined while the scope has published none. */
export async function findPublished(
  db: Context['db'],
  scope: PolicyScope,
): Promise<typeof policyVersion.$inferSelect | undefined> {
  const [row] = await db
    .select()
    .from(policyVersion)
    .where(and(ofTeam(scope), isNotNull(policyVersion.publishedAt)))
    .orderBy(desc(policyVersion.number))
    .limit(1);
  return row;
}

/** The number of the version in force in every scope that has one, by the scope's name. */
export async function publishedNumbers(db: Context['db']): Promise<Map<string, number>> {
  const rows = await db
    .select({ teamId: policyVersion.teamId, number: sql<number>`max(${policyVersion.number})` })
    .from(policyVersion)
    .where(isNotNull(policyVersion.publishedAt))
    .groupBy(policyVersion.teamId);
  return new Map(rows.map(({ teamId, number }) => [scopeName(teamId), number]));
}
