import { eq } from 'drizzle-orm';
import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { schema } from '../../../db/client.ts';
import { testDatabase } from '../../../db/testing.ts';
import { auditOf, newPerson, newTeam, type TestPerson } from '../../auth/testing.ts';
import type { ModelCaller } from '../../core/model-call.ts';
import { setCallNode } from '../calls/call-node.ts';
import { openCall } from '../calls/open-call.ts';
import { settleCall } from '../calls/settle-call.ts';
import { aCall, aCaller, forgetCalls } from '../calls/testing.ts';
import { askForRaise, listRaises } from './ask-for-raise.ts';
import { changeBudget } from './change-budget.ts';
import { createBudget } from './create-budget.ts';
import { decideRaise } from './decide-raise.ts';
import { listBudgets, listNotices, previewBudget } from './list-budgets.ts';
import { removeBudget } from './remove-budget.ts';

const { db, url } = await testDatabase();
const { budget, budgetPeriod } = schema;

let admin: TestPerson;
let developer: TestPerson;
let stranger: TestPerson;
let owner: TestPerson;
let teamId: string;
let slug: string;
let caller: ModelCaller;

const ended = (input: number) => ({ state: 'succeeded' as const, usage: { input, output: 0 }, isEstimate: false });
const countersOf = async (budgetId: string) =>
  db.select().from(budgetPeriod).where(eq(budgetPeriod.budgetId, budgetId)).orderBy(budgetPeriod.key);

beforeAll(async () => {
  setCallNode('node_here');
  [admin, developer, stranger] = [await newPerson('Ada'), await newPerson('Dev'), await newPerson('Stu')];
  owner = await newPerson('Ida', { installationAdmin: true });
  teamId = await newTeam('Alpha', [
    [admin, 'admin'],
    [developer, 'developer'],
  ]);
  await newTeam('Beta', [[stranger, 'admin']]);
  slug = (await db.select().from(schema.team).where(eq(schema.team.id, teamId)))[0]?.slug ?? '';
  caller = aCaller({ teamId, person: { id: developer.personId, name: 'Dev', email: developer.email } });
});

beforeEach(async () => {
  for (const { id, teamId: of } of await db.select().from(budget).where(eq(budget.teamId, teamId)))
    await removeBudget(of === null ? owner.ctx : admin.ctx, { budgetId: id });
  await forgetCalls(url);
});

const teamLimit = (limitMicroUsd: number) => ({ team: slug, scope: 'team', period: 'month', limitMicroUsd }) as const;

describe('setting a budget', () => {
  test('[BU12] an admin of the team does it, and it is audited; a developer may not, for others there is nothing', async () => {
    await expect(createBudget(developer.ctx, teamLimit(5))).rejects.toMatchObject({ code: 'forbidden' });
    await expect(createBudget(stranger.ctx, teamLimit(5))).rejects.toMatchObject({ code: 'not_found' });
    const everyone = { team: null, scope: 'installation', period: 'month', limitMicroUsd: 1e12 } as const;
    await expect(createBudget(admin.ctx, everyone)).rejects.toMatchObject({ code: 'forbidden' });
    const { budgetId } = await createBudget(admin.ctx, teamLimit(1_000));
    await expect(createBudget(admin.ctx, teamLimit(2_000))).rejects.toMatchObject({ code: 'conflict' });
    for (const person of [stranger, owner])
      await expect(changeBudget(person.ctx, { budgetId, limitMicroUsd: 1 })).rejects.toMatchObject({
        code: 'not_found',
      });
    await expect(removeBudget(developer.ctx, { budgetId })).rejects.toMatchObject({ code: 'forbidden' });
    await changeBudget(admin.ctx, { budgetId, limitMicroUsd: 3_000 });
    await removeBudget(admin.ctx, { budgetId });
    expect(await auditOf('budget', budgetId)).toMatchObject([
      { action: 'budget.create', teamId, detail: { after: { limitMicroUsd: 1_000 } } },
      { action: 'budget.change', detail: { before: { limitMicroUsd: 1_000 }, after: { limitMicroUsd: 3_000 } } },
      { action: 'budget.remove' },
    ]);
    const { budgetId: all } = await createBudget(owner.ctx, everyone);
    await expect(removeBudget(admin.ctx, { budgetId: all })).rejects.toMatchObject({ code: 'not_found' });
    await removeBudget(owner.ctx, { budgetId: all });
    expect(await auditOf('budget', all)).toMatchObject([{ teamId: null }, { teamId: null }]);
  });

  test('[BU13] what was spent before counts, and so do the calls that are under way', async () => {
    await settleCall(await openCall(aCall(caller, 100)), ended(60));
    const underWay = await openCall(aCall(caller, 300));
    const { budgetId } = await createBudget(admin.ctx, teamLimit(1_000));
    expect(await countersOf(budgetId)).toMatchObject([{ spentMicroUsd: 60, reservedMicroUsd: 300 }]);
    await expect(openCall(aCall(caller, 641))).rejects.toThrow(/budget/);
    await settleCall(underWay, ended(200));
    expect(await countersOf(budgetId)).toMatchObject([{ spentMicroUsd: 260, reservedMicroUsd: 0 }]);
  });

  test('[BU13] a change holds for the next call, in every process', async () => {
    const { budgetId } = await createBudget(admin.ctx, teamLimit(100));
    await expect(openCall(aCall(caller, 200))).rejects.toThrow(/budget/);
    await changeBudget(admin.ctx, { budgetId, limitMicroUsd: 500 });
    await openCall(aCall(caller, 200));
    await changeBudget(admin.ctx, { budgetId, isHard: false });
    await openCall(aCall(caller, 900));
    await removeBudget(admin.ctx, { budgetId });
    await openCall(aCall(caller, 9_000));
  });

  test('[BU14] a limit of one’s own takes the place of the one that each has, which goes on counting', async () => {
    const each = { team: slug, scope: 'person', period: 'total', limitMicroUsd: 100 } as const;
    const { budgetId } = await createBudget(admin.ctx, each);
    await expect(openCall(aCall(caller, 200))).rejects.toThrow(/your total budget/);
    const own = await createBudget(admin.ctx, { ...each, subject: developer.personId, limitMicroUsd: 1_000 });
    await settleCall(await openCall(aCall(caller, 200)), ended(150));
    expect(await countersOf(budgetId)).toMatchObject([{ spentMicroUsd: 150 }]);
    await removeBudget(admin.ctx, { budgetId: own.budgetId });
    await expect(openCall(aCall(caller, 1))).rejects.toThrow(/your total budget/);
  });

  test.each([
    [{ scope: 'installation', period: 'month' }],
    [{ scope: 'run', period: 'month' }],
    [{ scope: 'person', period: 'month', subject: 'per_unknown' }],
    [{ scope: 'project', period: 'month', subject: 'prj_unknown' }],
    [{ scope: 'team', period: 'month', subject: 'team_unknown' }],
  ] as const)('%j is refused as it makes no sense', async (given) => {
    await expect(createBudget(admin.ctx, { team: slug, limitMicroUsd: 1, ...given })).rejects.toMatchObject({
      code: 'invalid',
    });
  });
});

describe('asking for more', () => {
  const each = { scope: 'person', period: 'month', limitMicroUsd: 100 } as const;

  test('[BU18] an admin grants it once, to the one who asked', async () => {
    const { budgetId } = await createBudget(admin.ctx, { team: slug, ...each });
    const wish = { team: slug, budgetId, limitMicroUsd: 500, reason: 'A large refactoring' };
    await expect(askForRaise(stranger.ctx, wish)).rejects.toMatchObject({ code: 'not_found' });
    await expect(askForRaise(developer.ctx, { ...wish, limitMicroUsd: 100 })).rejects.toMatchObject({
      code: 'invalid',
    });
    await askForRaise(developer.ctx, { ...wish, limitMicroUsd: 400 });
    const { raiseId } = await askForRaise(developer.ctx, wish);
    expect(await listRaises(admin.ctx, { team: slug })).toMatchObject([{ id: raiseId, askedMicroUsd: 500 }]);
    await expect(decideRaise(developer.ctx, { raiseId, decision: 'grant' })).rejects.toMatchObject({
      code: 'forbidden',
    });
    await expect(decideRaise(stranger.ctx, { raiseId, decision: 'grant' })).rejects.toMatchObject({
      code: 'not_found',
    });
    await decideRaise(admin.ctx, { raiseId, decision: 'grant' });
    await expect(decideRaise(admin.ctx, { raiseId, decision: 'decline' })).rejects.toMatchObject({ code: 'conflict' });
    await openCall(aCall(caller, 450));
    const other = { ...caller, person: { id: admin.personId, name: 'Ada', email: admin.email } };
    await expect(openCall(aCall(other, 101))).rejects.toThrow(/budget/);
    expect((await auditOf('budget', budgetId)).map(({ action }) => action)).toEqual([
      'budget.create',
      'budget.ask',
      'budget.ask',
      'budget.grant',
      'budget.block',
    ]);
    expect(await listRaises(admin.ctx, { team: slug })).toEqual([]);
  });
});

describe('the list of budgets', () => {
  test('[BU12] shows admins each meter, and members the team’s and their own', async () => {
    await createBudget(admin.ctx, teamLimit(1_000));
    await createBudget(admin.ctx, { team: slug, scope: 'person', period: 'total', limitMicroUsd: 500 });
    const other = { ...caller, person: { id: admin.personId, name: 'Ada', email: admin.email } };
    await settleCall(await openCall(aCall(caller, 300)), ended(300));
    await openCall(aCall(other, 200));
    const seen = async (ctx: TestPerson['ctx']) =>
      (await listBudgets(ctx, { team: slug })).map(({ scope, meters }) => [
        scope,
        meters.map(({ name, spentMicroUsd, reservedMicroUsd }) => [name, spentMicroUsd, reservedMicroUsd]),
      ]);
    expect(await seen(admin.ctx)).toEqual([
      ['team', [['Alpha', 300, 200]]],
      [
        'person',
        [
          ['Dev', 300, 0],
          ['Ada', 0, 200],
        ],
      ],
    ]);
    expect(await seen(developer.ctx)).toEqual([
      ['team', [['Alpha', 300, 200]]],
      ['person', [['Dev', 300, 0]]],
    ]);
    await expect(listBudgets(stranger.ctx, { team: slug })).rejects.toMatchObject({ code: 'not_found' });
    const asked = { team: slug, scope: 'person', period: 'total', limitMicroUsd: 250 } as const;
    expect(await previewBudget(admin.ctx, asked)).toEqual({
      subjects: 2,
      over: 1,
      spentMicroUsd: 300,
      highestMicroUsd: 300,
    });
    await expect.poll(async () => (await listNotices(admin.ctx, { team: slug })).length).toBe(0);
  });
});
