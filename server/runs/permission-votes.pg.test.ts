import { and, eq } from 'drizzle-orm';
import { beforeEach, expect, test } from 'vitest';
import { schema, setDatabaseUrl } from '../../db/client.ts';
import { testDatabase } from '../../db/testing.ts';
import { auditOf, newPerson, type TestPerson } from '../auth/testing.ts';
import { systemContext } from '../context.ts';
import type { ApprovalTerms } from '../core/guard/approval.ts';
import { editPrompt } from '../sessions/edit-prompt.ts';
import { retryDenied } from '../sessions/retry-denied.ts';
import { sendPrompt } from '../sessions/send-prompt.ts';
import { finishRun } from './finish-run.ts';
import { askRunPermission, findDecision } from './ask-permission.ts';
import { claimRun } from './claim-run.ts';
import { decidePermission } from './decide-permission.ts';
import { getRun } from './queries.ts';
import { recordDenial } from './record-denial.ts';
import { logOf, newTestSession, newTestWorker, runRow, type TestSession } from './testing.ts';
import { withdrawPermission } from './withdraw-permission.ts';

/** Questions that need somebody else, an admin, or two people. */
const { db, url } = await testDatabase();
setDatabaseUrl(url);
const system = systemContext('worker');

let session: TestSession;
let workerId: string;
let second: TestPerson;
let admin: TestPerson;

beforeEach(async () => {
  session = await newTestSession();
  workerId = await newTestWorker();
  [second, admin] = [await newPerson('Bo'), await newPerson('Ada')];
  const { teamId } = session;
  await db.insert(schema.teamMember).values([
    { teamId, personId: second.personId, role: 'lead' },
    { teamId, personId: admin.personId, role: 'admin' },
  ]);
});

const terms = (given: Partial<ApprovalTerms>): ApprovalTerms => ({
  role: 'lead',
  others: false,
  approvers: 1,
  ...given,
});

const question = {
  title: 'git push --force',
  action: { kind: 'command' as const, command: 'git push --force', cwd: '' },
  subject: 'digest',
  reason: 'It rewrites what others have.',
  rules: [{ id: 'git.force-push', words: 'Force' }],
};

/** A question of a run that this person asked for. */
async function asked(by: TestPerson, needs: ApprovalTerms) {
  const { sessionId } = session;
  const { runId } = await sendPrompt(by.ctx, { sessionId, text: 'push it', agent: 'refactor' });
  return askedIn(runId, needs);
}

async function askedIn(runId: string, needs: ApprovalTerms) {
  const run = await claimRun(system, { runId, workerId });
  if (!run) throw new Error('not claimed');
  const claim = { runId, workerId, attempt: run.attempt };
  const families = ['version-control' as const];
  const permissionId = await askRunPermission(system, claim, { ...question, needs: { ...needs, families } });
  return { runId, claim, permissionId };
}

const allow = (person: TestPerson, permissionId: string, scope: 'once' | 'run' = 'once') =>
  decidePermission(person.ctx, { permissionId, decision: 'allow', scope });
const events = async (type: string) => (await logOf(session.sessionId)).filter((body) => body['type'] === type);

test('[GU52] whoever asked may deny, and not allow, what needs somebody else', async () => {
  const { permissionId, claim } = await asked(session.lead, terms({ others: true }));
  await expect(allow(session.lead, permissionId)).rejects.toMatchObject({
    code: 'forbidden',
    message: expect.stringContaining('Somebody else'),
  });
  expect(await allow(second, permissionId)).toEqual({ decided: true });
  expect(await findDecision(system, permissionId)).toMatchObject({ decision: 'allow', byName: 'Bo' });
  await finish(claim);
  const own = await asked(session.lead, terms({ others: true }));
  await decidePermission(session.lead.ctx, { permissionId: own.permissionId, decision: 'deny' });
});

test('[GU52] whoever changed the prompt has spoken as well', async () => {
  const { sessionId } = session;
  const { runId } = await sendPrompt(session.developer.ctx, { sessionId, text: 'push it', agent: 'refactor' });
  await editPrompt(session.lead.ctx, { runId, text: 'push it with force' });
  const { permissionId } = await askedIn(runId, terms({ others: true }));
  await expect(allow(session.lead, permissionId)).rejects.toMatchObject({ code: 'forbidden' });
  expect(await allow(second, permissionId)).toEqual({ decided: true });
});

test('[GU52] where an admin is needed a lead may not allow', async () => {
  const { permissionId } = await asked(session.developer, terms({ role: 'admin' }));
  await expect(allow(session.lead, permissionId)).rejects.toMatchObject({ code: 'forbidden' });
  expect(await allow(admin, permissionId)).toEqual({ decided: true });
});

test('[GU53] two people allow it, each once, and both stand in the log and the audit log', async () => {
  const { runId, permissionId } = await asked(session.developer, terms({ approvers: 2 }));
  expect(await allow(session.lead, permissionId, 'run')).toEqual({ decided: false, missing: 1 });
  expect((await runRow(runId)).state).toBe('waiting');
  expect((await getRun(session.viewer.ctx, runId)).permissions).toMatchObject([
    { id: permissionId, needs: { approvers: 2 }, allowedBy: [session.lead.personId] },
  ]);
  await expect(allow(session.lead, permissionId)).rejects.toMatchObject({ code: 'conflict' });
  expect(await allow(second, permissionId)).toEqual({ decided: true });
  expect((await runRow(runId)).state).toBe('running');
  // For the run only where both said so.
  expect(await findDecision(system, permissionId)).toMatchObject({ decision: 'allow', scope: 'once' });
  expect(await events('permission_voted')).toMatchObject([{ permissionId, scope: 'run' }]);
  expect(await events('permission_decided')).toMatchObject([{ permissionId, decision: 'allow' }]);
  const entries = (await auditOf('run', runId)).filter(({ action }) => action.startsWith('permission.'));
  expect(entries.map(({ action }) => action)).toEqual(['permission.vote', 'permission.decide']);
});

test('[GU53] one no is enough', async () => {
  const { permissionId } = await asked(session.developer, terms({ approvers: 2 }));
  await allow(session.lead, permissionId);
  expect(await decidePermission(second.ctx, { permissionId, decision: 'deny', reason: 'No.' })).toEqual({
    decided: true,
  });
  await expect(allow(admin, permissionId)).rejects.toMatchObject({ code: 'conflict' });
  expect(await findDecision(system, permissionId)).toMatchObject({ decision: 'deny', byName: 'Bo' });
});

test('[GU53] of all who answer at once exactly as many count as are needed, and it is decided once', async () => {
  for (let round = 0; round < 10; round += 1) {
    const { permissionId, claim } = await asked(session.developer, terms({ approvers: 2 }));
    const outcomes = await Promise.allSettled([
      allow(session.lead, permissionId),
      allow(session.lead, permissionId),
      allow(second, permissionId),
      allow(admin, permissionId),
    ]);
    const values = outcomes.map((outcome) => (outcome.status === 'fulfilled' ? outcome.value.decided : 'refused'));
    expect(values.toSorted()).toEqual([false, 'refused', 'refused', true].toSorted());
    const decided = (await events('permission_decided')).filter((body) => body['permissionId'] === permissionId);
    expect(decided).toHaveLength(1);
    await finish(claim);
  }
});

test('[GU53] who lost the right since does not count any more', async () => {
  const { permissionId } = await asked(session.developer, terms({ approvers: 2 }));
  await allow(session.lead, permissionId);
  const { teamId } = session;
  const { teamMember } = schema;
  await db
    .update(teamMember)
    .set({ role: 'developer' })
    .where(and(eq(teamMember.teamId, teamId), eq(teamMember.personId, session.lead.personId)));
  expect(await allow(second, permissionId)).toEqual({ decided: false, missing: 1 });
  expect(await allow(admin, permissionId)).toEqual({ decided: true });
});

test('[GU55] silence denies what only some have allowed', async () => {
  const { claim, permissionId } = await asked(session.developer, terms({ approvers: 2 }));
  await allow(session.lead, permissionId);
  await withdrawPermission(system, claim, { permissionId, reason: 'Nobody answered in time.' });
  expect(await findDecision(system, permissionId)).toMatchObject({ decision: 'deny' });
  await expect(allow(second, permissionId)).rejects.toMatchObject({ code: 'conflict' });
});

test('[GU56] lifting a denial needs what allowing would have needed, said anew', async () => {
  const { claim, permissionId, runId } = await asked(session.lead, terms({ others: true, approvers: 2 }));
  await allow(second, permissionId);
  await decidePermission(admin.ctx, { permissionId, decision: 'deny' });
  await finish(claim);
  await expect(retryDenied(session.lead.ctx, { permissionId })).rejects.toMatchObject({ code: 'forbidden' });
  // That Bo allowed the question does not count for what was denied since.
  expect(await retryDenied(second.ctx, { permissionId })).toEqual({ missing: 1 });
  await expect(retryDenied(second.ctx, { permissionId })).rejects.toMatchObject({ code: 'conflict' });
  const lifted = await retryDenied(admin.ctx, { permissionId });
  expect(lifted).toMatchObject({ runId: expect.any(String) });
  expect(await events('denial_lifted')).toHaveLength(1);
  const lifts = (await auditOf('run', runId)).map(({ action }) => action).filter((action) => action !== 'run.finish');
  expect(lifts.slice(-2)).toEqual(['permission.vote', 'permission.lift']);
});

test('[AG38] what a rule of the house denied cannot be lifted', async () => {
  const { sessionId } = session;
  const { runId } = await sendPrompt(session.developer.ctx, { sessionId, text: 'push it', agent: 'refactor' });
  const run = await claimRun(system, { runId, workerId });
  const claim = { runId, workerId, attempt: run?.attempt ?? 0 };
  await recordDenial(system, claim, { ...question, by: 'house' });
  const [denied] = await db.select().from(schema.runPermission).where(eq(schema.runPermission.runId, runId));
  const lift = retryDenied(session.lead.ctx, { permissionId: denied?.id ?? '' });
  await expect(lift).rejects.toMatchObject({ code: 'forbidden' });
});

async function finish(claim: { runId: string; workerId: string; attempt: number }): Promise<void> {
  await finishRun(system, { claim, outcome: { state: 'succeeded' } });
}
