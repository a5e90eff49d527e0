import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { db, schema, setDatabaseUrl } from '../../../db/client.ts';
import { testDatabase } from '../../../db/testing.ts';
import { newPerson } from '../../auth/testing.ts';
import type { FoundClass } from '../../core/model-call.ts';
import { newId } from '../../platform/ids.ts';
import { closeNotifications } from '../../platform/notifications.ts';
import { createSession } from '../../sessions/create-session.ts';
import { newProject, newStaffedTeam, type TestTeam } from '../../workspace/testing.ts';
import { aCallRow, policy } from '../testing-policies.ts';
import { getConsequence } from './replay-calls.ts';
import { shippedPolicies, teamStart } from './shipped-policies.ts';
import { tryPolicies } from './try-policies.ts';

const { url } = await testDatabase();
setDatabaseUrl(url);

let team: TestTeam;
let other: TestTeam;
const hourMs = 3_600_000;

const found = (name: string): FoundClass => ({ class: name, detector: name, count: 1, action: 'mask' });

type Row = typeof schema.modelCall.$inferInsert;

async function newCall(of: TestTeam, more: Partial<Row> = {}): Promise<string> {
  const row = aCallRow();
  await db()
    .insert(schema.modelCall)
    .values({
      ...row,
      teamId: of.teamId,
      personId: of.developer.personId,
      startedAt: new Date(Date.now() - hourMs),
      ...more,
    });
  return row.id;
}

beforeAll(async () => {
  team = await newStaffedTeam('Alpha');
  other = await newStaffedTeam('Beta');
});
afterAll(() => closeNotifications());

const consequence = (text: string) => getConsequence(team.admin.ctx, { teamId: team.teamId, text });
const forbid = (id: string, condition: string) =>
  policy(id, `forbid (principal, action == Action::"useModel", resource) when { ${condition} }`);

describe('[PO16] what a text would change', () => {
  it('is told for the calls of the team, by whom and by which rule', async () => {
    const id = await newCall(team);
    await newCall(team, { alias: 'qwen', place: 'local' });
    await newCall(team, { startedAt: new Date(Date.now() - 8 * 24 * hourMs) });
    await newCall(team, { state: 'denied', deniedBy: 'budget' });
    await newCall(other);
    expect(await consequence(teamStart)).toMatchObject({
      calls: 2,
      isAll: true,
      denied: 0,
      allowed: 0,
      data: 0,
      changes: [],
    });
    const {
      changes,
      acts: _acts,
      ...counts
    } = await consequence(teamStart + forbid('no-gpt', 'resource.alias == "gpt"'));
    expect(counts).toEqual({ calls: 2, isAll: true, denied: 1, allowed: 0, data: 0 });
    expect(changes).toMatchObject([
      { callId: id, kind: 'denied', person: 'Dev', alias: 'gpt', provider: 'OpenAI', rules: [{ id: 'team:no-gpt' }] },
    ]);
  });

  it('counts what was spent before each call, and the hour it was made', async () => {
    const at = (minutes: number) => new Date(Date.now() - hourMs + minutes * 60_000);
    const of = { alias: 'dear', runId: newId('run'), keyKind: 'run', costMicroUsd: 600_000 } as const;
    for (const minutes of [1, 2, 3]) await newCall(team, { ...of, startedAt: at(minutes) });
    const dear = (condition: string) =>
      consequence(teamStart + forbid('dear', `resource.alias == "dear" && (${condition})`));
    expect((await dear('context.spentCents >= 100')).denied).toBe(1);
    expect((await dear('context.spentCents >= 60')).denied).toBe(2);
    expect((await dear(`context.hour == ${at(1).getHours()} || context.hour == ${at(3).getHours()}`)).denied).toBe(3);
  });

  it('tells what would be allowed anew, and data that would be treated otherwise', async () => {
    const root = await newPerson('Root', { installationAdmin: true });
    await newCall(other, { personId: other.viewer.personId, alias: 'viewed', state: 'denied', deniedBy: 'policy' });
    await newCall(other, { alias: 'masked', findings: [found('secret'), found('personal')] });
    const text =
      shippedPolicies.replaceAll('Role::"developer"', 'Role::"viewer"') +
      policy(
        'personal-out',
        'permit (principal, action == Action::"sendWithNotice", resource) when { context.dataClass == "personal" }',
      ) +
      policy(
        'no-secrets',
        'forbid (principal, action in Action::"send", resource) when { context.dataClass == "secret" }',
      );
    const { changes } = await getConsequence(root.ctx, { teamId: null, text });
    expect(changes).toContainEqual(expect.objectContaining({ kind: 'allowed', person: 'Vic', alias: 'viewed' }));
    const data = changes.filter(({ kind }) => kind === 'data').map((change) => change.data);
    expect(data).toEqual([
      { class: 'secret', before: 'mask', after: 'block' },
      { class: 'personal', before: 'mask', after: 'warn' },
    ]);
  });

  it('is for those who may write the policies, and for texts that can be published', async () => {
    const { teamId } = team;
    await expect(getConsequence(team.developer.ctx, { teamId, text: teamStart })).rejects.toMatchObject({
      code: 'forbidden',
    });
    await expect(getConsequence(other.admin.ctx, { teamId, text: teamStart })).rejects.toMatchObject({
      code: 'not_found',
    });
    await expect(getConsequence(team.admin.ctx, { teamId: null, text: teamStart })).rejects.toMatchObject({
      code: 'forbidden',
    });
    await expect(consequence('permit')).rejects.toMatchObject({ code: 'invalid' });
  });
});

describe('[PO22] what a text would change for what agents want to do', () => {
  const forbidActs = (id: string, action: 'act' | 'actUnasked', condition: string) =>
    policy(id, `forbid (principal, action == Action::"${action}", resource) when { ${condition} }`);

  async function decided(of: TestTeam, more: Partial<DecisionRow> & { in: ActProject }): Promise<string> {
    const id = newId('gdn');
    const { in: project, ...row } = more;
    await db()
      .insert(schema.guardDecision)
      .values({
        id,
        teamId: of.teamId,
        ...project,
        runId: newId('run'),
        personId: of.developer.personId,
        agent: 'codex',
        mode: 'auto',
        action: { kind: 'command', command: 'git push origin main' },
        decidedBy: 'guard',
        verdict: 'allow',
        rules: [],
        reason: 'Nothing in it is known to do harm.',
        createdAt: new Date(Date.now() - hourMs),
        ...row,
      });
    return id;
  }
  type DecisionRow = typeof schema.guardDecision.$inferInsert;
  type ActProject = { projectId: string; sessionId: string };

  async function newActTeam(name: string) {
    const of = await newStaffedTeam(name);
    const projectId = await newProject(of);
    const { id: sessionId } = await createSession(of.developer.ctx, { projectId, title: 'Work' });
    return { of, in: { projectId, sessionId } };
  }

  const open = shippedPolicies.replaceAll('Role::"developer"', 'Role::"viewer"');

  it('is told for commands and changes of files, with what each would come to', async () => {
    const { of, in: where } = await newActTeam('Acts');
    const { of: elsewhere, in: there } = await newActTeam('Elsewhere');
    const push = await decided(of, { in: where });
    const migrate = await decided(of, { in: where, action: { kind: 'command', command: 'npx prisma migrate deploy' } });
    // What people answer to, and what the guard denies, stays so.
    await decided(of, { in: where, mode: 'edit', decidedBy: 'mode', verdict: 'ask', rules: ['mode.edit'] });
    await decided(of, { in: where, verdict: 'deny', rules: ['git.force-push'] });
    const key = await decided(of, {
      in: where,
      action: { kind: 'edit', path: 'deploy/tls.pem', oldText: 'a', newText: 'b' },
      decidedBy: 'policy',
      verdict: 'deny',
      rules: ['key-files-are-closed'],
    });
    await decided(of, { in: where, createdAt: new Date(Date.now() - 8 * 24 * hourMs) });
    await decided(elsewhere, { in: there });
    const text =
      policy('all', 'permit (principal, action, resource)') +
      forbidActs('asked', 'actUnasked', 'context.families.contains("version-control")') +
      forbidActs('closed', 'act', 'context.families.contains("databases")');
    const { acts } = await getConsequence(of.admin.ctx, { teamId: of.teamId, text });
    expect(acts).toMatchObject({ acts: 5, isAll: true, denied: 1, asked: 1, allowed: 0 });
    expect(acts.changes.toSorted((a, b) => (a.decisionId < b.decisionId ? -1 : 1))).toMatchObject([
      {
        decisionId: push,
        before: 'allow',
        after: 'ask',
        rules: [{ id: 'team:asked' }],
        shown: { action: { command: 'git push origin main' } },
        person: 'Dev',
      },
      { decisionId: migrate, before: 'allow', after: 'deny', rules: [{ id: 'team:closed' }] },
    ]);
    const root = await newPerson('Anchor', { installationAdmin: true });
    const whole = await getConsequence(root.ctx, {
      teamId: null,
      text: policy('all', 'permit (principal, action, resource)'),
    });
    const eased = whole.acts.changes.find(({ decisionId }) => decisionId === key);
    expect(eased).toMatchObject({ before: 'deny', after: 'ask', rules: [{ id: 'key-files-are-closed' }] });
    // The guard itself asks about keys. Whoever is not in the team reads neither the project nor the action.
    expect(eased).not.toHaveProperty('shown');
  });

  it('is told for reads, fetches and tools of servers', async () => {
    const { of, in: where } = await newActTeam('Tools');
    const by = { in: where, decidedBy: 'mode' };
    const read = await decided(of, { ...by, action: { kind: 'read', path: 'contracts/one.md' } });
    await decided(of, { ...by, action: { kind: 'read', path: '' } });
    const fetched = await decided(of, {
      ...by,
      verdict: 'ask',
      action: { kind: 'fetch', address: 'https://a.example' },
    });
    const call = { kind: 'mcp', server: 'tickets', name: 'close', input: '{}' } as const;
    const closed = await decided(of, { ...by, action: call });
    // What no admin opened stays closed, whatever policies say.
    await decided(of, { in: where, decidedBy: 'policy', verdict: 'deny', rules: ['mcp.closed-tool'], action: call });
    const said = async (text: string) => {
      const { acts } = await getConsequence(of.admin.ctx, { teamId: of.teamId, text: open + text });
      return acts.changes.map(({ decisionId, after }) => `${decisionId} ${after}`).toSorted();
    };
    expect(await said(forbidActs('fetches', 'act', 'context.kind == "fetch"'))).toEqual([`${fetched} deny`]);
    expect(await said(forbidActs('tools', 'actUnasked', 'context has tool && context.tool == "close"'))).toEqual([
      `${closed} ask`,
    ]);
    const paths = 'forbid (principal, action == Action::"usePath", resource) when { resource.path like "contracts/*" }';
    expect(await said(policy('paths', paths))).toEqual([`${read} deny`]);
  });

  it('knows the mode, what was spent, and what was seen before it was masked', async () => {
    const { of, in: where } = await newActTeam('Spent');
    const runId = newId('run');
    await newCall(of, { runId, keyKind: 'run', costMicroUsd: 2_000_000, startedAt: new Date(Date.now() - 2 * hourMs) });
    const dear = await decided(of, { in: where, runId });
    const masked = await decided(of, {
      in: where,
      action: { kind: 'command', command: 'deploy [masked]' },
      verdict: 'ask',
      rules: ['secrets.read-file'],
      mode: 'edit',
    });
    const said = async (action: 'act' | 'actUnasked', condition: string) => {
      const text = open + forbidActs('no', action, condition);
      const { acts } = await getConsequence(of.admin.ctx, { teamId: of.teamId, text });
      return acts.changes.map(({ decisionId, after }) => `${decisionId} ${after}`);
    };
    expect(await said('act', 'context.spentCents >= 200')).toEqual([`${dear} deny`]);
    expect(await said('act', 'context.families.contains("secrets") && context.verdict == "ask"')).toEqual([
      `${masked} deny`,
    ]);
    expect(await said('actUnasked', 'context.mode == "edit"')).toEqual([]);
    expect(await said('actUnasked', 'context.unattended')).toEqual([`${dear} ask`]);
  });
});

describe('[PO17] trying policies', () => {
  it('says what would be decided, for oneself; for others to those who write them', async () => {
    const { teamId } = team;
    const question = { teamId, action: 'usePath', path: 'deploy/tls.pem' } as const;
    const mine = await tryPolicies(team.developer.ctx, { ...question, personId: team.developer.personId });
    expect(mine).toMatchObject([{ effect: 'deny', rules: [{ id: 'key-files-are-closed' }] }]);
    await expect(
      tryPolicies(team.developer.ctx, { ...question, personId: team.viewer.personId }),
    ).rejects.toMatchObject({ code: 'forbidden' });
    await expect(tryPolicies(other.admin.ctx, { ...question, personId: other.admin.personId })).rejects.toMatchObject({
      code: 'not_found',
    });
    await expect(tryPolicies(team.admin.ctx, { ...question, personId: other.admin.personId })).rejects.toMatchObject({
      code: 'not_found',
    });
    const draft = {
      isInstallation: false,
      text: teamStart + policy('nights', 'forbid (principal, action, resource) when { context.hour < 6 }'),
    };
    const asked = { teamId, action: 'runUnattended', personId: team.developer.personId, draft } as const;
    expect(await tryPolicies(team.admin.ctx, { ...asked, hour: 3 })).toMatchObject([
      { effect: 'deny', rules: [{ id: 'team:nights' }] },
    ]);
    expect(await tryPolicies(team.admin.ctx, { ...asked, hour: 7 })).toMatchObject([{ effect: 'allow' }]);
    await expect(tryPolicies(team.developer.ctx, asked)).rejects.toMatchObject({ code: 'forbidden' });
    await expect(
      tryPolicies(team.admin.ctx, { ...asked, draft: { ...draft, isInstallation: true } }),
    ).rejects.toMatchObject({ code: 'forbidden' });
    await expect(
      tryPolicies(team.admin.ctx, { teamId, action: 'useModel', personId: team.admin.personId }),
    ).rejects.toMatchObject({ code: 'invalid' });
  });

  it('[PO21] says what a draft would say of what an agent does', async () => {
    const { teamId, developer, admin } = team;
    const closed =
      'forbid (principal is Run, action == Action::"act", resource) when { context.unattended && context.families.contains("secrets") }';
    const draft = { isInstallation: false, text: teamStart + policy('no-secrets', closed) };
    const ask = (mode: 'auto' | 'edit', action: 'act' | 'actUnasked' = 'act') =>
      tryPolicies(admin.ctx, {
        teamId,
        action,
        personId: developer.personId,
        draft,
        act: { kind: 'command', mode, families: ['secrets'] },
      });
    expect(await ask('auto')).toMatchObject([{ effect: 'deny', rules: [{ id: 'team:no-secrets' }] }]);
    expect(await ask('edit')).toMatchObject([{ effect: 'allow' }]);
    expect(await ask('auto', 'actUnasked')).toEqual([{ effect: 'allow', rules: [] }]);
    const bare = { teamId, action: 'act', personId: developer.personId } as const;
    await expect(tryPolicies(developer.ctx, bare)).rejects.toMatchObject({ code: 'invalid' });
  });
});
