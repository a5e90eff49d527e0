import { expect, test } from 'vitest';
import { agentTask } from '../../../e2e/fakes/agent-steps.ts';
import { agentHouse, long } from './testing-house.ts';

const house = await agentHouse();

/** @param path where the agent's calls come out at the provider */
async function completesTask(agent: string, path: string): Promise<void> {
  house.models.script(
    agentTask([
      { read: 'README.md' },
      { edit: 'README.md', from: '# ledger', to: '# Account book' },
      { write: 'notes.txt', text: 'one\ntwo\n' },
      { run: 'cat notes.txt && echo made > shell.txt' },
    ]),
  );
  const { run, changed, said } = await house.run({ text: 'Do the task', agent, mode: 'auto' });
  expect(run).toMatchObject({ state: 'succeeded', error: null });
  expect(changed).toEqual(['README.md', 'notes.txt', 'shell.txt']);
  expect(said).toContain('All done.');
  expect(said).not.toContain('Model metadata');
  expect(new Set(house.models.received.map((request) => request.path.split('?')[0]))).toEqual(new Set([path]));
}

test('[AG20] Claude Code reads, edits, writes and runs, in its box and through the gateway', { timeout: long }, () =>
  completesTask('claude-code', '/messages'),
);

test('[AG21] Codex reads, edits, writes and runs, in its box and through the gateway', { timeout: long }, () =>
  completesTask('codex', '/responses'),
);

test('[AG22] OpenCode reads, edits, writes and runs, in its box and through the gateway', { timeout: long }, () =>
  completesTask('opencode', '/chat/completions'),
);

test('[AG22] Qwen Code reads, edits, writes and runs, in its box and through the gateway', { timeout: long }, () =>
  completesTask('qwen-code', '/chat/completions'),
);
