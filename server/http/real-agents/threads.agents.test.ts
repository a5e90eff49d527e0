import { expect, test } from 'vitest';
import { agentTask } from '../../../e2e/fakes/agent-steps.ts';
import { isRunningOn } from '../../agents/testing-run.ts';
import { recoverRuns } from '../../runs/recover-runs.ts';
import { systemContext } from '../../context.ts';
import { silence } from '../../runs/testing.ts';
import { agentHouse, long } from './testing-house.ts';

const house = await agentHouse();

/** The same steps whatever was said in turns before, which an agent that remembers sends along. */
function steps(list: Parameters<typeof agentTask>[0]): ReturnType<typeof agentTask> {
  let done = 0;
  return (asked) => agentTask(list)({ ...asked, toolCalls: asked.tools.length === 0 ? 0 : done++ });
}

/** Everything that reached the models since the last `forget`. */
const reached = () => JSON.stringify(house.models.received.map(({ json }) => json));

async function remembers(agent: string): Promise<void> {
  const sessionId = await house.newSession();
  const turn = async (text: string, list: Parameters<typeof agentTask>[0]) => {
    house.models.forget();
    house.models.script(steps(list));
    const { runId, done } = await house.begin({ text, agent, mode: 'auto', sessionId });
    await done;
    return house.ranOf(runId);
  };
  const first = await turn('Remember the word periwinkle', [{ write: 'one.txt', text: '1\n' }]);
  expect(first.run).toMatchObject({ state: 'succeeded', error: null });
  const second = await turn('Which word was it?', [{ run: 'cat one.txt && echo 2 > two.txt' }]);
  expect(second.run).toMatchObject({ state: 'succeeded', agentSessionId: first.run.agentSessionId });
  expect(second.changed).toEqual(['one.txt', 'two.txt']);
  expect(second.log).toContainEqual(expect.objectContaining({ type: 'run_continues', memory: 'kept' }));
  // It is the agent's own memory that says so: our prompt does not.
  expect(reached()).toContain('periwinkle');
  expect(reached()).not.toContain('You do not remember this conversation');
  // What it says again while it resumes is not in the log a second time.
  expect(second.log.filter(({ type }) => type === 'prompt')).toHaveLength(2);
}

test('[AG78] Claude Code remembers the turns before', { timeout: long }, () => remembers('claude-code'));
test('[AG78] Codex remembers the turns before', { timeout: long }, () => remembers('codex'));

/** A turn whose worker is gone in the middle of a command: another one goes on where it was. */
async function goesOn(agent: string): Promise<void> {
  const sessionId = await house.newSession();
  house.models.forget();
  house.models.script(steps([{ write: 'one.txt', text: '1\n' }, { run: 'touch begun.txt; sleep 600' }]));
  const { runId, done } = await house.begin({ text: 'Remember periwinkle', agent, mode: 'auto', sessionId });
  await expect.poll(() => isRunningOn(runId, 'sleep 600'), { timeout: long }).toBe(true);
  // Its worker still gives signs of life, and may do so in between.
  const recovered = async () => {
    await silence(runId);
    return recoverRuns(systemContext('worker'));
  };
  await expect.poll(recovered, { timeout: long }).toContainEqual({ runId, attempt: 1 });
  await done;
  house.models.forget();
  house.models.script(steps([{ run: 'cat one.txt > two.txt' }]));
  const again = await house.drive(runId);
  await again.done;
  const { run, changed } = await house.ranOf(runId);
  expect(run).toMatchObject({ state: 'succeeded', attempt: 2 });
  expect(changed).toEqual(expect.arrayContaining(['one.txt', 'two.txt']));
  expect(reached()).toContain('Your process was ended from outside');
}

test('[AG81] Claude Code goes on where it was after its worker died', { timeout: long }, () => goesOn('claude-code'));
test('[AG81] Codex goes on where it was after its worker died', { timeout: long }, () => goesOn('codex'));
