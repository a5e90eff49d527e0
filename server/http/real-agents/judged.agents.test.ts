import { describe, expect, test } from 'vitest';
import { agentTask } from '../../../e2e/fakes/agent-steps.ts';
import { isRunningOn, processesOn } from '../../agents/testing-run.ts';
import { agentHouse, long, type AskedQuestion } from './testing-house.ts';

const house = await agentHouse();

/** What the model was told in the last request. */
const lastTold = () => JSON.stringify(house.models.received.at(-1)?.json);

describe.each(['claude-code', 'codex'] as const)('%s', (agent) => {
  test('[AG23] does what a person allowed', { timeout: long }, async () => {
    const asked: AskedQuestion[] = [];
    const answers = (question: AskedQuestion) => {
      asked.push(question);
      return { decision: 'allow' as const };
    };
    house.models.script(agentTask([{ run: 'echo made > allowed.txt' }]));
    const { run, changed } = await house.run({ text: 'Make it', agent, mode: 'ask', answers });
    expect(run).toMatchObject({ state: 'succeeded', error: null });
    expect(changed).toEqual(['allowed.txt']);
    expect(JSON.stringify(asked)).toContain('echo made > allowed.txt');
  });

  test('[AG23] does not do what a person denied, and its model reads why', { timeout: long }, async () => {
    const answers = ({ request }: AskedQuestion) =>
      JSON.stringify(request).includes('denied.txt')
        ? { decision: 'deny' as const, reason: 'Use the notes instead' }
        : { decision: 'allow' as const };
    house.models.script(agentTask([{ run: 'echo made > denied.txt' }, { write: 'after.txt', text: 'x\n' }]));
    const { run, changed } = await house.run({ text: 'Make it', agent, mode: 'edit', answers });
    expect(run).toMatchObject({ state: 'succeeded', error: null });
    expect(changed).toEqual(['after.txt']);
    expect(lastTold()).toContain('Use the notes instead');
  });

  test('[AG24] in the mode plan changes nothing, whatever its model says', { timeout: long }, async () => {
    house.models.script(agentTask([{ write: 'planned.txt', text: 'x\n' }]));
    const { run, changed } = await house.run({ text: 'Plan it', agent, mode: 'plan' });
    expect(run).toMatchObject({ state: 'succeeded', error: null });
    expect(changed).toEqual([]);
  });

  test('[AG25] stopped while a command runs, leaves no process', { timeout: long }, async () => {
    house.models.script(agentTask([{ run: 'touch begun; setsid sleep 300 & sleep 300' }]));
    const sessionId = await house.newSession();
    const { runId, done } = await house.begin({ text: 'Wait', agent, mode: 'auto', sessionId });
    await expect.poll(() => isRunningOn(runId, 'sleep 300'), { timeout: long }).toBe(true);
    await house.cancel(runId);
    await done;
    expect((await house.ranOf(runId)).run.state).toBe('cancelled');
    expect(processesOn(runId)).toEqual([]);
  });
});

test(
  '[AG23] Gemini CLI does what a person allowed, and [AG25] stopped meanwhile leaves no process',
  { timeout: long },
  async () => {
    const command = 'touch begun; setsid sleep 300 & sleep 300';
    const asked: AskedQuestion[] = [];
    const answers = (question: AskedQuestion) => {
      asked.push(question);
      return { decision: 'allow' as const };
    };
    house.models.script(agentTask([{ run: command }]));
    const sessionId = await house.newSession();
    const { runId, done } = await house.begin({ text: 'Wait', agent: 'gemini-cli', mode: 'ask', sessionId, answers });
    await expect.poll(() => isRunningOn(runId, 'sleep 300'), { timeout: long }).toBe(true);
    expect(JSON.stringify(asked)).toContain(command);
    await house.cancel(runId);
    await done;
    expect((await house.ranOf(runId)).run.state).toBe('cancelled');
    expect(processesOn(runId)).toEqual([]);
  },
);

test.each([
  ['opencode', ['after.txt']],
  // It ends its turn with a denial.
  ['qwen-code', []],
  ['gemini-cli', ['after.txt']],
])('[AG23] %s asks by the protocol, and does not do what was denied', { timeout: long }, async (agent, after) => {
  const denied = { decision: 'deny' as const, reason: 'Use the notes instead' };
  const answers = ({ request }: AskedQuestion) =>
    JSON.stringify(request).includes('denied.txt') ? denied : { decision: 'allow' as const };
  house.models.script(agentTask([{ run: 'echo made > denied.txt' }, { write: 'after.txt', text: 'x\n' }]));
  const { run, changed } = await house.run({ text: 'Make it', agent, mode: 'edit', answers });
  expect(run).toMatchObject({ state: 'succeeded', error: null });
  expect(changed).toEqual(after);
});
