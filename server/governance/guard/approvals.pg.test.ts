import { afterAll, beforeAll, expect, test } from 'vitest';
import { setDatabaseUrl } from '../../../db/client.ts';
import { testDatabase } from '../../../db/testing.ts';
import { auditOf, newPerson, type TestPerson } from '../../auth/testing.ts';
import { closeNotifications } from '../../platform/notifications.ts';
import { newProject, newStaffedTeam, type TestTeam } from '../../workspace/testing.ts';
import { approvalNeedsOf } from './approval-rules.ts';
import { tryAction } from './try-action.ts';
import { listApprovals, removeApproval, setApproval } from './manage-approvals.ts';

const { db, url } = await testDatabase();
setDatabaseUrl(url);
afterAll(closeNotifications);

let root: TestPerson;
let team: TestTeam;
let projectId: string;
beforeAll(async () => {
  root = await newPerson('Root', { installationAdmin: true });
  team = await newStaffedTeam('Alpha');
  projectId = await newProject(team);
});

const others = { role: 'lead', others: true, approvers: 1 } as const;
const two = { role: 'lead', others: false, approvers: 2 } as const;

test('[GU57] rules of who may allow are set by admins, on record, replaced and removed; members read them', async () => {
  const { teamId, admin, viewer } = team;
  const { ruleId } = await setApproval(admin.ctx, { teamId, family: 'databases', ...others });
  expect(await setApproval(admin.ctx, { teamId, family: 'databases', ...two })).toEqual({ ruleId });
  expect(await listApprovals(viewer.ctx, { teamId })).toEqual([
    { id: ruleId, scope: 'team', projectId: null, family: 'databases', ...two },
  ]);
  await removeApproval(admin.ctx, { teamId, ruleId });
  expect(await listApprovals(viewer.ctx, { teamId })).toEqual([]);
  const entries = await auditOf('approval_rule', ruleId);
  expect(entries.map(({ action, detail }) => [action, detail])).toMatchObject([
    ['approval-rule.set', { family: 'databases', others: true }],
    ['approval-rule.set', { family: 'databases', approvers: 2 }],
    ['approval-rule.remove', { family: 'databases' }],
  ]);
});

test('[GU57] they are nobody else’s to write, ask for more than the right to approve, and name the team’s own projects', async () => {
  const { teamId, admin, developer } = team;
  const rule = { teamId, family: 'cloud', ...others } as const;
  await expect(setApproval(developer.ctx, rule)).rejects.toMatchObject({ code: 'forbidden' });
  await expect(setApproval(admin.ctx, { ...rule, teamId: null })).rejects.toMatchObject({ code: 'forbidden' });
  await expect(setApproval(admin.ctx, { ...rule, others: false })).rejects.toMatchObject({ code: 'invalid' });
  const elsewhere = await newStaffedTeam('Beta');
  const foreign = await newProject(elsewhere);
  await expect(setApproval(admin.ctx, { ...rule, projectId: foreign })).rejects.toMatchObject({ code: 'not_found' });
  const { ruleId } = await setApproval(admin.ctx, rule);
  await expect(removeApproval(elsewhere.admin.ctx, { teamId: elsewhere.teamId, ruleId })).rejects.toMatchObject({
    code: 'not_found',
  });
  expect(await listApprovals(elsewhere.viewer.ctx, { teamId: elsewhere.teamId })).toEqual([]);
  await removeApproval(admin.ctx, { teamId, ruleId });
});

test('[GU51] a project’s hold in it alone, the installation’s everywhere, and together they only get stricter', async () => {
  const { teamId, admin } = team;
  const set = [
    await setApproval(root.ctx, { teamId: null, family: 'publishing', ...others }),
    await setApproval(admin.ctx, { teamId, family: 'publishing', role: 'admin', others: false, approvers: 1 }),
    await setApproval(admin.ctx, { teamId, projectId, family: 'publishing', ...two }),
  ];
  const needs = (inProject: string) => approvalNeedsOf(db, { teamId, projectId: inProject }, ['publishing']);
  expect(await needs(projectId)).toMatchObject({ role: 'admin', others: true, approvers: 2 });
  expect(await needs('prj_other')).toMatchObject({ role: 'admin', others: true, approvers: 1 });
  const foreign = await newStaffedTeam('Gamma');
  const there = await approvalNeedsOf(db, { teamId: foreign.teamId, projectId: 'prj_x' }, ['publishing']);
  expect(there).toMatchObject({ role: 'lead', others: true, approvers: 1 });
  const scopes = (await listApprovals(admin.ctx, { teamId })).map(({ scope }) => scope);
  expect(scopes).toEqual(['installation', 'team', 'project']);
  const action = { kind: 'command', command: 'npm publish' } as const;
  const tried = await tryAction(team.viewer.ctx, { teamId, projectId, action });
  expect(tried.families).toEqual(['publishing']);
  expect(tried.needs).toMatchObject({ role: 'admin', others: true, approvers: 2 });
  await removeApproval(root.ctx, { teamId: null, ruleId: set[0]?.ruleId ?? '' });
});

test('[GU86] two people may be needed for what a file is for, whatever is changed in it', async () => {
  const { teamId, admin, viewer } = team;
  const { ruleId } = await setApproval(admin.ctx, { teamId, family: 'pipelines', ...two });
  const action = { kind: 'edit', path: '.github/workflows/ci.yml', oldText: 'a: b\n', newText: 'a: c\n' } as const;
  const tried = await tryAction(viewer.ctx, { teamId, projectId, action });
  expect(tried).toMatchObject({ families: ['pipelines'], needs: { approvers: 2 } });
  await removeApproval(admin.ctx, { teamId, ruleId });
});
