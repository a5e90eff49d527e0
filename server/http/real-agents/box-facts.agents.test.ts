import { describe, expect, test } from 'vitest';
import { agentTask } from '../../../e2e/fakes/agent-steps.ts';
import { readAsked } from '../../../e2e/fakes/model-server-asked.ts';
import { getAgentProfile, type AgentProfile, type AgentStart } from '../../agents/registry.ts';
import { processesOn } from '../../agents/testing-run.ts';
import { defaultLimits } from '../../workspace/sandbox-arguments.ts';
import { agentHouse, long } from './testing-house.ts';

/** What real agents do in our box that their settings have to prevent, each seen to be prevented. */
const house = await agentHouse();

/** The names of the tools that the model was offered, in all requests so far. */
const toolsOffered = () =>
  new Set(house.models.received.flatMap(({ json }) => readAsked('openai_responses', json).tools));

test(
  '[AG27] Codex is not offered a tool that types into a running shell, and cannot call it',
  { timeout: long },
  async () => {
    const type = { session_id: 1, chars: 'echo typed > typed.txt\n', yield_time_ms: 500 };
    house.models.script(
      agentTask([
        { run: 'echo first > first.txt' },
        { tool: 'write_stdin', arguments: type },
        { run: 'echo > last.txt' },
      ]),
    );
    const { run, changed } = await house.run({ text: 'Type', agent: 'codex', mode: 'auto' });
    expect(run).toMatchObject({ state: 'succeeded', error: null });
    expect(changed).toEqual(['first.txt', 'last.txt']);
    expect(toolsOffered()).not.toContain('write_stdin');
    expect(JSON.stringify(house.models.received.at(-1)?.json)).toContain('unsupported call: write_stdin');
  },
);

test('[AG27] Codex takes our requirements: it begins in the mode that they allow', { timeout: long }, async () => {
  // The guard denies writing into such a file; touching it shows that it is held without the guard, too.
  house.models.script(agentTask([{ run: 'cat /etc/codex/requirements.toml; touch /etc/codex/requirements.toml' }]));
  const { run, log } = await house.run({ text: 'Look', agent: 'codex', mode: 'auto' });
  expect(run).toMatchObject({ state: 'succeeded', error: null });
  expect(JSON.stringify(log)).not.toMatch(/not in the allowed set|Invalid|requirements .* error/i);
  expect(JSON.stringify(house.models.received.at(-1)?.json)).toMatch(/unified_exec = false.*Read-only file system/s);
});

describe.each(['claude-code', 'codex'] as const)('%s', (agent) => {
  test('[AG28] a hook that gets no answer blocks, before the agent loses its patience', { timeout: long }, async () => {
    house.models.script(agentTask([{ run: 'echo made > unanswered.txt' }]));
    const { run, changed } = await house.run({
      text: 'Make it',
      agent,
      mode: 'ask',
      answers: () => undefined,
      profileOf: (name) => impatient(getAgentProfile(name)),
    });
    expect(run).toMatchObject({ state: 'succeeded', error: null });
    expect(changed).toEqual([]);
    expect(JSON.stringify(house.models.received.at(-1)?.json)).toContain('Ensemble gave no answer');
  });

  test('[AG29] leaves nothing in the worktree but what it was to make', { timeout: long }, async () => {
    house.models.script(agentTask([{ run: 'echo made > made.txt' }, { run: 'ls -A /work | tr "\\n" " "' }]));
    const { changed } = await house.run({ text: 'Make it', agent, mode: 'auto' });
    expect(changed).toEqual(['made.txt']);
    const told = JSON.stringify(house.models.received.at(-1)?.json);
    expect(told).toMatch(/\.git \.gitignore .*made\.txt/);
    for (const placeholder of ['.env', '.npmrc', 'node_modules', '.mcp.json', '.claude'])
      expect(told).not.toContain(` ${placeholder} `);
  });

  test('[AG29] its processes are limited in number', { timeout: long }, async () => {
    house.models.script(agentTask([{ run: 'for i in $(seq 600); do sleep 300 & done 2>/dev/null; sleep 300' }]));
    const sessionId = await house.newSession();
    const { runId, done } = await house.begin({ text: 'Fork', agent, mode: 'auto', sessionId });
    let most = 0;
    let ended = false;
    void done.finally(() => (ended = true));
    // Either the kernel holds the number, or the watch ends the box.
    await expect
      .poll(() => (most = Math.max(most, processesOn(runId).length)) >= defaultLimits.processes - 60 || ended, {
        timeout: long,
        interval: 100,
      })
      .toBe(true);
    await house.cancel(runId).catch(() => undefined);
    await done;
    expect(most).toBeLessThanOrEqual(defaultLimits.processes + 10);
    expect(processesOn(runId)).toEqual([]);
  });
});

/** The same agent, with a hook that waits for an answer no longer than a second. */
function impatient(profile: AgentProfile): AgentProfile {
  const hurried = (start: AgentStart): AgentStart =>
    start.policyHook === undefined ? start : { ...start, policyHook: `${start.policyHook} 1` };
  return {
    ...profile,
    sessionMeta: (start) => profile.sessionMeta(hurried(start)),
    systemFiles: (start) => profile.systemFiles?.(hurried(start)) ?? {},
  };
}
