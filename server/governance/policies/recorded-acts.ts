import { and, desc, eq, gte, sql } from 'drizzle-orm';
import { schema } from '../../../db/client.ts';
import type { Context } from '../../context.ts';
import type { GuardedAction } from '../../core/guard/guarded-action.ts';
import type { HouseEffect } from '../../core/guard/house-rule.ts';
import type { PolicyCaller } from '../../core/policy-question.ts';
import { runModes, type RunMode } from '../../core/session-event.ts';
import type { PolicyScope } from './published.ts';

/** A command or the change of a file that an agent wanted, and what was said of it. */
export type RecordedAct = {
  id: string;
  at: Date;
  action: GuardedAction;
  mode: RunMode;
  caller: PolicyCaller & { projectId: string; run: { id: string; agent: string } };
  verdict: HouseEffect;
  decidedBy: string;
  rules: readonly string[];
  /** What its run had cost by then. */
  spentMicroUsd: number;
};

const { guardDecision, modelCall, person, teamMember } = schema;

const spentByThen = sql<string>`coalesce((select sum(${modelCall.costMicroUsd}) from ${modelCall}
  where ${modelCall.runId} = ${guardDecision.runId} and ${modelCall.startedAt} <= ${guardDecision.createdAt}), 0)`;

/** What agents wanted to do in a team, or in all, the newest first. People are taken as they are now: who left has no role to decide by. */
export async function recordedActs(
  ctx: Context,
  of: { scope: PolicyScope; since: Date; most: number },
): Promise<RecordedAct[]> {
  const rows = await ctx.db
    .select({ decision: guardDecision, name: person.name, email: person.email, role: teamMember.role, spentByThen })
    .from(guardDecision)
    .innerJoin(person, eq(person.id, guardDecision.personId))
    .innerJoin(
      teamMember,
      and(eq(teamMember.personId, guardDecision.personId), eq(teamMember.teamId, guardDecision.teamId)),
    )
    .where(
      and(of.scope === null ? undefined : eq(guardDecision.teamId, of.scope), gte(guardDecision.createdAt, of.since)),
    )
    .orderBy(desc(guardDecision.createdAt), desc(guardDecision.id))
    .limit(of.most);
  return rows.map(({ decision, name, email, role, spentByThen: spent }) => {
    const { id, teamId, projectId, personId, runId, agent, action, verdict, decidedBy, rules } = decision;
    return {
      id,
      at: decision.createdAt,
      action,
      mode: runModes.find((mode) => mode === decision.mode) ?? 'ask',
      caller: { teamId, projectId, role, person: { id: personId, name, email }, run: { id: runId, agent } },
      verdict,
      decidedBy,
      rules,
      spentMicroUsd: Number(spent),
    };
  });
}
