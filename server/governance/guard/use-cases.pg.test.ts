import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { setDatabaseUrl } from '../../../db/client.ts';
import { testDatabase } from '../../../db/testing.ts';
import { auditOf, newPerson, type TestPerson } from '../../auth/testing.ts';
import { systemContext } from '../../context.ts';
import { actionLine, type GuardedAction } from '../../core/guard/guarded-action.ts';
import type { ActionPattern, HouseEffect } from '../../core/guard/house-rule.ts';
import { closeNotifications } from '../../platform/notifications.ts';
import { createSession } from '../../sessions/create-session.ts';
import { newProject, newStaffedTeam, type TestTeam } from '../../workspace/testing.ts';
import { listDecisions } from './list-decisions.ts';
import { addCase, labelDecision, listCases, removeCase } from './manage-cases.ts';
import { addHouseRules, listHouseRules, readRulesOf, removeHouseRule } from './manage-house-rules.ts';
import { measureGuard, replayGuard } from './measure-guard.ts';
import { recordDecision } from './record-decision.ts';
import { tryAction } from './try-action.ts';

const { url } = await testDatabase();
setDatabaseUrl(url);
afterAll(closeNotifications);

let root: TestPerson;
let team: TestTeam;
let projectId: string;
let sessionId: string;
beforeAll(async () => {
  root = await newPerson('Root', { installationAdmin: true });
  team = await newStaffedTeam('Alpha');
  projectId = await newProject(team);
  ({ id: sessionId } = await createSession(team.developer.ctx, { projectId, title: 'Guarded' }));
});

const command = (text: string): GuardedAction => ({ kind: 'command', command: text });
const words = (text: string) => ({ kind: 'command' as const, words: text.split(' '), more: true });

async function decided(
  action: string | GuardedAction,
  verdict: HouseEffect,
  { rules = [], decidedBy = 'guard', mode = 'auto' }: { rules?: string[]; decidedBy?: string; mode?: string } = {},
): Promise<void> {
  await recordDecision(
    systemContext('test'),
    {
      teamId: team.teamId,
      projectId,
      sessionId,
      runId: 'run_1',
      personId: team.developer.personId,
      agent: 'claude-code',
      mode,
      action: typeof action === 'string' ? command(action) : action,
      decidedBy,
      verdict,
      rules,
      reason: 'A test says so',
    },
    async (masked) => masked.replace('hunter22', 'masked'),
  );
}

describe('[GU205] rules of the house', () => {
  test('are added by admins, on record, and removed; members read them', async () => {
    const { teamId, admin, viewer } = team;
    const { ruleIds } = await addHouseRules(admin.ctx, {
      teamId,
      rules: [{ effect: 'deny', pattern: words('git push'), note: 'Leads push.' }],
    });
    expect(await listHouseRules(viewer.ctx, { teamId })).toMatchObject([
      { id: ruleIds[0], effect: 'deny', words: 'git push …', scope: 'team', note: 'Leads push.' },
    ]);
    const tried = await tryAction(viewer.ctx, { teamId, action: command('git push origin main') });
    expect(tried.word).toMatchObject({
      verdict: 'deny',
      by: 'house',
      reason: 'This team forbids git push …. Leads push.',
    });
    expect(tried.commands).toMatchObject([{ name: 'git', args: ['push', 'origin', 'main'] }]);
    await removeHouseRule(admin.ctx, { teamId, ruleId: ruleIds[0] ?? '' });
    expect(await listHouseRules(viewer.ctx, { teamId })).toEqual([]);
    const entries = await auditOf('guard_rule', ruleIds[0] ?? '');
    expect(entries.map(({ action }) => action)).toEqual(['guard-rule.add', 'guard-rule.remove']);
  });

  test('are nobody else’s to write, and an expression must be readable', async () => {
    const { teamId, admin, developer } = team;
    const rules = [{ effect: 'allow' as const, pattern: words('ls') }];
    await expect(addHouseRules(developer.ctx, { teamId, rules })).rejects.toMatchObject({ code: 'forbidden' });
    await expect(addHouseRules(admin.ctx, { teamId: null, rules })).rejects.toMatchObject({ code: 'forbidden' });
    const bad = [{ effect: 'ask' as const, pattern: { kind: 'line' as const, expression: '(' } }];
    await expect(addHouseRules(admin.ctx, { teamId, rules: bad })).rejects.toMatchObject({ code: 'invalid' });
    const elsewhere = await newStaffedTeam('Beta');
    const foreign = await newProject(elsewhere);
    await expect(addHouseRules(admin.ctx, { teamId, projectId: foreign, rules })).rejects.toMatchObject({
      code: 'not_found',
    });
  });

  test('of a project hold in it alone, those of the installation everywhere', async () => {
    const { teamId, admin } = team;
    const pattern = words('make release');
    const own = await addHouseRules(admin.ctx, { teamId, projectId, rules: [{ effect: 'ask', pattern }] });
    const all = await addHouseRules(root.ctx, {
      teamId: null,
      rules: [{ effect: 'deny', pattern: words('make publish') }],
    });
    const said = async (text: string, of: { projectId?: string } = {}) =>
      (await tryAction(admin.ctx, { teamId, ...of, action: command(text) })).word.verdict;
    expect(await said('make release', { projectId })).toBe('ask');
    expect(await said('make release')).toBe('allow');
    expect(await said('make publish')).toBe('deny');
    await removeHouseRule(admin.ctx, { teamId, ruleId: own.ruleIds[0] ?? '' });
    await removeHouseRule(root.ctx, { teamId: null, ruleId: all.ruleIds[0] ?? '' });
  });

  test('of other tools are read, and refused with what was expected', async () => {
    const { teamId, admin } = team;
    const text = '{"permissions": {"allow": ["Bash(npm run test:*)", "WebSearch"]}}';
    const read = await readRulesOf(admin.ctx, { teamId, source: 'claude', text });
    expect(read.rules).toMatchObject([{ effect: 'allow', words: 'npm run test …' }]);
    expect(read.left).toMatchObject([{ written: 'WebSearch' }]);
    await expect(readRulesOf(admin.ctx, { teamId, source: 'codex', text })).rejects.toMatchObject({ code: 'invalid' });
  });
});

describe('[GU207] decisions', () => {
  test('are listed newest first, filtered, masked, page by page', async () => {
    await decided('git push --force', 'deny', { rules: ['git.force-push'] });
    await decided('mysql -phunter22', 'ask', { rules: ['databases.client'] });
    await decided('ls', 'allow');
    const { teamId, viewer } = team;
    const all = await listDecisions(viewer.ctx, { teamId });
    expect(all.items.map(({ action }) => action)).toEqual([
      command('ls'),
      command('mysql -pmasked'),
      command('git push --force'),
    ]);
    expect(all.items[0]).toMatchObject({
      person: { name: expect.any(String) },
      project: { id: projectId },
      answer: null,
    });
    const first = await listDecisions(viewer.ctx, { teamId, limit: 1 });
    const next = await listDecisions(viewer.ctx, { teamId, limit: 1, cursor: first.nextCursor ?? '' });
    expect(next.items.map(({ id }) => id)).toEqual([all.items[1]?.id]);
    for (const filter of [{ verdict: 'deny' as const }, { rule: 'git.' }, { text: 'push' }])
      expect((await listDecisions(viewer.ctx, { teamId, ...filter })).items).toHaveLength(1);
    expect((await listDecisions(viewer.ctx, { teamId, text: '%' })).items).toHaveLength(0);
  });

  test('[GU208] that were wrong become cases of the team, by which it is measured', async () => {
    const { teamId, developer, viewer } = team;
    const [decision] = (await listDecisions(developer.ctx, { teamId, text: 'push' })).items;
    const decisionId = decision?.id ?? '';
    await expect(labelDecision(viewer.ctx, { decisionId, label: 'ask' })).rejects.toMatchObject({ code: 'forbidden' });
    const { caseId } = await labelDecision(developer.ctx, { decisionId, label: 'allow' });
    expect(await labelDecision(developer.ctx, { decisionId, label: 'ask' })).toEqual({ caseId });
    expect((await listDecisions(developer.ctx, { teamId, text: 'push' })).items[0]?.label).toBe('ask');
    const own = await addCase(developer.ctx, {
      teamId,
      action: command('ls -la'),
      label: 'allow',
      note: 'We look around',
    });
    expect(await listCases(viewer.ctx, { teamId })).toHaveLength(2);
    const { team: measured, shipped } = await measureGuard(viewer.ctx, { teamId });
    expect(shipped.confusion).toMatchObject({ recall: 1, friction: 0 });
    expect(measured.confusion).toMatchObject({ cases: 2 });
    await removeCase(developer.ctx, { teamId, caseId: own.caseId });
    expect(await listCases(viewer.ctx, { teamId })).toHaveLength(1);
  });
});

test('[GU210] a rule is replayed over what agents did before it is added', async () => {
  const { teamId, admin, developer } = team;
  const add = [{ effect: 'deny' as const, pattern: words('ls') }];
  const { looked, changed } = await replayGuard(admin.ctx, { teamId, add });
  expect(looked).toBe(3);
  expect(changed).toMatchObject([{ action: command('ls'), before: 'allow', after: 'deny', rules: ['new-1'] }]);
  await expect(replayGuard(developer.ctx, { teamId, add })).rejects.toMatchObject({ code: 'forbidden' });
});

test('[GU207] reads, fetches and tools of servers are kept as well; plain reads are listed where reads are asked for', async () => {
  const { teamId, viewer } = team;
  await decided({ kind: 'read', path: 'contracts/one.md' }, 'allow', { decidedBy: 'mode' });
  await decided({ kind: 'read', path: 'contracts/two.md' }, 'deny', { decidedBy: 'policy' });
  await decided({ kind: 'fetch', address: 'https://a.example/x?key=hunter22' }, 'ask', { decidedBy: 'mode' });
  const call = { kind: 'mcp', server: 'tickets', name: 'close_issue' } as const;
  await decided({ ...call, input: '{"password":"hunter22"}' }, 'allow', { decidedBy: 'mode' });
  const named = async (of: { kind?: 'read' | 'mcp'; text?: string }) =>
    (await listDecisions(viewer.ctx, { teamId, limit: 4, ...of })).items.map(({ action }) => action);
  expect(await named({})).toEqual([
    { ...call, input: '{"password":"masked"}' },
    { kind: 'fetch', address: 'https://a.example/x?key=masked' },
    { kind: 'read', path: 'contracts/two.md' },
    command('ls'),
  ]);
  expect(await named({ kind: 'read' })).toHaveLength(2);
  expect(await named({ kind: 'mcp', text: 'close_' })).toHaveLength(1);
  expect(await named({ text: 'a.example' })).toHaveLength(1);
});

test('[GU210] a replay tells what would come of it in the mode in which it was asked', async () => {
  const { teamId, admin } = team;
  await decided('npm test', 'ask', { decidedBy: 'mode', mode: 'ask' });
  await decided('rm -rf src', 'allow', { decidedBy: 'guard' });
  const changedBy = async (effect: HouseEffect, pattern: ActionPattern) => {
    const { changed } = await replayGuard(admin.ctx, { teamId, add: [{ effect, pattern }] });
    return changed.map(({ action, before, after }) => `${actionLine(action)}: ${before} ${after}`);
  };
  expect(await changedBy('allow', words('npm test'))).toEqual(['npm test: ask allow']);
  expect(await changedBy('ask', words('rm'))).toEqual(['rm -rf src: allow ask']);
  expect(await changedBy('deny', { kind: 'read', glob: 'contracts/**' })).toEqual([
    'Read contracts/one.md: allow deny',
  ]);
  expect(await changedBy('allow', { kind: 'fetch', host: '*.example' })).toEqual([
    'Fetch https://a.example/x?key=masked: ask allow',
  ]);
  expect(await changedBy('ask', { kind: 'tool', server: 'tickets', tool: '*' })).toEqual([
    'close_issue of tickets {"password":"masked"}: allow ask',
  ]);
});
