import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest';
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

/** Takes what it may, ends it after a moment, and says the most that it saw at work, of the team and of one person. */
const claimer = `
  import { setTimeout as pause } from 'node:timers/promises';
  import { pool, setDatabaseUrl } from './db/client.ts';
  import { systemContext } from './server/context.ts';
  import { claimRun, findClaimableRuns } from './server/runs/claim-run.ts';
  import { finishRun } from './server/runs/finish-run.ts';
  const [url, workerId] = process.argv.slice(1);
  setDatabaseUrl(url);
  const ctx = systemContext('worker');
  const atWork = "from run where state in ('running', 'waiting')";
  let [team, person, done] = [0, 0, 0];
  const work = async (runId) => {
    const run = await claimRun(ctx, { runId, workerId });
    if (!run) return;
    const { rows } = await pool().query(\`select (select count(*)::int \${atWork}) as team,
      (select max(n)::int from (select count(*) as n \${atWork} group by asked_by) each) as person\`);
    team = Math.max(team, rows[0].team);
    person = Math.max(person, rows[0].person);
    await pause(5 + Math.random() * 20);
    await finishRun(ctx, { claim: { runId, workerId, attempt: run.attempt }, outcome: { state: 'succeeded' } });
    done += 1;
  };
  process.stdout.write('ready');
  await new Promise((resolve) => process.stdin.once('data', resolve));
  const left = async () => (await pool().query("select 1 from run where state <> 'succeeded' and state <> 'cancelled' limit 1")).rowCount;
  while (await left()) await Promise.all((await findClaimableRuns(ctx, 6)).map(work));
  process.stdout.write(JSON.stringify({ team, person, done }));
  process.exit(0);`;

async function startClaimer(workerId: string) {
  const child = spawn(process.execPath, ['--input-type=module', '-e', claimer, url, workerId], {
    cwd: path.resolve(import.meta.dirname, '../..'),
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const printed: string[] = [];
  child.stdout.on('data', (chunk: Buffer) => printed.push(chunk.toString()));
  await vi.waitUntil(() => printed.length > 0, { timeout: 60_000 });
  return {
    go: () => child.stdin.write('go'),
    result: once(child, 'close').then(() => {
      const text = printed.join('').slice('ready'.length);
      return JSON.parse(text) as { team: number; person: number; done: number };
    }),
  };
}

test(
  '[RN24] workers in several processes work through everything and never pass a limit',
  { timeout: 180_000 },
  async () => {
    await limits(3, 2);
    await queued(12);
    await queued(12, 'lead');
    const claimers = await Promise.all(['node_a', 'node_b', 'node_c'].map(startClaimer));
    for (const each of claimers) each.go();
    const results = await Promise.all(claimers.map(({ result }) => result));
    expect(results.reduce((sum, { done }) => sum + done, 0)).toBe(24);
    expect(Math.max(...results.map(({ team }) => team))).toBe(3);
    expect(Math.max(...results.map(({ person }) => person))).toBe(2);
  },
);

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
