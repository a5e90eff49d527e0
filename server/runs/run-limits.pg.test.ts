import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { schema, setDatabaseUrl } from '../../db/client.ts';
import { testDatabase } from '../../db/testing.ts';
import { newPerson } from '../auth/testing.ts';
import { systemContext } from '../context.ts';
import { closeQueue } from '../jobs/queue.ts';
import { newId } from '../platform/ids.ts';
import { closeNotifications } from '../platform/notifications.ts';
import { sendPrompt } from '../sessions/send-prompt.ts';
import { claimRun, findClaimableRuns } from './claim-run.ts';
import { finishRun } from './finish-run.ts';
import { getRunLimits, setRunLimits } from './set-run-limits.ts';
import { newTestSession, newTestWorker, type TestSession } from './testing.ts';

const { db, pool, url } = await testDatabase();
setDatabaseUrl(url);
const ctx = systemContext('worker');
let first: TestSession;

beforeAll(async () => {
  await newTestWorker();
});
beforeEach(async () => {
  await db.update(schema.run).set({ state: 'cancelled' });
  first = await newTestSession();
});
afterAll(async () => {
  await closeQueue();
  await closeNotifications();
});

/** Queued runs in as many sessions of the team. */
async function queued(count: number, by: 'lead' | 'developer' = 'developer'): Promise<string[]> {
  const [row] = await db.select().from(schema.session).where(eq(schema.session.id, first.sessionId));
  if (!row) throw new Error('no session');
  const runIds: string[] = [];
  for (let at = 0; at < count; at += 1) {
    const sessionId = newId('ses');
    await db.insert(schema.session).values({ ...row, id: sessionId });
    runIds.push((await sendPrompt(first[by].ctx, { sessionId, text: 'go', agent: 'refactor' })).runId);
  }
  return runIds;
}

const limits = async (team: number | null, person: number | null) =>
  db.update(schema.team).set({ maxRuns: team, maxRunsPerPerson: person }).where(eq(schema.team.id, first.teamId));

const claimAll = async (runIds: readonly string[]) => {
  const claims = await Promise.all(
    runIds.flatMap((runId) => ['a', 'b', 'c'].map(async (workerId) => claimRun(ctx, { runId, workerId }))),
  );
  return claims.filter((claim) => claim !== undefined);
};

test('[RN24] however many workers claim at once, a team never has more runs at work than it may', async () => {
  await limits(3, 100);
  const runIds = [...(await queued(6)), ...(await queued(6, 'lead'))];
  expect(await claimAll(runIds)).toHaveLength(3);
  expect(await claimAll(runIds)).toHaveLength(0);
  expect(await findClaimableRuns(ctx, 100)).toEqual([]);
});

test('[RN24] nor does a person, and others go on meanwhile', async () => {
  await limits(100, 2);
  const [mine, theirs] = [await queued(5), await queued(5, 'lead')];
  expect(await claimAll([...mine, ...theirs])).toHaveLength(4);
  const rows = await db.select().from(schema.run).where(eq(schema.run.state, 'running'));
  expect(rows.filter(({ askedBy }) => askedBy === first.developer.personId)).toHaveLength(2);
});

test('[RN24] a run that ends wakes one of another session that waits for the limit', async () => {
  await limits(1, null);
  const [one = '', two = ''] = await queued(2);
  const [claimed] = await claimAll([one]);
  expect(await claimAll([two])).toHaveLength(0);
  await pool.query(`delete from pgboss.job where name = 'run'`);
  const claim = { runId: one, workerId: claimed?.workerId ?? '', attempt: 1 };
  await finishRun(ctx, { claim, outcome: { state: 'succeeded' } });
  const jobs = await pool.query(`select data->>'runId' as id from pgboss.job where name = 'run'`);
  expect(jobs.rows).toEqual([{ id: two }]);
  expect(await claimAll([two])).toHaveLength(1);
});

test('[RN24] a team’s admin sets the limits; others may know them', async () => {
  const { teamId, lead, viewer, stranger } = first;
  const admin = await newPerson('Ada');
  await db.insert(schema.teamMember).values({ teamId, personId: admin.personId, role: 'admin' });
  await setRunLimits(admin.ctx, { teamId, maxRuns: 2, maxRunsPerPerson: null });
  expect(await getRunLimits(viewer.ctx, teamId)).toMatchObject({
    maxRuns: 2,
    maxRunsPerPerson: null,
    defaults: { person: 6 },
  });
  const wish = { teamId, maxRuns: 5, maxRunsPerPerson: 5 };
  await expect(setRunLimits(lead.ctx, wish)).rejects.toMatchObject({ code: 'forbidden' });
  await expect(setRunLimits(stranger.ctx, wish)).rejects.toMatchObject({ code: 'not_found' });
  const entries = await pool.query(`select action, detail from audit_entry where resource_id = $1`, [teamId]);
  expect(entries.rows.at(-1)).toMatchObject({ action: 'team.update', detail: { after: { maxRuns: 2 } } });
});
