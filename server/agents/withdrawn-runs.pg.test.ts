import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { setDatabaseUrl, schema } from '../../db/client.ts';
import { testDatabase } from '../../db/testing.ts';
import { testingEnv } from '../../db/testing-data-folder.ts';
import { changeMemberRole } from '../auth/change-member-role.ts';
import { removeMember } from '../auth/remove-member.ts';
import { setPersonDisabled } from '../auth/set-person-disabled.ts';
import { newPerson, type TestPerson } from '../auth/testing.ts';
import { closeQueue } from '../jobs/queue.ts';
import { closeNotifications } from '../platform/notifications.ts';
import { logOf, newTestWorker, runRow, testAgent } from '../runs/testing.ts';
import { archiveSession } from '../sessions/archive-session.ts';
import { createSession } from '../sessions/create-session.ts';
import { sendPrompt } from '../sessions/send-prompt.ts';
import { newProject, newStaffedTeam, type TestTeam } from '../workspace/testing.ts';
import { answerRooms, headOf, processesOn } from './testing-run.ts';

/** The worker is a process of its own: what ends a run is done here and heard of there. */
const { db, url } = await testDatabase();
setDatabaseUrl(url);
const long = 90_000;
let team: TestTeam;
let projectId: string;
let sessionId: string;
let asker: TestPerson;
let operator: TestPerson;
let worker: ChildProcess;
let stopRooms: () => void;

const program = `
  import { startWorkerService } from './server/agents/worker-service.ts';
  import { scriptedAgent } from './server/agents/testing-run.ts';
  await startWorkerService({ workerId: 'node_' + process.pid, profiles: [scriptedAgent()] });
  console.log('ready');`;

beforeAll(async () => {
  team = await newStaffedTeam('Alpha');
  projectId = await newProject(team);
  operator = await newPerson('Olga', { installationAdmin: true });
  stopRooms = await answerRooms(headOf);
  await newTestWorker([{ ...testAgent, name: 'scripted' }]);
  worker = spawn(process.execPath, ['--input-type=module', '-e', program], {
    cwd: path.resolve(import.meta.dirname, '../..'),
    env: testingEnv({ DATABASE_URL: url, ENSEMBLE_ROLE: 'worker', LOG_LEVEL: 'error' }),
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(worker.stdout ?? worker, 'data');
}, long);
beforeEach(async () => {
  asker = await newPerson('Asa');
  await db.insert(schema.teamMember).values({ teamId: team.teamId, personId: asker.personId, role: 'developer' });
  sessionId = (await createSession(team.developer.ctx, { projectId, title: 'Work' })).id;
});
afterAll(async () => {
  worker.kill('SIGKILL');
  await once(worker, 'exit');
  stopRooms();
  await closeQueue();
  await closeNotifications();
}, long);

const send = async (text: string) => (await sendPrompt(asker.ctx, { sessionId, text, agent: 'scripted' })).runId;
const until = async (condition: () => Promise<boolean>) => vi.waitUntil(condition, { timeout: 30_000, interval: 25 });
const reaches = async (runId: string, state: string) => until(async () => (await runRow(runId)).state === state);
const says = async (text: string) =>
  until(async () => (await logOf(sessionId)).some((body) => body['type'] === 'agent_text' && body['text'] === text));

async function oneAtWorkOneQueued(): Promise<[string, string]> {
  const runIds = [await send('say at work\nhang'), await send('say never')] as [string, string];
  await says('at work');
  expect(processesOn(runIds[0]).length).toBeGreaterThan(0);
  return runIds;
}

const startsOf = async () => (await logOf(sessionId)).filter(({ type }) => type === 'run_started').length;

test.each([
  ['disabled', async () => setPersonDisabled(operator.ctx, { personId: asker.personId, disabled: true })],
  ['removed', async () => removeMember(team.admin.ctx, { teamId: team.teamId, personId: asker.personId })],
  [
    'made a viewer',
    async () => changeMemberRole(team.admin.ctx, { teamId: team.teamId, personId: asker.personId, role: 'viewer' }),
  ],
])(
  '[RN17] runs of someone who was %s stop in another process, say why, and queued ones do not start',
  { timeout: long },
  async (_, withdraw) => {
    const [atWork, queued] = await oneAtWorkOneQueued();
    await withdraw();
    await reaches(atWork, 'cancelled');
    await reaches(queued, 'cancelled');
    expect(processesOn(atWork)).toEqual([]);
    const ends = (await logOf(sessionId)).filter(({ type }) => type === 'run_finished');
    const why = expect.stringContaining('may not prompt here any more');
    expect(ends).toMatchObject([atWork, queued].map((runId) => ({ runId, state: 'cancelled', error: why })));
    expect(await startsOf()).toBe(1);
  },
);

test(
  '[RN8] archiving a session stops its run in another process, and what is queued waits for its return',
  { timeout: long },
  async () => {
    const [atWork, queued] = await oneAtWorkOneQueued();
    await archiveSession(team.developer.ctx, { sessionId, archived: true });
    await reaches(atWork, 'cancelled');
    expect((await runRow(atWork)).error).toContain('session was archived');
    expect(processesOn(atWork)).toEqual([]);
    expect(await runRow(queued)).toMatchObject({ state: 'queued', attempt: 0 });
    await archiveSession(team.developer.ctx, { sessionId, archived: false });
    await reaches(queued, 'succeeded');
  },
);
