import { asc, eq } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { schema, setDatabaseUrl } from '../../db/client.ts';
import { testDatabase } from '../../db/testing.ts';
import { systemContext } from '../context.ts';
import { closeQueue } from '../jobs/queue.ts';
import { closeNotifications } from '../platform/notifications.ts';
import { claimRun } from '../runs/claim-run.ts';
import { finishRun } from '../runs/finish-run.ts';
import { recoverRuns } from '../runs/recover-runs.ts';
import { registerWorker } from '../runs/register-worker.ts';
import { logOf, runRow, silence, testAgent } from '../runs/testing.ts';
import { createSession } from '../sessions/create-session.ts';
import { sendProposal } from '../sessions/decide-proposal.ts';
import { interruptRun } from '../sessions/interrupt-run.ts';
import { proposePrompt } from '../sessions/propose-prompt.ts';
import { sendPrompt } from '../sessions/send-prompt.ts';
import { steerRun } from '../sessions/steer-run.ts';
import { newProject, newStaffedTeam, type TestTeam } from '../workspace/testing.ts';
import { promptFor } from './run-prompt.ts';
import { driveRun } from './run-driver.ts';
import { answerRooms, headOf, modelAgent, scriptedAgent } from './testing-run.ts';

/** What people say while a real process in a real box is at work. */

const { db, url } = await testDatabase();
setDatabaseUrl(url);
const system = systemContext('worker');
const workerId = 'node_steering';
const long = 60_000;

let team: TestTeam;
let projectId: string;
let sessionId: string;
let stopRooms: () => void;

beforeAll(async () => {
  team = await newStaffedTeam('Alpha');
  projectId = await newProject(team);
  const agents = [
    { ...testAgent, name: 'scripted', steers: true },
    { ...testAgent, name: 'deaf' },
  ];
  await registerWorker(system, { workerId, agents });
  stopRooms = await answerRooms(headOf);
}, long);
beforeEach(async () => {
  sessionId = (await createSession(team.developer.ctx, { projectId, title: 'Work' })).id;
});
afterAll(async () => {
  stopRooms();
  await closeQueue();
  await closeNotifications();
});

const send = async (text: string, agent = 'scripted') =>
  (await sendPrompt(team.developer.ctx, { sessionId, text, agent })).runId;

/** Claims the run and works on it; `done` resolves at its end. */
async function drive(runId: string, argv: string[] = ['steers']) {
  const run = await claimRun(system, { runId, workerId });
  if (!run) throw new Error('not claimed');
  const stop = new AbortController();
  const profileOf = () => scriptedAgent(...argv);
  return { done: driveRun({ run, workerId, stopping: stop.signal, profileOf }), stop };
}

const until = (condition: () => Promise<boolean>) => vi.waitUntil(condition, { timeout: 20_000, interval: 20 });
const log = () => logOf(sessionId);
const said = async () =>
  (await log()).flatMap(({ type, text }) => (type === 'agent_text' ? [String(text)] : [])).join('');
const ofType = async (type: string) => (await log()).filter((body) => body['type'] === type);
const isAsked = () => until(async () => (await ofType('agent_ready')).length > 0);
const runsOf = () =>
  db.select().from(schema.run).where(eq(schema.run.sessionId, sessionId)).orderBy(asc(schema.run.position));

test(
  '[CV10] two people steer one turn at once: the agent hears each once, under their names',
  { timeout: long },
  async () => {
    const runId = await send('listen\nlisten-all');
    const { done } = await drive(runId);
    await isAsked();
    const [first, second] = await Promise.all([
      steerRun(team.admin.ctx, { runId, text: 'use cents' }),
      steerRun(team.developer.ctx, { runId, text: 'and refunds' }),
    ]);
    expect([first.outcome, second.outcome]).toEqual(['waiting', 'waiting']);
    await until(async () => (await said()).includes('cents') && (await said()).includes('refunds'));
    await steerRun(team.admin.ctx, { runId, text: 'done' });
    await done;
    expect(await runRow(runId)).toMatchObject({ state: 'succeeded', askedBy: team.developer.personId });
    const heard = await said();
    expect(heard.match(/cents/g)).toHaveLength(1);
    expect(heard.match(/refunds/g)).toHaveLength(1);
    expect(heard).toContain(`heard ${team.admin.name} adds while you work:`);
    expect((await ofType('steer_settled')).map(({ outcome }) => outcome)).toEqual(['taken', 'taken', 'taken']);
  },
);

test(
  '[CV11] an agent that takes nothing into a turn gets the words as its next prompt, before what waits',
  { timeout: long },
  async () => {
    const runId = await send('listen', 'deaf');
    const waiting = await send('say later', 'deaf');
    const { done, stop } = await drive(runId, []);
    await isAsked();
    const { outcome, steerId } = await steerRun(team.admin.ctx, { runId, text: 'say cents' });
    expect(outcome).toBe('next');
    const [, next, last] = await runsOf();
    expect(next).toMatchObject({ prompt: 'say cents', askedBy: team.admin.personId, agent: 'deaf', state: 'queued' });
    expect(last?.id).toBe(waiting);
    expect(await ofType('steer_settled')).toMatchObject([{ steerId, outcome: 'next', nextRunId: next?.id }]);
    stop.abort();
    await done;
  },
);

test('[CV11] what comes when the turn is over is the next prompt', { timeout: long }, async () => {
  const runId = await send('say hello');
  await (
    await drive(runId)
  ).done;
  expect(await steerRun(team.admin.ctx, { runId, text: 'say more' })).toMatchObject({ outcome: 'next' });
  expect((await runsOf()).map(({ state, prompt }) => [state, prompt])).toEqual([
    ['succeeded', 'say hello'],
    ['queued', 'say more'],
  ]);
});

test(
  '[CV12] a steer survives the death of the worker: the second attempt hears it with its prompt',
  { timeout: long },
  async () => {
    const runId = await send('listen\nlisten');
    const first = await drive(runId);
    await isAsked();
    await steerRun(team.admin.ctx, { runId, text: 'say use cents' });
    await until(async () => (await said()).includes('cents'));
    await silence(runId);
    await recoverRuns(system);
    await first.done;
    // Between two attempts nobody works on it, and people still say things.
    await steerRun(team.developer.ctx, { runId, text: 'say refunds' });
    const again = scriptedAgent('steers');
    const run = await claimRun(system, { runId, workerId });
    if (!run) throw new Error('not claimed');
    const second = driveRun({ run, workerId, stopping: new AbortController().signal, profileOf: () => again });
    await until(async () => (await said()).includes('refunds'));
    await steerRun(team.admin.ctx, { runId, text: 'end' });
    await second;
    // The first agent was told; the second one does what the line says, which it read with its prompt.
    expect((await said()).match(/use cents/g)).toHaveLength(2);
    expect(await ofType('steer')).toHaveLength(3);
    const settled = await ofType('steer_settled');
    expect(settled.map(({ outcome }) => outcome)).toEqual(['taken', 'taken', 'taken']);
    expect(new Set(settled.map(({ steerId }) => steerId)).size).toBe(3);
  },
);

test('[CV13] an interruption stops the turn and goes first, before what waits', { timeout: long }, async () => {
  const runId = await send('hang');
  const waiting = await send('say later');
  const { done } = await drive(runId);
  await isAsked();
  const first = await interruptRun(team.admin.ctx, { sessionId, text: 'say now', agent: 'scripted' });
  const second = await interruptRun(team.developer.ctx, { sessionId, text: 'say then', agent: 'scripted' });
  expect(first.stopped).toBe(runId);
  await done;
  expect((await runsOf()).map(({ id, state }) => [id, state])).toEqual([
    [runId, 'cancelled'],
    [first.runId, 'queued'],
    [second.runId, 'queued'],
    [waiting, 'queued'],
  ]);
  expect(await claimRun(system, { runId: waiting, workerId })).toBeUndefined();
  expect(await claimRun(system, { runId: first.runId, workerId })).toMatchObject({ askedBy: team.admin.personId });
});

test('[CV4] [CV20] a language model reads who speaks, and whose words a member sends', { timeout: long }, async () => {
  const profile = modelAgent();
  const read = async (runId: string) => {
    const run = await claimRun(system, { runId, workerId });
    if (!run) throw new Error('not claimed');
    const claim = { runId, workerId, attempt: run.attempt };
    const words = await promptFor(system, { run, claim, profile, closed: { paths: [], history: false } });
    await finishRun(system, { claim, outcome: { state: 'succeeded' } });
    return words({ remembersTurn: false });
  };
  const { name } = team.developer;
  expect(await read(await send('Round'))).toBe(`${name} writes:\n\nRound`);
  const { proposalId } = await proposePrompt(team.viewer.ctx, { sessionId, text: 'Rename', agent: 'scripted' });
  const { runId } = await sendProposal(team.developer.ctx, { proposalId });
  expect(await read(runId)).toBe(`${name} sends this, in the words of ${team.viewer.name}:\n\nRename`);
});
