import { spawn, type ChildProcess } from 'node:child_process';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { db, schema, setDatabaseUrl } from '../../../db/client.ts';
import { testDatabase } from '../../../db/testing.ts';
import { auditOf, newPerson, newTeam, type TestPerson } from '../../auth/testing.ts';
import type { PolicyWord } from '../../core/model-call.ts';
import type { PolicyQuestion } from '../../core/policy-question.ts';
import { closeNotifications } from '../../platform/notifications.ts';
import { newStaffedTeam, type TestTeam } from '../../workspace/testing.ts';
import { decide } from '../decide.ts';
import { asker, policy, someModel } from '../testing-policies.ts';
import { checkPolicyText, getPolicies, getPolicyVersion, listPolicyVersions } from './policy-queries.ts';
import { publishPolicies, publishPolicyDraft } from './publish-policies.ts';
import { restorePolicies } from './restore-policies.ts';
import { savePolicyDraft } from './save-draft.ts';
import { shippedPolicies, teamStart } from './shipped-policies.ts';

const { url } = await testDatabase();
setDatabaseUrl(url);

let root: TestPerson;
let team: TestTeam;
beforeAll(async () => {
  root = await newPerson('Root', { installationAdmin: true });
  team = await newStaffedTeam('Alpha');
  await newTeam('Rooters', [[root, 'viewer']]);
});
afterAll(() => closeNotifications());

const everything = policy('everything', 'permit (principal, action, resource)');
const no = (alias: string) =>
  policy(
    `no-${alias}`,
    `forbid (principal, action == Action::"useModel", resource) when { resource.alias == "${alias}" }`,
  );
const because = { reason: 'It was asked for' };

describe('publishing', () => {
  it('[PO11] puts a text in force as the next version, with who, why and what changed', async () => {
    const teamId = await newTeam('Beta', [[team.admin, 'admin']]);
    const { ctx } = team.admin;
    const first = await publishPolicies(ctx, { teamId, text: teamStart + no('opus'), basedOn: 0, ...because });
    const second = await publishPolicies(ctx, {
      teamId,
      text: everything + no('opus').replace('The rule', 'A rule'),
      basedOn: first.number,
      ...because,
    });
    expect([first.number, second.number]).toEqual([1, 2]);
    expect(await getPolicies(ctx, { teamId })).toMatchObject({
      number: 2,
      reason: 'It was asked for',
      publishedBy: 'Ada',
      mayManage: true,
      policies: [{ id: 'everything' }, { id: 'no-opus', rule: { act: 'useModel' } }],
    });
    const versions = await listPolicyVersions(ctx, { teamId });
    expect(versions).toMatchObject([{ number: 2, basedOn: 1, createdBy: 'Ada' }, { number: 1 }]);
    expect(await auditOf('policy_version', versions[0]?.policyVersionId ?? '')).toMatchObject([
      {
        action: 'policy.publish',
        teamId,
        detail: {
          number: 2,
          replaces: 1,
          added: ['everything'],
          changed: ['no-opus'],
          removed: ['as-the-installation'],
          ...because,
        },
      },
    ]);
    expect((await getPolicyVersion(ctx, { teamId, number: 1 })).text).toBe(teamStart + no('opus'));
  });

  it('[PO11] never happens with a text that is not publishable, nor with one that changes nothing', async () => {
    const { ctx } = team.admin;
    const { teamId } = team;
    for (const text of [
      'permit (principal, action, resource);',
      everything + everything,
      `${everything}x`,
      `${everything}@id("b") @title("B") forbid (principal, action, resource) when { context.gone };`,
    ]) {
      const { code } = await publishPolicies(ctx, { teamId, text, basedOn: 0, ...because }).then(
        () => ({ code: 'published' }),
        (error: { code: string }) => error,
      );
      expect(code).toBe('invalid');
      const draft = await savePolicyDraft(ctx, { teamId, text, basedOn: 0, ...because });
      await expect(publishPolicyDraft(ctx, { teamId, ...draft })).rejects.toMatchObject({ code: 'invalid' });
    }
    await expect(publishPolicies(ctx, { teamId, text: teamStart, basedOn: 0, ...because })).rejects.toMatchObject({
      code: 'conflict',
    });
    await expect(publishPolicies(ctx, { teamId, text: everything, basedOn: 0, reason: '  ' })).rejects.toThrow(
      'Say why',
    );
    expect((await getPolicies(ctx, { teamId })).number).toBe(0);
  });

  it('[PO12] of two who publish at once from the same version lets one through', async () => {
    const teamId = await newTeam('Race', [[team.admin, 'admin']]);
    const { ctx } = team.admin;
    const tries = await Promise.allSettled(
      ['a', 'b', 'c', 'd', 'e'].map((alias) =>
        publishPolicies(ctx, { teamId, text: everything + no(alias), basedOn: 0, ...because }),
      ),
    );
    expect(tries.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    for (const each of tries)
      if (each.status === 'rejected') expect(each.reason).toMatchObject({ code: 'conflict', details: { current: 1 } });
    expect(await listPolicyVersions(ctx, { teamId })).toHaveLength(1);
  });

  it('[PO12] takes a draft of another admin, once, and not when another version came between', async () => {
    const other = await newPerson('Bo');
    const teamId = await newTeam('Drafts', [
      [team.admin, 'admin'],
      [other, 'admin'],
    ]);
    const draft = await savePolicyDraft(other.ctx, { teamId, text: everything, basedOn: 0, ...because });
    const late = await savePolicyDraft(other.ctx, { teamId, text: everything + no('opus'), basedOn: 0, ...because });
    expect((await getPolicies(team.admin.ctx, { teamId })).number).toBe(0);
    expect(await publishPolicyDraft(team.admin.ctx, { teamId, ...draft })).toEqual({ number: 1 });
    await expect(publishPolicyDraft(team.admin.ctx, { teamId, ...draft })).rejects.toMatchObject({ code: 'conflict' });
    await expect(publishPolicyDraft(team.admin.ctx, { teamId, ...late })).rejects.toMatchObject({ code: 'conflict' });
    await expect(publishPolicyDraft(team.admin.ctx, { teamId: team.teamId, ...late })).rejects.toMatchObject({
      code: 'not_found',
    });
    expect(await listPolicyVersions(other.ctx, { teamId })).toMatchObject([
      { number: 2, publishedAt: null },
      { number: 1, createdBy: 'Bo', publishedBy: 'Ada' },
    ]);
    expect((await auditOf('policy_version', draft.policyVersionId)).map(({ action }) => action)).toEqual([
      'policy.draft',
      'policy.publish',
    ]);
  });

  it('[PO13] takes an old version up again as a new one', async () => {
    const teamId = await newTeam('Back', [[team.admin, 'admin']]);
    const { ctx } = team.admin;
    await publishPolicies(ctx, { teamId, text: everything, basedOn: 0, ...because });
    await publishPolicies(ctx, { teamId, text: everything + no('opus'), basedOn: 1, ...because });
    expect(await restorePolicies(ctx, { teamId, number: 1, reason: 'Too strict' })).toEqual({ number: 3 });
    expect(await getPolicies(ctx, { teamId })).toMatchObject({ number: 3, text: everything });
    const [latest] = await listPolicyVersions(ctx, { teamId });
    expect(latest).toMatchObject({ restores: 1, basedOn: 2, reason: 'Too strict' });
    expect(await auditOf('policy_version', latest?.policyVersionId ?? '')).toMatchObject([
      { action: 'policy.restore', detail: { restores: 1, removed: ['no-opus'] } },
    ]);
    expect(await restorePolicies(ctx, { teamId, number: 0, reason: 'As shipped' })).toEqual({ number: 4 });
    expect((await getPolicies(ctx, { teamId })).text).toBe(teamStart);
    await expect(restorePolicies(ctx, { teamId, number: 9, reason: 'None' })).rejects.toMatchObject({
      code: 'not_found',
    });
  });
});

describe('[PO14] who may', () => {
  const text = everything + no('opus');
  const writes = (ctx: TestPerson['ctx'], teamId: string | null) => [
    () => publishPolicies(ctx, { teamId, text, basedOn: 0, ...because }),
    () => savePolicyDraft(ctx, { teamId, text, basedOn: 0, ...because }),
    () => publishPolicyDraft(ctx, { teamId, policyVersionId: 'pov_none' }),
    () => restorePolicies(ctx, { teamId, number: 0, ...because }),
    () => listPolicyVersions(ctx, { teamId }),
    () => getPolicyVersion(ctx, { teamId, number: 0 }),
    () => checkPolicyText(ctx, { teamId, text }),
  ];

  it('write a team’s is its admins; read them, its members; strangers know of none', async () => {
    const { teamId } = team;
    for (const each of writes(team.developer.ctx, teamId))
      await expect(each()).rejects.toMatchObject({ code: 'forbidden' });
    for (const each of writes(root.ctx, teamId)) await expect(each()).rejects.toMatchObject({ code: 'not_found' });
    expect(await getPolicies(team.viewer.ctx, { teamId })).toMatchObject({ mayManage: false });
    await expect(getPolicies(root.ctx, { teamId })).rejects.toMatchObject({ code: 'not_found' });
  });

  it('write the installation’s is installation admins; read them, members of any team', async () => {
    for (const each of writes(team.admin.ctx, null)) await expect(each()).rejects.toMatchObject({ code: 'forbidden' });
    expect(await getPolicies(team.viewer.ctx, { teamId: null })).toMatchObject({
      number: 0,
      text: shippedPolicies,
      mayManage: false,
    });
    expect(await getPolicies(root.ctx, { teamId: null })).toMatchObject({ mayManage: true });
    await expect(getPolicies((await newPerson('Nobody')).ctx, { teamId: null })).rejects.toMatchObject({
      code: 'forbidden',
    });
  });
});

describe('another process', () => {
  let child: ChildProcess;
  const answers: string[] = [];

  beforeAll(() => {
    child = spawn(process.execPath, [path.resolve('server/governance/testing-decider.ts')], {
      // What the process needs and no more.
      env: {
        PATH: '/usr/bin:/bin',
        NODE_ENV: 'test',
        LOG_LEVEL: 'silent',
        DATABASE_URL: url,
        ENSEMBLE_SECRET: 'a-secret-of-the-test-run-only-0123456789',
      },
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    if (child.stdout) createInterface({ input: child.stdout }).on('line', (line) => answers.push(line));
  });
  afterAll(() => child.kill());

  async function ask(question: PolicyQuestion): Promise<PolicyWord> {
    const before = answers.length;
    child.stdin?.write(`${JSON.stringify(question)}\n`);
    await vi.waitFor(() => expect(answers.length).toBeGreaterThan(before), { timeout: 20_000, interval: 5 });
    return JSON.parse(answers[before] ?? '') as PolicyWord;
  }

  it('[PO15] decides by what was published within a second, by notification', async () => {
    const teamId = await newTeam('Far', [[team.admin, 'admin']]);
    const question: PolicyQuestion = { action: 'useModel', caller: asker(teamId), model: someModel('remote', 'opus') };
    expect((await ask(question)).effect).toBe('allow');
    await publishPolicies(team.admin.ctx, { teamId, text: everything + no('opus'), basedOn: 0, ...because });
    const publishedAt = performance.now();
    // Long before the process would look by itself.
    await vi.waitFor(async () => expect((await ask(question)).rules[0]?.id).toBe('team:no-opus'), {
      timeout: 3_000,
      interval: 10,
    });
    expect(performance.now() - publishedAt).toBeLessThan(3_000);
    expect((await decide(question)).effect).toBe('deny');
    const { policyVersion } = schema;
    expect(await db().select().from(policyVersion).where(eq(policyVersion.teamId, teamId))).toHaveLength(1);
  });
});
