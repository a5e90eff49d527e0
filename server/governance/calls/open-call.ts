import {
  admit,
  countersOf,
  readCounterKey,
  refusalWords,
  refusesWithoutPrice,
  type Refused,
  type Wish,
} from '../../core/budget.ts';
import { mostCost } from '../../core/call-cost.ts';
import { AppError } from '../../core/errors.ts';
import { GroupCommit } from '../../platform/group-commit.ts';
import { newId } from '../../platform/ids.ts';
import { singleton } from '../../platform/singleton.ts';
import { forgetBudgets, knownBudgets, type KnownBudgets } from '../budgets/known-budgets.ts';
import { tellOfBudget, type Reached } from '../budgets/tell-of-budget.ts';
import { countRefused } from './call-metrics.ts';
import { callNode, holdCall } from './call-node.ts';
import type { CallEntry } from './call-rows.ts';
import type { Denial, NewCall, OpenedCall } from './opened-call.ts';
import { settlementsWritten } from './settle-call.ts';
import { inOneTransaction, lockCounters, writeCalls } from './write-calls.ts';

/** More calls than this do not go into one transaction. */
const mostAtOnce = 256;
/** How often budgets may change under a batch before it is given up. */
const mostTries = 8;

type Item = { call: NewCall; denial?: Denial };
type Answer = {
  id: string;
  recording: OpenedCall['recording'];
  mostMicroUsd: number;
  refused?: Refused;
  /** Nobody was told yet that this budget refuses calls. */
  isFirst?: boolean;
};

const opening = () => singleton('call-opening', () => new GroupCommit<Item, Answer>(writeBatch, { mostAtOnce }));

/**
 * Sets aside what the call may cost at most and writes it down with its audit entry, durably, before anything of it
 * leaves (docs/spec/budgets.md). Calls of one moment share a transaction; each is decided on its own.
 * @throws AppError `forbidden` with `details.reason` `budget` when it does not fit a budget: it is recorded as denied;
 *   anything else when it could not be written: then it must not be made
 */
export async function openCall(call: NewCall): Promise<OpenedCall> {
  const { id, recording, refused, mostMicroUsd, isFirst } = await opening().add({ call });
  if (refused) {
    countRefused(refused.budget.scope);
    if (isFirst === true) await tellOfBudget([reachedBy(refused, call)]);
    throw refusalOf(refused, { id, mostMicroUsd });
  }
  holdCall(id);
  return { id, call, recording, openedAtMs: performance.now() };
}

/** Writes down a call that was refused for another reason than a budget. @returns the id of its record */
export async function recordDenied(call: NewCall, denial: Denial): Promise<string> {
  return (await opening().add({ call, denial })).id;
}

function reachedBy({ key, budget, counter }: Refused, { caller }: NewCall): Reached {
  const { limitMicroUsd } = budget;
  const { spentMicroUsd } = counter;
  const percent = limitMicroUsd === 0 ? 100 : Math.floor((spentMicroUsd * 100) / limitMicroUsd);
  return { key, scope: budget.scope, kind: 'blocked', percent, spentMicroUsd, limitMicroUsd, caller };
}

function refusalOf(refused: Refused, { id, mostMicroUsd }: { id: string; mostMicroUsd: number }): AppError {
  const { budget, counter, reason } = refused;
  return new AppError('forbidden', refusalWords(refused, mostMicroUsd), {
    details: {
      reason: 'budget',
      why: reason,
      callId: id,
      budgetId: budget.id,
      limitMicroUsd: budget.limitMicroUsd,
      spentMicroUsd: counter.spentMicroUsd,
      reservedMicroUsd: counter.reservedMicroUsd,
    },
  });
}

/** A call with what the budgets of this revision say about it before any counter is looked at. */
type Planned = Item & { id: string; at: Date; wish: Wish };

async function writeBatch(items: readonly Item[]): Promise<Answer[]> {
  const at = new Date();
  const ids = items.map(() => newId('mcl'));
  for (let tries = 0; tries < mostTries; tries++) {
    const known = await knownBudgets();
    const planned = items.map((item, index) => ({ ...item, id: ids[index] ?? '', at, wish: wishOf(item, known, at) }));
    const answers = (await writeAtOnce(planned, known)) ?? (await writeInDoubt(planned, known));
    if (answers) return answers;
    forgetBudgets();
  }
  throw new AppError('unavailable', 'Budgets change faster than calls can be checked against them. Try again.');
}

function wishOf({ call, denial }: Item, known: KnownBudgets, at: Date): Wish {
  const { teamId, person, projectId, run } = call.caller;
  const most = mostCost(call.bound, call.targets);
  const subjects = {
    teamId,
    personId: person.id,
    ...(projectId !== undefined && { projectId }),
    ...(run && { runId: run.id }),
  };
  const drawn = denial ? [] : countersOf(known.ofTeam(teamId), subjects, at);
  return { drawn, amountMicroUsd: most ?? 0, isPriced: most !== null };
}

/** The usual way: all fit. @returns undefined when nothing was written, since not all do or the budgets changed */
async function writeAtOnce(planned: readonly Planned[], known: KnownBudgets): Promise<Answer[] | undefined> {
  if (planned.some(({ wish }) => refusesWithoutPrice(wish))) return undefined;
  const entries = planned.map((one) => entryOf(one, known));
  if ((await writeCalls(entries, known.revision)) !== 'written') return undefined;
  return planned.map((one) => answerOf(one, known));
}

/** Not all fit, or budgets changed: what calls that ended still hold is given back before anybody is refused. */
async function writeInDoubt(planned: readonly Planned[], known: KnownBudgets): Promise<Answer[] | undefined> {
  await settlementsWritten();
  return writeOneByOne(planned, known);
}

/** Looks at the counters first and decides on one call after the other. @returns undefined when the budgets changed */
async function writeOneByOne(planned: readonly Planned[], known: KnownBudgets): Promise<Answer[] | undefined> {
  return inOneTransaction(async (client) => {
    const held = await lockCounters(client, namesOf(planned), known.revision);
    if (!held) return undefined;
    const refusals = admit(
      planned.map(({ wish }) => wish),
      held.counters,
    );
    const entries = planned.map((one, index) => entryOf(one, known, refusals[index]));
    if ((await writeCalls(entries, known.revision, client)) !== 'written')
      throw new Error('counters that are held changed');
    return planned.map((one, index) => {
      const refused = refusals[index];
      const answer = answerOf(one, known, refused);
      return refused && !held.blocked.has(refused.key) ? { ...answer, isFirst: true } : answer;
    });
  });
}

function namesOf(planned: readonly Planned[]) {
  const keys = new Set(planned.flatMap(({ wish }) => wish.drawn.map(({ key }) => key)));
  return [...keys].map((key) => {
    const { budgetId, period, subjectId } = readCounterKey(key);
    return { key, budget_id: budgetId, period, subject_id: subjectId };
  });
}

function answerOf({ id, call, wish }: Planned, known: KnownBudgets, refused?: Refused): Answer {
  const recording = known.recordingOf(call.caller.teamId);
  return { id, recording, mostMicroUsd: wish.amountMicroUsd, ...(refused && { refused }) };
}

function entryOf(one: Planned, known: KnownBudgets, refused?: Refused): CallEntry {
  const { id, call, at, wish, denial } = one;
  const denied = refused ? { cause: 'budget' as const, message: refusalWords(refused, wish.amountMicroUsd) } : denial;
  return {
    id,
    call,
    at,
    nodeId: callNode(),
    mostMicroUsd: wish.isPriced ? wish.amountMicroUsd : null,
    drawn: denied ? [] : wish.drawn,
    recordsShape: known.recordingOf(call.caller.teamId).level !== 'none',
    ...(denied && { denied }),
  };
}
