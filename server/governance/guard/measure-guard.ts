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
import { runModes } from '../../core/session-event.ts';
import { visibleProjects } from '../usage/visible-names.ts';
import { boxFacts } from './box-facts.ts';
import { readAction } from './guard-word.ts';
import { houseRulesOf } from './house-rules.ts';
import { casesOf } from './manage-cases.ts';
import { shippedCases } from './shipped-cases.ts';
import { wordAgain } from './word-in-mode.ts';

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

/** Agents act in a box. */
const factsOf = (action: GuardedAction) => boxFacts(action.kind === 'command' ? (action.cwd ?? '') : '');

type Differs = (label: HouseEffect, said: HouseEffect) => boolean;
const differs: Differs = (label, said) => label !== said;
/** Of the shipped cases it is only known whether they may be allowed. */
const differsAtAll: Differs = (label, said) => (label === 'allow') !== (said === 'allow');

async function measure(cases: readonly Case[], rules: readonly HouseRule[], isWrong = differs): Promise<Measured> {
  const judged: Measured['wrong'] = [];
  for (const [at, { id, action, label, facts }] of cases.entries()) {
    if (at % atOnce === 0) await othersTurn();
    const { word } = await readAction(action, { facts: facts ?? factsOf(action), rules });
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
        gte(guardDecision.createdAt, new Date(ctx.now().getTime() - days * dayMs)),
      ),
    )
    .orderBy(desc(guardDecision.createdAt))
    .limit(mostReplayed);
  const rulesOf = await rulesByProject(ctx, teamId, new Set(rows.map(({ projectId }) => projectId)));
  const drafted = add.map((rule, at): HouseRule => ({ ...rule, id: `new-${at + 1}`, scope: 'team', note: '' }));
  const changed: ReplayedAction[] = [];
  for (const [at, row] of rows.entries()) {
    if (at % atOnce === 0) await othersTurn();
    const now = rulesOf.get(row.projectId) ?? [];
    const then = [...now.filter((rule) => !without.includes(rule.id)), ...drafted];
    changed.push(...(await replayOne(row, now, then)));
  }
  return { looked: rows.length, changed };
}

/** The action with what would come of it, where that would change. */
async function replayOne(
  row: typeof schema.guardDecision.$inferSelect,
  now: readonly HouseRule[],
  then: readonly HouseRule[],
): Promise<ReplayedAction[]> {
  const { id, action, agent, createdAt } = row;
  const kept = { ...row, mode: runModes.find((mode) => mode === row.mode) ?? 'ask' };
  const facts = factsOf(action);
  const before = wordAgain(await readAction(action, { facts, rules: now }), kept);
  const reading = await readAction(action, { facts, rules: then });
  const after = wordAgain(reading, kept);
  if (before === after) return [];
  return [{ decisionId: id, action, at: createdAt, agent, before, after, rules: reading.word.rules }];
}

async function rulesByProject(ctx: Context, teamId: string, projectIds: ReadonlySet<string>) {
  const rules = new Map<string, HouseRule[]>();
  for (const projectId of projectIds) rules.set(projectId, await houseRulesOf(ctx.db, { teamId, projectId }));
  return rules;
}
