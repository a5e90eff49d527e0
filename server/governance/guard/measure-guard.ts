import { setImmediate as othersTurn } from 'node:timers/promises';
import { and, desc, eq, gte, inArray } from 'drizzle-orm';
import { z } from 'zod';
import { schema } from '../../../db/client.ts';
import { authorizeTeam } from '../../auth/authorize.ts';
import type { Context } from '../../context.ts';
import { confusionOf, type Confusion, type JudgedCase } from '../../core/guard/confusion.ts';
import type { GuardedAction } from '../../core/guard/guarded-action.ts';
import { actionPattern, houseEffects, type HouseEffect, type HouseRule } from '../../core/guard/house-rule.ts';
import type { GuardFacts } from '../../core/guard/verdict.ts';
import { visibleProjects } from '../usage/visible-names.ts';
import { readAction } from './guard-word.ts';
import { houseRulesOf } from './house-rules.ts';
import { casesOf } from './manage-cases.ts';
import { shippedCases } from './shipped-cases.ts';

/** How often the guard is wrong, on the cases that come with Ensemble and on the team's own (GU209), and what other rules would have changed (GU210). */

export const measureGuardInput = z.object({ teamId: z.string() });

const draftRule = z.object({ effect: z.enum(houseEffects), pattern: actionPattern });
export const replayGuardInput = z.object({
  teamId: z.string(),
  days: z.number().int().min(1).max(90).default(14),
  /** Rules of the team that would hold besides those that do. */
  add: z.array(draftRule).max(500).default([]),
  /** Rules of the team that would hold no more, by id. */
  without: z.array(z.string()).max(500).default([]),
});

export type Measured = { confusion: Confusion; wrong: (JudgedCase & { action: GuardedAction })[] };
const mostWrong = 100;

export async function measureGuard(
  ctx: Context,
  given: z.input<typeof measureGuardInput>,
): Promise<{ shipped: Measured; team: Measured }> {
  const { teamId } = measureGuardInput.parse(given);
  await authorizeTeam(ctx, teamId, 'guard.read');
  const rules = await houseRulesOf(ctx.db, { teamId });
  return {
    shipped: await measure(await shippedCases(), [], differsAtAll),
    team: await measure(await casesOf(ctx, teamId), rules),
  };
}

type Case = { id: string; action: GuardedAction; label: HouseEffect; facts?: GuardFacts };
/** So many are judged before others get their turn: a process has people to answer. */
const atOnce = 100;

type Differs = (label: HouseEffect, said: HouseEffect) => boolean;
const differs: Differs = (label, said) => label !== said;
/** Of the shipped cases it is only known whether they may be allowed. */
const differsAtAll: Differs = (label, said) => (label === 'allow') !== (said === 'allow');

async function measure(cases: readonly Case[], rules: readonly HouseRule[], isWrong = differs): Promise<Measured> {
  const judged: Measured['wrong'] = [];
  for (const [at, { id, action, label, facts = {} }] of cases.entries()) {
    if (at % atOnce === 0) await othersTurn();
    const { word } = await readAction(action, { facts, rules });
    judged.push({ id, label, said: word.verdict, rules: word.rules, action });
  }
  return {
    confusion: confusionOf(judged),
    wrong: judged.filter(({ label, said }) => isWrong(label, said)).slice(0, mostWrong),
  };
}

export type ReplayedAction = {
  decisionId: string;
  action: GuardedAction;
  at: Date;
  agent: string;
  before: HouseEffect;
  after: HouseEffect;
  rules: string[];
};

const mostReplayed = 5_000;
const dayMs = 86_400_000;

/** What other rules of the team would have said of the actions of the last days, beside what those in force say now (GU210). */
export async function replayGuard(
  ctx: Context,
  given: z.input<typeof replayGuardInput>,
): Promise<{ looked: number; changed: ReplayedAction[] }> {
  const { teamId, days, add, without } = replayGuardInput.parse(given);
  const access = await authorizeTeam(ctx, teamId, 'guard.manage');
  const projects = await visibleProjects(ctx, access);
  const { guardDecision } = schema;
  const rows = await ctx.db
    .select()
    .from(guardDecision)
    .where(
      and(
        eq(guardDecision.teamId, teamId),
        inArray(guardDecision.projectId, [...projects.keys()]),
        inArray(guardDecision.decidedBy, ['guard', 'house', 'mode', 'opinion']),
        gte(guardDecision.createdAt, new Date(ctx.now().getTime() - days * dayMs)),
      ),
    )
    .orderBy(desc(guardDecision.createdAt))
    .limit(mostReplayed);
  const rulesOf = await rulesByProject(ctx, teamId, new Set(rows.map(({ projectId }) => projectId)));
  const drafted = add.map((rule, at): HouseRule => ({ ...rule, id: `new-${at + 1}`, scope: 'team', note: '' }));
  const changed: ReplayedAction[] = [];
  for (const [at, { id, action, agent, createdAt, projectId }] of rows.entries()) {
    if (at % atOnce === 0) await othersTurn();
    const now = rulesOf.get(projectId) ?? [];
    const then = [...now.filter((rule) => !without.includes(rule.id)), ...drafted];
    const before = await readAction(action, { facts: {}, rules: now });
    const after = await readAction(action, { facts: {}, rules: then });
    if (before.word.verdict === after.word.verdict) continue;
    const { verdict, rules } = after.word;
    changed.push({ decisionId: id, action, at: createdAt, agent, before: before.word.verdict, after: verdict, rules });
  }
  return { looked: rows.length, changed };
}

async function rulesByProject(ctx: Context, teamId: string, projectIds: ReadonlySet<string>) {
  const rules = new Map<string, HouseRule[]>();
  for (const projectId of projectIds) rules.set(projectId, await houseRulesOf(ctx.db, { teamId, projectId }));
  return rules;
}
