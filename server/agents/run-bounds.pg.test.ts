import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { setDatabaseUrl } from '../../db/client.ts';
import { testDatabase } from '../../db/testing.ts';
import { systemContext } from '../context.ts';
import { closeQueue } from '../jobs/queue.ts';
import { closeNotifications } from '../platform/notifications.ts';
import { claimRun } from '../runs/claim-run.ts';
import { registerWorker } from '../runs/register-worker.ts';
import { logOf, runRow, testAgent } from '../runs/testing.ts';
import { createSession } from '../sessions/create-session.ts';
import { sendPrompt } from '../sessions/send-prompt.ts';
import type { SandboxLimits } from '../workspace/sandbox-arguments.ts';
import { newProject, newStaffedTeam, type TestTeam } from '../workspace/testing.ts';
import { driveRun } from './run-driver.ts';
import { answerRooms, headOf, processesOn, scriptedAgent } from './testing-run.ts';

const { url } = await testDatabase();
setDatabaseUrl(url);
const system = systemContext('worker');
const workerId = 'node_bounds';
vi.setConfig({ testTimeout: 120_000, hookTimeout: 60_000 });

let team: TestTeam;
let projectId: string;
let sessionId: string;
let stopRooms: () => void;

beforeAll(async () => {
  team = await newStaffedTeam('Alpha');
  projectId = await newProject(team);
  await registerWorker(system, { workerId, agents: [{ ...testAgent, name: 'scripted' }] });
  stopRooms = await answerRooms(headOf);
});
beforeEach(async () => {
  sessionId = (await createSession(team.developer.ctx, { projectId, title: 'Work' })).id;
});
afterAll(async () => {
  stopRooms();
  await closeQueue();
  await closeNotifications();
});

/** A whole run of the scripted agent whose boxes may use no more than this. */
async function boundRun(text: string, box: Partial<SandboxLimits>) {
  const { runId } = await sendPrompt(team.developer.ctx, { sessionId, text, agent: 'scripted' });
  const run = await claimRun(system, { runId, workerId });
  if (!run) throw new Error('not claimed');
  const profileOf = () => ({ ...scriptedAgent(), work: 'rw' as const });
  await driveRun({ run, workerId, stopping: new AbortController().signal, profileOf, limits: { box } });
  expect(processesOn(runId)).toEqual([]);
  const said = (await logOf(sessionId)).flatMap((body) =>
    body['type'] === 'agent_text' ? [String(body['text'])] : [],
  );
  return { run: await runRow(runId), said: said.join('') };
}

const mebibytes = (count: number) => count * 1024 ** 2;
const fill = (file: string, count: number) => `head -c ${mebibytes(count)} /dev/zero > ${file}`;

test('[RN18] an agent that fills the disk is stopped in words, and what it had made is kept', async () => {
  const text = `write kept.txt kept\nspawn ${fill('/work/node_modules/big', 60)}\nhang`;
  const { run } = await boundRun(`run mkdir -p node_modules; echo node_modules > .gitignore\n${text}`, {
    diskBytes: mebibytes(40),
  });
  expect(run.state).toBe('failed');
  expect(run.error).toContain('it wrote more than 40 MB');
  expect(run.resultCommit).not.toBeNull();
});

test('[RN18] an agent that takes all memory is stopped in words', async () => {
  const text = `write kept.txt kept\njs (globalThis.held = Buffer.alloc(${mebibytes(500)}, 1)) && 1\nhang`;
  const { run } = await boundRun(text, { memoryBytes: mebibytes(300) });
  expect(run.state).toBe('failed');
  expect(run.error).toContain('it needed more than 300 MB of memory');
  expect(run.resultCommit).not.toBeNull();
});

test('[RN18] an agent that starts processes without end is stopped in words, or they are refused to it', async () => {
  const text = 'write kept.txt kept\nspawn while true; do sleep 100 & done\nsay ready\nrun sleep 4';
  const { run } = await boundRun(text, { processes: 60 });
  // Where the kernel holds the number the agent goes on with those that it has.
  expect(run.error ?? 'it started more than 60 processes').toContain('it started more than 60 processes');
  expect(run.resultCommit).not.toBeNull();
});

test('[RN18] an agent that floods its own output is stopped in words', async () => {
  const text = `write kept.txt kept\njs process.stdout.write('x'.repeat(${mebibytes(20)})) && 1\nhang`;
  const { run } = await boundRun(text, {});
  expect(run.state).toBe('failed');
  expect(run.error).toContain('sent a message larger than 16 MB');
  expect(run.resultCommit).not.toBeNull();
});

test('[RN18] a command that fills the disk is stopped alone, and the agent is told', async () => {
  const { run, said } = await boundRun(`run ${fill('big', 60)}; sleep 20\nrun rm -f big\nsay done`, {
    diskBytes: mebibytes(40),
  });
  expect(said).toContain('The command was stopped: it wrote more than 40 MB');
  expect(said).toContain('done');
  expect(run.state).toBe('succeeded');
});
