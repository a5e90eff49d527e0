import { afterAll, beforeAll, expect, test } from 'vitest';
import { db, schema, setDatabaseUrl } from '../../../db/client.ts';
import { testDatabase } from '../../../db/testing.ts';
import { auditOf, newPerson, type TestPerson } from '../../auth/testing.ts';
import { closeNotifications } from '../../platform/notifications.ts';
import { createSession } from '../../sessions/create-session.ts';
import { newProject, newStaffedTeam, type TestTeam } from '../../workspace/testing.ts';
import { inspectTexts } from './inspect.ts';
import { addDlpRule, listDlpRules, removeDlpRule } from './manage-rules.ts';
import { recordMask } from './mask-record.ts';
import { listMasks, revealMasked } from './reveal-masked.ts';
import { tryText } from './try-text.ts';

const { url } = await testDatabase();
setDatabaseUrl(url);
afterAll(closeNotifications);

let root: TestPerson;
let team: TestTeam;
let other: TestTeam;
beforeAll(async () => {
  root = await newPerson('Root', { installationAdmin: true });
  team = await newStaffedTeam('Alpha');
  other = await newStaffedTeam('Beta');
});

const token = `ghp_${'q7Zt2Lw9XkB4nR8vC3mJ6hY1sD5fG0pKeTaUiOb'.slice(0, 36)}`;
const customers = { kind: 'words' as const, name: 'Customers', class: 'customers', lines: ['Acme Holding'] };

test('[DL13] an admin adds a rule, which is audited without what it looks for, and removes it', async () => {
  const { teamId, admin } = team;
  const { ruleId } = await addDlpRule(admin.ctx, { teamId, ...customers });
  expect(await listDlpRules(admin.ctx, { teamId })).toMatchObject([{ id: ruleId, ...customers }]);
  const [row] = await db().select().from(schema.dlpRule);
  expect(JSON.stringify(row)).not.toContain('Acme');
  await removeDlpRule(admin.ctx, { teamId, ruleId });
  expect(await listDlpRules(admin.ctx, { teamId })).toEqual([]);
  const entries = await auditOf('dlp_rule', ruleId);
  expect(entries.map(({ action }) => action)).toEqual(['dlp-rule.add', 'dlp-rule.remove']);
  expect(JSON.stringify(entries)).not.toContain('Acme');
  await expect(removeDlpRule(admin.ctx, { teamId, ruleId })).rejects.toMatchObject({ code: 'not_found' });
});

test('[DL13] others may not, nor may an admin for another team or the installation', async () => {
  const { teamId, admin } = team;
  for (const [ctx, id, code] of [
    [team.developer.ctx, teamId, 'forbidden'],
    [admin.ctx, other.teamId, 'not_found'],
    [admin.ctx, null, 'forbidden'],
    [root.ctx, teamId, 'not_found'],
  ] as const) {
    await expect(listDlpRules(ctx, { teamId: id })).rejects.toMatchObject({ code });
    await expect(addDlpRule(ctx, { teamId: id, ...customers })).rejects.toMatchObject({ code });
    await expect(tryText(ctx, { teamId: id, text: 'x' })).rejects.toMatchObject({ code });
  }
  const { ruleId } = await addDlpRule(other.admin.ctx, { teamId: other.teamId, ...customers });
  await expect(removeDlpRule(admin.ctx, { teamId, ruleId })).rejects.toMatchObject({ code: 'not_found' });
});

test.each([
  ['pattern', '(a'],
  ['pattern', String.raw`(a)\1`],
  ['pattern', 'a*'],
  ['words', 'abc'],
] as const)('[DL13] %s %j is refused with the reason', async (kind, one) => {
  const { teamId, admin } = team;
  const adding = addDlpRule(admin.ctx, { teamId, kind, name: 'A rule', lines: [one] });
  await expect(adding).rejects.toMatchObject({ code: 'invalid' });
});

test('[DL17] a text is tried with the rules of the scope, and nothing of it is stored', async () => {
  const { ruleId } = await addDlpRule(root.ctx, { teamId: null, ...customers });
  await addDlpRule(root.ctx, { teamId: null, kind: 'paths', name: 'no keys', lines: ['*.pem'] });
  for (const [ctx, teamId] of [
    [root.ctx, null],
    [team.admin.ctx, team.teamId],
  ] as const) {
    const tried = await tryText(ctx, { teamId, text: `${token} of Acme Holding` });
    expect(tried.findings).toEqual([
      { detector: 'github-token', class: 'secret', start: 0, end: 40 },
      { detector: 'Customers', class: 'customers', start: 44, end: 56 },
    ]);
    expect(tried.masked).toMatch(/^ghp_masked\w+ of masked\w+$/);
    expect((await tryText(ctx, { teamId, text: 'a/b/key.pem' })).keptOutBy).toBe('no keys');
  }
  expect(await db().select().from(schema.maskedValue)).toEqual([]);
  await removeDlpRule(root.ctx, { teamId: null, ruleId });
});

test('[DL18] those who may edit see what a mask of their session stands for, which is audited; others see its kind', async () => {
  const { teamId, developer, viewer, admin } = team;
  const { id: sessionId } = await createSession(developer.ctx, { projectId: await newProject(team), title: 'Masks' });
  let sent = '';
  const person = { id: developer.personId, name: 'D', email: 'd@example.com' };
  const text = { role: 'user', isJson: false, text: token, replace: (now: string) => void (sent = now) };
  await (await inspectTexts({ teamId, sessionId, person }, [text])).mask(new Map());
  const asked = { sessionId, placeholders: [sent, 'masked22222222aa'] };
  expect(await listMasks(viewer.ctx, asked)).toEqual([
    { placeholder: sent, class: 'secret', detector: 'github-token' },
  ]);
  await expect(revealMasked(viewer.ctx, asked)).rejects.toMatchObject({ code: 'forbidden' });
  await expect(revealMasked(other.admin.ctx, asked)).rejects.toMatchObject({ code: 'not_found' });
  expect(await revealMasked(admin.ctx, asked)).toEqual([{ placeholder: sent, value: token }]);
  const [entry] = (await auditOf('session', sessionId)).filter(({ action }) => action === 'masked-value.reveal');
  expect(entry).toMatchObject({ detail: { masks: [{ placeholder: sent, detector: 'github-token' }] } });
  expect(JSON.stringify(entry)).not.toContain(token);
});

test('[DL20] the record of a session has a mask where a command printed a secret that no request told yet', async () => {
  const { teamId, developer } = team;
  const { id: sessionId } = await createSession(developer.ctx, { projectId: await newProject(team), title: 'Printed' });
  const person = { id: developer.personId, name: 'D', email: 'd@example.com' };
  const record = recordMask({ teamId, kind: 'session', id: sessionId });
  const kept = await record.mask(`GITHUB_TOKEN=${token}\nwritten by bo@example.org`);
  expect(kept).toMatch(/^GITHUB_TOKEN=ghp_masked\w{30}\nwritten by bo@example.org$/);
  const inJson = await record.mask(JSON.stringify({ command: `curl -H "authorization: bearer ${token}"` }));
  expect(inJson).not.toContain(token);
  expect(JSON.parse(inJson)).toEqual({ command: expect.stringContaining('ghp_masked') });
  let sent = '';
  const text = {
    role: 'user',
    isJson: false,
    text: `what is ${token}`,
    replace: (masked: string) => void (sent = masked),
  };
  await (await inspectTexts({ teamId, sessionId, person }, [text])).mask(new Map());
  expect(`GITHUB_TOKEN=${sent.replace('what is ', '')}\nwritten by bo@example.org`).toBe(kept);
});
