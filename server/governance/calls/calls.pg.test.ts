import { eq, sql } from 'drizzle-orm';
import pg from 'pg';
import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { schema } from '../../../db/client.ts';
import { testDatabase } from '../../../db/testing.ts';
import { auditOf, newPerson, newTeam, type TestPerson } from '../../auth/testing.ts';
import type { ModelCaller } from '../../core/model-call.ts';
import { newTestSession } from '../../runs/testing.ts';
import { forgetBudgets } from '../budgets/known-budgets.ts';
import { letGoOfCall, setCallNode } from './call-node.ts';
import { openCall, recordDenied } from './open-call.ts';
import { recoverCalls, type Silences } from './recover-calls.ts';
import { settleCall } from './settle-call.ts';
import { aCall, aCaller, aTarget, forgetCalls, newBudget } from './testing.ts';

const { db, url } = await testDatabase();
const { modelCall, budgetPeriod, budget } = schema;

let person: TestPerson;
let teamId: string;
let caller: ModelCaller;

const rowOf = async (id: string) => (await db.select().from(modelCall).where(eq(modelCall.id, id)))[0];
const countersNow = async () => db.select().from(budgetPeriod).orderBy(budgetPeriod.key);
const usage = (input: number, output = 0) => ({
  state: 'succeeded' as const,
  usage: { input, output },
  isEstimate: false,
});

beforeAll(async () => {
  setCallNode('node_here');
  person = await newPerson('Ana');
  teamId = await newTeam('Alpha', [[person, 'developer']]);
  caller = aCaller({ teamId, person: { id: person.personId, name: 'Ana', email: person.email } });
});

beforeEach(async () => {
  await db.delete(budget);
  await forgetCalls(url);
  forgetBudgets();
});

describe('a call', () => {
  test('[BU21] that has ended is not changed any more, by whatever statement, and not removed', async () => {
    const opened = await openCall(aCall(caller, 500));
    await settleCall(opened, usage(100));
    const refused = { cause: { code: '42501' } };
    await expect(
      db.update(modelCall).set({ costMicroUsd: 1 }).where(eq(modelCall.id, opened.id)),
    ).rejects.toMatchObject(refused);
    await expect(db.delete(modelCall).where(eq(modelCall.id, opened.id))).rejects.toMatchObject(refused);
    await expect(db.execute(sql`truncate model_call`)).rejects.toMatchObject(refused);
    expect(await rowOf(opened.id)).toMatchObject({ state: 'succeeded', costMicroUsd: 100 });
  });

  test('[BU1] is written with its audit entry before openCall answers, and ended once', async () => {
    const opened = await openCall(aCall(caller, 500));
    expect(await rowOf(opened.id)).toMatchObject({
      state: 'started',
      teamId,
      personId: person.personId,
      alias: 'test',
      providerName: 'Testing',
      upstreamModel: 'test-model',
      costMicroUsd: null,
      reservedMicroUsd: 500,
      isEstimate: true,
    });
    const entries = await auditOf('model_call', opened.id);
    expect(entries).toMatchObject([{ action: 'model_call.open', teamId, actorName: 'Ana' }]);
    expect((await rowOf(opened.id))?.auditEntryId).toBe(entries[0]?.id);

    await settleCall(opened, usage(100, 50), { firstByteMs: 3.4 });
    await settleCall(opened, usage(9_999));
    expect(await rowOf(opened.id)).toMatchObject({
      state: 'succeeded',
      inputTokens: 100,
      outputTokens: 50,
      costMicroUsd: 200,
      isEstimate: false,
      firstByteMs: 3,
    });
  });
});

describe('a database that refuses', () => {
  async function asOwner(statement: string): Promise<void> {
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    try {
      await client.query(statement);
    } finally {
      await client.end();
    }
  }

  test('[BU1] a call whose audit entry cannot be written is not opened, and sets nothing aside', async () => {
    await newBudget({ limitMicroUsd: 1_000 });
    await settleCall(await openCall(aCall(caller, 100)), usage(0));
    await asOwner('revoke insert on audit_entry from ensemble_app');
    try {
      await expect(openCall(aCall(caller, 100))).rejects.toThrow(/permission denied/);
      await expect(recordDenied(aCall(caller), { cause: 'policy', message: 'No.' })).rejects.toThrow(
        /permission denied/,
      );
    } finally {
      await asOwner('grant insert on audit_entry to ensemble_app');
    }
    expect((await db.select().from(modelCall)).map(({ state }) => state)).toEqual(['succeeded']);
    expect(await countersNow()).toMatchObject([{ spentMicroUsd: 0, reservedMicroUsd: 0 }]);
    await openCall(aCall(caller, 100));
  });

  test('[BU1] a settlement waits until it can be written', async () => {
    const opened = await openCall(aCall(caller, 100));
    await asOwner('revoke update on model_call from ensemble_app');
    const settled = settleCall(opened, usage(30));
    await asOwner('grant update on model_call to ensemble_app');
    await settled;
    expect(await rowOf(opened.id)).toMatchObject({ state: 'succeeded', costMicroUsd: 30 });
  });
});

describe('a budget', () => {
  test('[BU3] [BU4] sets aside what a call may cost, books what it cost, and refuses with words what does not fit', async () => {
    const id = await newBudget({ limitMicroUsd: 1_000, period: 'month', scope: 'team', teamId });
    const first = await openCall(aCall(caller, 700));
    expect(await countersNow()).toMatchObject([{ budgetId: id, spentMicroUsd: 0, reservedMicroUsd: 700 }]);

    const refused = await openCall(aCall(caller, 400)).catch((error: unknown) => error);
    expect(refused).toMatchObject({
      code: 'forbidden',
      details: { reason: 'budget', budgetId: id, limitMicroUsd: 1_000 },
    });
    expect(String(refused)).toMatch(/the team’s monthly budget.*set aside.*begins anew on \w+ 1, .*ask a team admin/);
    const [denied] = await db.select().from(modelCall).where(eq(modelCall.state, 'denied'));
    expect(denied).toMatchObject({ deniedBy: 'budget', costMicroUsd: 0, reservedMicroUsd: 0, providerName: null });
    expect(await auditOf('model_call', denied?.id ?? '')).toMatchObject([{ action: 'model_call.deny' }]);

    await settleCall(first, usage(200));
    expect(await countersNow()).toMatchObject([{ spentMicroUsd: 200, reservedMicroUsd: 0 }]);
    await settleCall(await openCall(aCall(caller, 800)), usage(0));
  });

  test('[BU5] calls of one moment share a transaction, and one that does not fit fails alone', async () => {
    await newBudget({ limitMicroUsd: 1_000 });
    const outcomes = await Promise.allSettled([600, 500, 300, 200, 100].map((most) => openCall(aCall(caller, most))));
    expect(outcomes.map(({ status }) => status)).toEqual([
      'fulfilled',
      'rejected',
      'fulfilled',
      'rejected',
      'fulfilled',
    ]);
    expect(await countersNow()).toMatchObject([{ reservedMicroUsd: 1_000 }]);
    const transactions = await db.select({ xmin: sql<string>`xmin::text` }).from(modelCall);
    expect(new Set(transactions.map(({ xmin }) => xmin)).size).toBe(1);
  });

  test('[BU5] a call whose words cannot be stored fails alone', async () => {
    const bad = aCall(caller, 10, { findings: [{ class: 'a\u0000', detector: 'x', count: 1, action: 'warn' }] });
    const outcomes = await Promise.allSettled([openCall(aCall(caller)), openCall(bad), openCall(aCall(caller))]);
    expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
  });

  test('[BU2] counts for whom it is about and for nobody else', async () => {
    await newBudget({ limitMicroUsd: 100, teamId, scope: 'project', subjectId: 'prj_a' });
    await newBudget({ limitMicroUsd: 301, teamId, scope: 'person' });
    await newBudget({ limitMicroUsd: 50, teamId, scope: 'run' });
    await newBudget({ limitMicroUsd: 0, teamId: 'team_other', scope: 'team' });
    const ofRun = { ...caller, key: { kind: 'run' as const, id: 'key' }, run: { id: 'run_1', agent: 'coder' } };
    await openCall(aCall({ ...caller, projectId: 'prj_b' }, 200));
    await expect(openCall(aCall({ ...caller, projectId: 'prj_a' }, 101))).rejects.toThrow(/this project’s/);
    await expect(openCall(aCall(ofRun, 51))).rejects.toThrow(/this run’s total budget/);
    await openCall(aCall(ofRun, 50));
    await expect(openCall(aCall(caller, 52))).rejects.toThrow(/your total budget/);
    const other = { ...caller, person: { id: 'per_other', name: 'Bo', email: 'bo@example.com' } };
    await openCall(aCall(other, 301));
    expect(
      (await countersNow()).map(({ subjectId, reservedMicroUsd }) => [subjectId, reservedMicroUsd]).toSorted(),
    ).toEqual(
      [
        ['per_other', 301],
        [person.personId, 250],
        ['prj_a', 0],
        ['run_1', 50],
      ].toSorted(),
    );
  });

  test('[BU6] a soft one lets calls go on', async () => {
    await newBudget({ limitMicroUsd: 10, isHard: false });
    await settleCall(await openCall(aCall(caller, 500)), usage(400));
    await openCall(aCall(caller, 500));
    expect(await countersNow()).toMatchObject([{ spentMicroUsd: 400, reservedMicroUsd: 500 }]);
  });

  test('[BU7] a model without a price counts no money and is marked; a budget may refuse it', async () => {
    const { price: _price, ...unpriced } = aTarget;
    await newBudget({ limitMicroUsd: 10 });
    const opened = await openCall(aCall(caller, 500, { targets: [unpriced] }));
    await settleCall(opened, usage(70, 30));
    expect(await rowOf(opened.id)).toMatchObject({ costMicroUsd: null, isPriced: false, inputTokens: 70 });
    expect(await countersNow()).toMatchObject([{ spentMicroUsd: 0, reservedMicroUsd: 0 }]);
    await newBudget({ limitMicroUsd: 10, refusesUnpriced: true });
    await expect(openCall(aCall(caller, 500, { targets: [unpriced] }))).rejects.toThrow(/has no price/);
  });

  test('[BU8] a cut stream is booked by a counted estimate that is marked as one', async () => {
    await newBudget({ limitMicroUsd: 1_000 });
    const opened = await openCall(aCall(caller, 900));
    await settleCall(opened, { state: 'cancelled', usage: { input: 100, output: 7 }, isEstimate: true });
    expect(await rowOf(opened.id)).toMatchObject({ state: 'cancelled', isEstimate: true, costMicroUsd: 114 });
    expect(await countersNow()).toMatchObject([{ spentMicroUsd: 114, reservedMicroUsd: 0 }]);
  });

  test('[BU10] tells once at each percent of a period, and once when it refuses', async () => {
    const id = await newBudget({ limitMicroUsd: 1_000, teamId, scope: 'team' });
    for (const cost of [500, 300, 50]) await settleCall(await openCall(aCall(caller, cost)), usage(cost));
    await expect(openCall(aCall(caller, 500))).rejects.toThrow(/budget/);
    await expect(openCall(aCall(caller, 500))).rejects.toThrow(/budget/);
    await settleCall(await openCall(aCall(caller, 150)), usage(160));
    await expect
      .poll(async () => (await auditOf('budget', id)).map(({ action }) => action))
      .toEqual(['budget.warn', 'budget.block', 'budget.warn']);
    const events = await db.select().from(schema.budgetEvent).orderBy(schema.budgetEvent.id);
    expect(events.map(({ kind, percent, personId }) => [kind, percent, personId])).toEqual([
      ['warned', 80, person.personId],
      ['blocked', 85, person.personId],
      ['warned', 100, person.personId],
    ]);
  });
});

test('[BU10] the session of a run hears of it, and its neighbours do not', async () => {
  const session = await newTestSession();
  const { personId, name, email } = session.developer;
  const run = { id: 'run_told', agent: 'coder' };
  const ofRun = aCaller({ ...session, person: { id: personId, name, email }, run, key: { kind: 'run', id: 'key' } });
  await newBudget({ limitMicroUsd: 100, teamId: session.teamId, scope: 'run' });
  await settleCall(await openCall(aCall(ofRun, 90)), usage(85));
  const { sessionEvent } = schema;
  const told = async () =>
    (await db.select().from(sessionEvent).where(eq(sessionEvent.sessionId, session.sessionId))).map(({ body }) => body);
  await expect
    .poll(told)
    .toMatchObject([
      { type: 'budget_reached', runId: 'run_told', scope: 'run', outcome: 'warned', percent: 80, spentMicroUsd: 85 },
    ]);
  const elsewhere = { ...ofRun, teamId };
  await newBudget({ limitMicroUsd: 10, teamId, scope: 'run' });
  await settleCall(await openCall(aCall(elsewhere, 10)), usage(10));
  await expect.poll(async () => (await db.select().from(schema.budgetEvent)).length).toBe(2);
  expect(await told()).toHaveLength(1);
});

describe('a denied call', () => {
  test('[BU9] is recorded with who, why and the rules, and sets nothing aside', async () => {
    await newBudget({ limitMicroUsd: 1_000 });
    const call = aCall(caller, 500, { policy: { effect: 'deny', rules: [{ id: 'pol_9', title: 'Local only' }] } });
    const id = await recordDenied(call, { cause: 'policy', message: 'Only local models on this project.' });
    expect(await rowOf(id)).toMatchObject({
      state: 'denied',
      deniedBy: 'policy',
      rules: [{ id: 'pol_9', title: 'Local only' }],
      errorMessage: 'Only local models on this project.',
    });
    expect(await countersNow()).toEqual([]);
    expect(await auditOf('model_call', id)).toMatchObject([{ action: 'model_call.deny' }]);
  });
});

describe('a process that is gone', () => {
  const lives = async (nodeId: string, seconds: number) =>
    db
      .insert(schema.webNode)
      .values({ nodeId, address: nodeId, expiresAt: sql`now() + make_interval(secs => ${seconds})` })
      .onConflictDoUpdate({
        target: schema.webNode.nodeId,
        set: { expiresAt: sql`now() + make_interval(secs => ${seconds})` },
      });

  test('[BU11] leaves calls that are interrupted, with what they had set aside booked; of the living none', async () => {
    await newBudget({ limitMicroUsd: 1_000 });
    await lives('node_here', 60);
    const kept = await openCall(aCall(caller, 100));
    await lives('node_dead', -1);
    setCallNode('node_dead');
    const lost = await openCall(aCall(caller, 300));
    setCallNode('node_here');
    const silences: Silences = new Map();
    expect(await recoverCalls(silences, 0)).toBe(0);
    // A sign of life in between, as after a time without a database: it is not gone.
    await lives('node_dead', -0.5);
    expect(await recoverCalls(silences, 5_000)).toBe(0);
    expect(await recoverCalls(silences, 7_500)).toBe(1);
    expect(await rowOf(lost.id)).toMatchObject({ state: 'interrupted', isEstimate: true, costMicroUsd: 300 });
    expect(await rowOf(kept.id)).toMatchObject({ state: 'started' });
    expect(await countersNow()).toMatchObject([{ spentMicroUsd: 300, reservedMicroUsd: 100 }]);
    expect((await auditOf('model_call', lost.id)).map(({ action, actorKind }) => [action, actorKind])).toEqual([
      ['model_call.open', 'person'],
      ['model_call.interrupt', 'system'],
    ]);
    // It was only slow, and comes back with the figures.
    await settleCall(lost, usage(20));
    expect(await rowOf(lost.id)).toMatchObject({ state: 'succeeded', isEstimate: false, costMicroUsd: 20 });
    expect(await countersNow()).toMatchObject([{ spentMicroUsd: 20, reservedMicroUsd: 100 }]);
    await settleCall(kept, usage(0));
  });

  test('[BU11] is told of a worker without rooms by its heartbeat', async () => {
    const beats = async (secondsAgo: number) =>
      db
        .insert(schema.worker)
        .values({ id: 'node_worker', agents: [], heartbeatAt: sql`now() - make_interval(secs => ${secondsAgo})` })
        .onConflictDoUpdate({
          target: schema.worker.id,
          set: { heartbeatAt: sql`now() - make_interval(secs => ${secondsAgo})` },
        });
    setCallNode('node_worker');
    const call = await openCall(aCall(caller, 100));
    setCallNode('node_here');
    const silences: Silences = new Map();
    await beats(10);
    for (const at of [0, 5_000, 10_000]) expect(await recoverCalls(silences, at)).toBe(0);
    await beats(20);
    expect(await recoverCalls(silences, 15_000)).toBe(0);
    expect(await recoverCalls(silences, 20_000)).toBe(1);
    expect(await rowOf(call.id)).toMatchObject({ state: 'interrupted' });
  });

  test('[BU11] a call that was written down but never known to its process is released, and costs nothing', async () => {
    await newBudget({ limitMicroUsd: 1_000 });
    await lives('node_here', 60);
    const [known, lost] = [await openCall(aCall(caller, 100)), await openCall(aCall(caller, 300))];
    letGoOfCall(lost.id);
    expect(await recoverCalls(new Map(), 0)).toBe(0);
    await db.update(modelCall).set({ startedAt: sql`now() - interval '2 minutes'` });
    expect(await recoverCalls(new Map(), 0)).toBe(1);
    expect(await rowOf(lost.id)).toMatchObject({ state: 'interrupted', costMicroUsd: 0 });
    expect(await rowOf(known.id)).toMatchObject({ state: 'started' });
    expect(await countersNow()).toMatchObject([{ spentMicroUsd: 0, reservedMicroUsd: 100 }]);
  });
});
