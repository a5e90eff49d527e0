import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { db, schema, setDatabaseUrl } from '../../db/client.ts';
import { testDatabase } from '../../db/testing.ts';
import { newPerson, newTeam, type TestPerson } from '../auth/testing.ts';
import { newId } from '../platform/ids.ts';
import { metricsText } from '../platform/metrics.ts';
import { notify } from '../platform/notify.ts';
import { closeNotifications } from '../platform/notifications.ts';
import { dataActions } from './data-actions.ts';
import { decide } from './decide.ts';
import { memory } from './policies/policy-memory.ts';
import { shippedPolicies } from './policies/shipped-policies.ts';
import { runActPolicy } from './run-acts.ts';
import { aCallRow, asker, policy, putInForce, someModel } from './testing-policies.ts';

const { url } = await testDatabase();
setDatabaseUrl(url);

let ana: TestPerson;
beforeAll(async () => {
  ana = await newPerson('Ana', { installationAdmin: true });
});
afterAll(() => closeNotifications());

const everything = policy('everything', 'permit (principal, action, resource)');
const useModel = (teamId: string, alias = 'claude') =>
  ({ action: 'useModel', caller: asker(teamId), model: someModel('remote', alias) }) as const;
const said = async (...asked: Parameters<typeof decide>) => {
  const { effect, rules } = await decide(...asked);
  return `${effect}: ${rules.map(({ id }) => id).join(' ')}`;
};

/** Other policies are in force a moment after they were published, by a notification. */
const eventually = (ask: () => Promise<string>, expected: string) =>
  vi.waitFor(async () => expect(await ask()).toBe(expected), { timeout: 4_000, interval: 20 });

async function newProject(teamId: string, more: Partial<typeof schema.project.$inferInsert> = {}): Promise<string> {
  const id = newId('prj');
  const row = {
    id,
    teamId,
    name: 'Ledger',
    slug: id,
    source: { type: 'empty' },
    status: 'ready',
    createdBy: ana.personId,
  } as const;
  await db()
    .insert(schema.project)
    .values({ ...row, ...more });
  return id;
}

describe('deciding', () => {
  it('[PO3][PO4] goes by the shipped policies where nobody published any', async () => {
    const teamId = await newTeam('Alpha');
    expect(await said(useModel(teamId))).toBe('allow: developers-use-models');
    const caller = asker(teamId, { role: 'viewer' });
    expect(await said({ ...useModel(teamId), caller })).toBe('deny: nothing-permits');
    expect(metricsText()).toContain('ensemble_policy_decisions_total{action="useModel",effect="deny"} 1');
  });

  it('[PO3] lets a team narrow, never widen, and only for itself', async () => {
    const [alpha, beta] = [await newTeam('Alpha'), await newTeam('Beta')];
    const noOpus = policy(
      'no-opus',
      'forbid (principal, action == Action::"useModel", resource) when { resource.alias == "opus" }',
    );
    await putInForce(alpha, everything + noOpus, ana.personId);
    await eventually(() => said(useModel(alpha, 'opus')), 'deny: team:no-opus');
    expect(await said(useModel(alpha))).toBe('allow: developers-use-models team:everything');
    expect(await said(useModel(beta, 'opus'))).toBe('allow: developers-use-models');
    const caller = asker(alpha, { role: 'viewer' });
    expect(await said({ ...useModel(alpha), caller })).toBe('deny: nothing-permits');
    await putInForce(
      beta,
      policy(
        'only-qwen',
        'permit (principal, action == Action::"useModel", resource) when { resource.alias == "qwen" }',
      ),
      ana.personId,
    );
    await eventually(() => said(useModel(beta)), 'deny: team:nothing-permits');
    expect(await said(useModel(beta, 'qwen'))).toBe('allow: developers-use-models team:only-qwen');
  });

  it('[PO3] denies by both when both deny', async () => {
    const teamId = await newTeam('Gamma');
    await putInForce(teamId, policy('none', 'forbid (principal, action, resource)'), ana.personId);
    const caller = asker(teamId, { role: 'viewer' });
    await eventually(() => said({ ...useModel(teamId), caller }), 'deny: nothing-permits team:none');
  });

  it('[PO8] goes by a project’s sensitivity, from the moment that it changed', async () => {
    const teamId = await newTeam('Alpha');
    const projectId = await newProject(teamId);
    const question = { ...useModel(teamId), caller: asker(teamId, { projectId }) };
    expect(await said(question)).toBe('allow: developers-use-models');
    const { project } = schema;
    await db().transaction(async (tx) => {
      await tx.update(project).set({ sensitivity: 'restricted' }).where(eq(project.id, projectId));
      await notify(tx, 'project', projectId);
    });
    await eventually(() => said(question), 'deny: restricted-stays-local');
    expect(await said({ ...question, model: someModel('local') })).toBe('allow: developers-use-models');
  });

  it('[PO5] denies what is asked about another team’s project', async () => {
    const projectId = await newProject(await newTeam('Alpha'));
    const teamId = await newTeam('Beta');
    expect(await said({ ...useModel(teamId), caller: asker(teamId, { projectId }) })).toBe('deny: unknown-project');
    expect(await said({ ...useModel(teamId), caller: asker(teamId, { projectId: 'prj_0none' }) })).toBe(
      'deny: unknown-project',
    );
  });

  it('[PO5] denies everything when the policies in force cannot be read', async () => {
    const teamId = await newTeam('Alpha');
    await putInForce(teamId, everything.replace('resource)', 'resource) when { context.gone }'), ana.personId);
    await eventually(() => said(useModel(teamId)), 'deny: team:unreadable');
  });

  it('[PO5] throws when the policies cannot be loaded', async () => {
    memory().sets.set('team_broken', Promise.reject(new Error('the database is away')));
    await expect(decide(useModel('team_broken'))).rejects.toThrow('the database is away');
  });

  it('[PO9] answers from memory by what policies look at, and by nothing less', async () => {
    const teamId = await newTeam('Night');
    const question = (spentMicroUsd: number) => ({ ...useModel(teamId), circumstances: { spentMicroUsd } });
    const noon = new Date(2026, 0, 5, 12);
    const midnight = new Date(2026, 0, 5, 0);
    await decide(question(1), noon);
    const kept = () => [...memory().words.entries()].length;
    const before = kept();
    await decide(question(1_000_000), midnight);
    expect(kept()).toBe(before);
    const rules = policy('day', 'forbid (principal, action, resource) when { context.hour < 8 }');
    await putInForce(teamId, everything + rules, ana.personId);
    await eventually(() => said(question(1), midnight), 'deny: team:day');
    expect(await said(question(1), noon)).toBe('allow: developers-use-models team:everything');
  });
});

describe('[PO19] what was spent', () => {
  const spend = (more: Partial<typeof schema.modelCall.$inferInsert>) =>
    db()
      .insert(schema.modelCall)
      .values({ ...aCallRow(), ...more });

  it('is looked up for policies that speak of it: of the run, or of the person’s own calls this day', async () => {
    const teamId = await newTeam('Spent');
    const dear = policy('dear', 'forbid (principal, action, resource) when { context.spentCents >= 100 }');
    await putInForce(teamId, everything + dear, ana.personId);
    const run = { key: { kind: 'run', id: 'run_1' }, run: { id: newId('run'), agent: 'codex' } } as const;
    const byRun = { ...useModel(teamId), caller: asker(teamId, run) };
    await spend({ teamId, runId: run.run.id, costMicroUsd: 600_000 });
    await spend({ teamId, costMicroUsd: 900_000 });
    await spend({ teamId, costMicroUsd: 900_000, startedAt: new Date(Date.now() - 48 * 3_600_000) });
    await eventually(() => said(useModel(teamId)), 'allow: developers-use-models team:everything');
    expect(await said(byRun)).toBe('allow: developers-use-models team:everything');
    await spend({ teamId, runId: run.run.id, costMicroUsd: 400_000 });
    await spend({ teamId, costMicroUsd: 100_000 });
    await eventually(() => said(byRun), 'deny: team:dear');
    await eventually(() => said(useModel(teamId)), 'deny: team:dear');
  });
});

describe('what happens to found data', () => {
  it('[PO7] is the most lenient way that is permitted', async () => {
    const teamId = await newTeam('Data');
    const of = { caller: asker(teamId), model: someModel('remote') };
    const classes = ['secret', 'personal', 'customers', 'plans'];
    const actions = async () => [...(await dataActions(of, classes))].map(([name, { action }]) => `${name} ${action}`);
    expect(await actions()).toEqual(['secret mask', 'personal mask', 'customers mask', 'plans mask']);
    const send = (id: string, action: string, dataClass: string) =>
      policy(id, `permit (principal, ${action}, resource) when { context.dataClass == "${dataClass}" }`);
    await putInForce(
      null,
      shippedPolicies +
        send('personal', 'action == Action::"sendWithNotice"', 'personal') +
        send('customers', 'action == Action::"sendUnredacted"', 'customers') +
        policy('plans', 'forbid (principal, action in Action::"send", resource) when { context.dataClass == "plans" }'),
      ana.personId,
    );
    const expected = ['secret mask', 'personal warn', 'customers allow', 'plans block'];
    await vi.waitFor(async () => expect(await actions()).toEqual(expected), { timeout: 4_000, interval: 20 });
    expect((await dataActions(of, ['plans'])).get('plans')?.rules).toMatchObject([{ id: 'plans' }]);
  });
});

describe('[PO21] what agents do', () => {
  const acting = (teamId: string, action: 'act' | 'actUnasked', families: ('databases' | 'publishing')[]) => {
    const caller = asker(teamId, { run: { id: 'run_1', agent: 'codex' } });
    return { action, caller, act: { kind: 'command', mode: 'auto', verdict: 'ask', rules: [], families } } as const;
  };
  const forbid = (id: string, action: string, family: string) =>
    policy(
      id,
      `forbid (principal, action == Action::"${action}", resource) when { context.families.contains("${family}") }`,
    );

  it('is closed by the installation and by a team, and opened by neither', async () => {
    const [alpha, beta] = [await newTeam('Alpha'), await newTeam('Beta')];
    expect(await said(acting(alpha, 'act', ['publishing']))).toBe('allow: ');
    await putInForce(null, shippedPolicies + forbid('no-publishing', 'act', 'publishing'), ana.personId);
    await eventually(() => said(acting(alpha, 'act', ['publishing'])), 'deny: no-publishing');
    expect(await said(acting(alpha, 'actUnasked', ['publishing']))).toBe('allow: ');
    expect(await said(acting(alpha, 'act', ['databases']))).toBe('allow: ');
    await putInForce(alpha, everything + forbid('ask-first', 'actUnasked', 'databases'), ana.personId);
    await eventually(() => said(acting(alpha, 'actUnasked', ['databases'])), 'deny: team:ask-first');
    // What the team permits, the installation forbids all the same.
    expect(await said(acting(alpha, 'act', ['publishing', 'databases']))).toBe('deny: no-publishing');
    expect(await said(acting(beta, 'actUnasked', ['databases']))).toBe('allow: ');
  });

  it('is looked up for no run while nothing can forbid it', async () => {
    const teamId = await newTeam('Gamma');
    const act = runActPolicy({ id: 'run_gone', teamId });
    const asked = acting(teamId, 'actUnasked', []).act;
    await putInForce(null, shippedPolicies, ana.personId);
    await vi.waitFor(() => act('act', asked), { timeout: 4_000, interval: 20 });
    await putInForce(teamId, policy('all', 'forbid (principal, action, resource)'), ana.personId);
    const refused = () => expect(act('act', asked)).rejects.toMatchObject({ code: 'forbidden' });
    await vi.waitFor(refused, { timeout: 4_000, interval: 20 });
  });
});
