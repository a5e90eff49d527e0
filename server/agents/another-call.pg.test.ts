import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { schema, setDatabaseUrl } from '../../db/client.ts';
import { testDatabase } from '../../db/testing.ts';
import { systemContext } from '../context.ts';
import { closeQueue } from '../jobs/queue.ts';
import { closeNotifications } from '../platform/notifications.ts';
import { claimRun } from '../runs/claim-run.ts';
import { decidePermission } from '../runs/decide-permission.ts';
import { registerWorker } from '../runs/register-worker.ts';
import { logOf, testAgent } from '../runs/testing.ts';
import { createSession } from '../sessions/create-session.ts';
import { retryDenied } from '../sessions/retry-denied.ts';
import { sendPrompt } from '../sessions/send-prompt.ts';
import { newProject, newStaffedTeam, type TestTeam } from '../workspace/testing.ts';
import { driveRun } from './run-driver.ts';
import { answerRooms, headOf, judgedAgent } from './testing-run.ts';

/** Calls that look like one that was judged, and are another. */
const { db, url } = await testDatabase();
setDatabaseUrl(url);
const system = systemContext('worker');
const workerId = 'node_another';
const long = { timeout: 60_000 };

let team: TestTeam;
let projectId: string;
let sessionId: string;
let stopRooms: () => void;

beforeAll(async () => {
  team = await newStaffedTeam('Alpha');
  projectId = await newProject(team);
  await registerWorker(system, { workerId, agents: [{ ...testAgent, name: 'judged' }] });
  stopRooms = await answerRooms(headOf);
}, 60_000);
beforeEach(async () => {
  sessionId = (await createSession(team.developer.ctx, { projectId, title: 'Work' })).id;
});
afterAll(async () => {
  stopRooms();
  await closeQueue();
  await closeNotifications();
});

async function drive(runId: string) {
  const [run, stopping] = [await claimRun(system, { runId, workerId }), new AbortController().signal];
  if (!run) throw new Error('not claimed');
  return driveRun({ run, workerId, stopping, profileOf: judgedAgent });
}

async function begin(text: string, { mode }: { mode: 'ask' | 'edit' }) {
  const { runId } = await sendPrompt(team.developer.ctx, { sessionId, text, agent: 'judged', mode });
  return { runId, done: drive(runId) };
}

type Body = Record<string, unknown>;
const ofType = async (type: string): Promise<Body[]> =>
  (await logOf(sessionId)).filter((body) => body['type'] === type);
const said = async () => (await ofType('agent_text')).map((body) => String(body['text'])).join('');

/** The question that waits, once there are this many in the session. */
async function question(count = 1): Promise<Body & { permissionId: string }> {
  const asked = await vi.waitUntil(
    async () => {
      const all = await ofType('permission_requested');
      return all.length >= count ? all : undefined;
    },
    { timeout: 20_000, interval: 20 },
  );
  const last = asked.at(-1) ?? {};
  return { ...last, permissionId: String(last['permissionId']) };
}

const answer = (permissionId: string, word: { decision: 'allow' | 'deny' }) =>
  decidePermission(team.admin.ctx, { permissionId, ...word });

test('[AG30] calls that have one id are judged each by itself', long, async () => {
  const write = (content: string) => `hook Write ${JSON.stringify({ file_path: '/work/a.test.ts', content })}`;
  const fetch = (path: string) => `hook WebFetch ${JSON.stringify({ url: `https://docs.example.org/${path}` })}`;
  const { done } = await begin(['one-id', write('a'), write('b'), fetch('a'), fetch('b')].join('\n'), { mode: 'ask' });
  for (const [at, decision] of (['allow', 'deny', 'allow', 'deny'] as const).entries())
    await answer((await question(at + 1)).permissionId, { decision });
  await done;
  expect((await said()).match(/"permissionDecision":"\w+"/g)).toEqual(
    ['allow', 'deny', 'allow', 'deny'].map((word) => `"permissionDecision":"${word}"`),
  );
});

test('[AG30] variables that say what runs are judged with the command that the host is to run', long, async () => {
  const terminal = (env: Record<string, string>) =>
    `acp terminal/create ${JSON.stringify({
      command: 'git status',
      env: Object.entries(env).map(([name, value]) => ({ name, value })),
    })}`;
  const { done } = await begin(
    ['ask git status', terminal({ GIT_PAGER: 'cat' }), terminal({ BASH_ENV: './x.sh' })].join('\n'),
    { mode: 'ask' },
  );
  const asked = await question();
  expect(asked['title']).toContain('BASH_ENV=./x.sh');
  await answer(asked.permissionId, { decision: 'deny' });
  await done;
  expect(await ofType('permission_requested')).toHaveLength(1);
});

test('[AG38] what is lifted is what was shown: other content or another address is asked anew', long, async () => {
  const fetch = (path: string) => `hook WebFetch ${JSON.stringify({ url: `https://docs.example.org/${path}` })}`;
  const { done } = await begin(fetch('shown'), { mode: 'edit' });
  await answer((await question()).permissionId, { decision: 'deny' });
  await done;
  const [decided] = await ofType('permission_decided');
  await retryDenied(team.admin.ctx, { permissionId: String(decided?.['permissionId']) });
  const [lifted] = await ofType('denial_lifted');
  const runId = String(lifted?.['runId']);
  const prompt = `${fetch('other')}\n${fetch('shown')}`;
  await db.update(schema.run).set({ prompt }).where(eq(schema.run.id, runId));
  const again = drive(runId);
  const asked = await question(2);
  expect(asked['title']).toBe('Fetch https://docs.example.org/other');
  await answer(asked.permissionId, { decision: 'deny' });
  await again;
  expect((await said()).match(/"permissionDecision":"\w+"/g)?.at(-1)).toBe('"permissionDecision":"allow"');
});
