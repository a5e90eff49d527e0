import { and, eq, isNull, lt } from 'drizzle-orm';
import { schema } from '../../../db/client.ts';
import { appendAudit } from '../../audit/append.ts';
import { systemContext, withTransaction, type Context } from '../../context.ts';
import { actorRef } from '../../core/actor.ts';
import { readCounterKey, type BudgetEventKind, type BudgetScope } from '../../core/budget.ts';
import type { ModelCaller } from '../../core/model-call.ts';
import { newId } from '../../platform/ids.ts';
import { appendSessionEvent } from '../../runs/event-log.ts';

/** A counter that came to a percent of its limit, or refused a call; and whose call it was. */
export type Reached = {
  key: string;
  scope: BudgetScope;
  kind: BudgetEventKind;
  percent: number;
  spentMicroUsd: number;
  limitMicroUsd: number;
  caller: ModelCaller;
};

/** Tells admins, the person and the run's session, once for each percent of a period. */
export async function tellOfBudget(reached: readonly Reached[]): Promise<void> {
  const ctx = systemContext('budget');
  for (const one of reached) await withTransaction(ctx, (tx) => tellOnce(tx, one));
}

async function tellOnce(tx: Context, one: Reached): Promise<void> {
  const { budgetPeriod: counter, budgetEvent } = schema;
  const isBlocked = one.kind === 'blocked';
  const isNew = isBlocked ? isNull(counter.blockedAt) : lt(counter.warnedPercent, one.percent);
  const [first] = await tx.db
    .update(counter)
    .set(isBlocked ? { blockedAt: tx.now() } : { warnedPercent: one.percent })
    .where(and(eq(counter.key, one.key), isNew))
    .returning({ budgetId: counter.budgetId });
  if (!first) return;
  const { kind, percent, spentMicroUsd, limitMicroUsd, caller } = one;
  await tx.db.insert(budgetEvent).values({
    id: newId('bev'),
    teamId: caller.teamId,
    budgetId: first.budgetId,
    periodKey: one.key,
    kind,
    percent,
    spentMicroUsd,
    limitMicroUsd,
    personId: caller.person.id,
    runId: caller.run?.id ?? null,
    sessionId: caller.sessionId ?? null,
  });
  await appendAudit(tx, {
    teamId: caller.teamId,
    action: isBlocked ? 'budget.block' : 'budget.warn',
    resource: { type: 'budget', id: first.budgetId },
    detail: { ...readCounterKey(one.key), percent, spentMicroUsd, limitMicroUsd },
  });
  await tellSession(tx, one);
}

/** A run's people see it where the run's other steps are. */
async function tellSession(tx: Context, one: Reached): Promise<void> {
  const { caller, scope, kind, percent, spentMicroUsd, limitMicroUsd } = one;
  const { session } = schema;
  if (!caller.run || caller.sessionId === undefined || !tx.actor) return;
  const [there] = await tx.db
    .select({ id: session.id })
    .from(session)
    .where(and(eq(session.id, caller.sessionId), eq(session.teamId, caller.teamId)));
  if (!there) return;
  await appendSessionEvent(tx.db, {
    sessionId: there.id,
    teamId: caller.teamId,
    actor: actorRef(tx.actor),
    body: { type: 'budget_reached', runId: caller.run.id, scope, outcome: kind, percent, spentMicroUsd, limitMicroUsd },
  });
}
