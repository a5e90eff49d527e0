import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { testingEnv } from '../../../db/testing-data-folder.ts';
import { agentTask } from '../../../e2e/fakes/agent-steps.ts';
import { isRunningOn, processesOn } from '../../agents/testing-run.ts';
import { logOf } from '../../runs/testing.ts';
import { sendPrompt } from '../../sessions/send-prompt.ts';
import { agentHouse, long } from './testing-house.ts';

const house = await agentHouse();
const workers: ChildProcess[] = [];
afterEach(() => {
  for (const worker of workers.splice(0)) worker.kill('SIGKILL');
});

/** A worker that is a process of its own, as server/worker.ts. */
const workerProgram = `
  import { startWorkerService } from './server/agents/worker-service.ts';
  import { createGateway } from './server/gateway/gateway.ts';
  import { startCallService } from './server/governance/calls/call-service.ts';
  import { openRunDoor } from './server/http/run-door.ts';
  const workerId = 'node_' + process.pid;
  startCallService({ nodeId: workerId });
  const gateway = createGateway();
  await startWorkerService({ workerId, openDoor: (runId) => openRunDoor(runId, gateway) });
  console.log('ready');`;

async function startWorker(): Promise<ChildProcess> {
  const worker = spawn(process.execPath, ['--input-type=module', '-e', workerProgram], {
    cwd: path.resolve(import.meta.dirname, '../../..'),
    env: testingEnv({ DATABASE_URL: house.databaseUrl, ENSEMBLE_ROLE: 'worker', LOG_LEVEL: 'error' }),
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  workers.push(worker);
  await once(worker.stdout, 'data');
  return worker;
}

const readiesOf = (log: Record<string, unknown>[]) => log.filter(({ type }) => type === 'agent_ready').length;

describe.each(['claude-code', 'codex'] as const)('%s', (agent) => {
  test('[AG15] its worker is killed, and another one goes on in its session', { timeout: long }, async () => {
    const sessionId = await house.newSession();
    house.models.forget();
    house.models.script(agentTask([{ run: 'echo one > one.txt' }, { run: 'echo waiting; sleep 300' }]));
    // Agents end a command after seconds, so whoever goes on is there before.
    const both = [await startWorker(), await startWorker()];
    const asked = { sessionId, text: 'Count the plovers', agent, mode: 'auto' as const };
    const { runId } = await sendPrompt(house.team.developer.ctx, asked);
    await expect.poll(() => isRunningOn(runId, 'sleep 300'), { timeout: long }).toBe(true);
    const { workerId } = (await house.ranOf(runId)).run;
    const first = both.find(({ pid }) => workerId === `node_${pid}`);
    const second = both.find((worker) => worker !== first);
    if (!first || !second) throw new Error('no workers');
    house.models.forget();
    house.models.script(agentTask([{ run: 'cat one.txt; echo two > two.txt' }]));
    const killedAt = performance.now();
    const since = () => `${((performance.now() - killedAt) / 1000).toFixed(1)} s`;
    first.kill('SIGKILL');
    await once(first, 'exit');
    await expect.poll(() => processesOn(`${runId}a1`), { timeout: long }).toEqual([]);
    const noneLeft = since();
    await expect.poll(async () => (await house.ranOf(runId)).run.attempt, { timeout: long, interval: 50 }).toBe(2);
    const taken = since();
    await expect.poll(async () => readiesOf(await logOf(sessionId)), { timeout: long, interval: 50 }).toBe(2);
    process.stdout.write(
      `${agent}: after kill -9 no process was left in ${noneLeft}, taken up in ${taken}, at work again in ${since()}\n`,
    );
    await expect.poll(async () => (await house.ranOf(runId)).run.finishedAt, { timeout: long }).not.toBeNull();
    // What was said before is still there.
    expect(JSON.stringify(await logOf(sessionId))).toContain('echo one > one.txt');
    const { run, changed } = await house.ranOf(runId);
    expect(run).toMatchObject({ state: 'succeeded', attempt: 2 });
    expect(changed).toEqual(['one.txt', 'two.txt']);
    expect(JSON.stringify(house.models.received.at(-1)?.json)).toContain('plovers');
    second.kill('SIGTERM');
    await once(second, 'exit');
  });
});
