import { describe, expect, test } from 'vitest';
import { agentTask } from '../../../e2e/fakes/agent-steps.ts';
import { isRunningOn, processesOn } from '../../agents/testing-run.ts';
import { interruptRun } from '../../sessions/interrupt-run.ts';
import { steerRun } from '../../sessions/steer-run.ts';
import { agentHouse, long } from './testing-house.ts';

const house = await agentHouse();

/** What the model was sent last, whole. */
const lastTold = () => JSON.stringify(house.models.received.at(-1)?.json);
const told = (text: string) => () => house.models.received.some(({ json }) => JSON.stringify(json).includes(text));

describe.each(['claude-code', 'codex'] as const)('%s', (agent) => {
  test(
    '[AG12] two people write to it in turn, and it remembers what the first one said',
    { timeout: long },
    async () => {
      const sessionId = await house.newSession();
      const { developer, admin } = house.team;
      house.models.script(agentTask([{ run: 'echo one > one.txt' }], 'The word is bluebird.'));
      const first = await house.begin({ text: 'Remember kingfisher', agent, mode: 'auto', sessionId, by: developer });
      await first.done;
      house.models.forget();
      house.models.script(agentTask([{ run: 'cat one.txt; echo two > two.txt' }]));
      const second = await house.begin({ text: 'What was it', agent, mode: 'auto', sessionId, by: admin });
      await second.done;
      const { run, changed } = await house.ranOf(second.runId);
      expect(run).toMatchObject({ state: 'succeeded', error: null, askedBy: admin.personId });
      // The second turn has the files of the first one, and its suggestion takes them along.
      expect(changed).toEqual(['one.txt', 'two.txt']);
      for (const words of ['kingfisher', 'bluebird', `${developer.name} writes`, `${admin.name} writes`])
        expect(lastTold()).toContain(words);
    },
  );

  test('[AG13] somebody else steers into a turn at work', { timeout: long }, async () => {
    const sessionId = await house.newSession();
    house.models.forget();
    house.models.script(agentTask([{ run: 'echo begun; sleep 3' }, { run: 'sleep 1' }, { run: 'echo x > end.txt' }]));
    const { runId, done } = await house.begin({ text: 'Go on', agent, mode: 'auto', sessionId });
    await expect.poll(() => house.models.received.length, { timeout: long }).toBeGreaterThan(0);
    await steerRun(house.team.admin.ctx, { runId, text: 'Mind the heron' });
    await done;
    expect((await house.ranOf(runId)).run).toMatchObject({ state: 'succeeded', error: null });
    await expect.poll(told('Mind the heron'), { timeout: 5_000 }).toBe(true);
  });

  test('[AG14] interrupted, it stops, and the next prompt is the next turn', { timeout: long }, async () => {
    const sessionId = await house.newSession();
    house.models.forget();
    house.models.script(agentTask([{ run: 'echo begun > begun.txt; sleep 300' }]));
    const { runId, done } = await house.begin({ text: 'Wait long', agent, mode: 'auto', sessionId });
    await expect.poll(() => isRunningOn(runId, 'sleep 300'), { timeout: long }).toBe(true);
    house.models.script(agentTask([{ run: 'cat begun.txt; echo x > instead.txt' }]));
    const instead = { sessionId, text: 'Do this instead', agent, mode: 'auto' as const };
    const next = await interruptRun(house.team.admin.ctx, instead);
    await done;
    expect((await house.ranOf(runId)).run.state).toBe('cancelled');
    expect(processesOn(runId)).toEqual([]);
    await (
      await house.drive(next.runId)
    ).done;
    const { run, changed } = await house.ranOf(next.runId);
    expect(run).toMatchObject({ state: 'succeeded', error: null });
    // What the stopped turn had made is there.
    expect(changed).toEqual(['begun.txt', 'instead.txt']);
  });
});
