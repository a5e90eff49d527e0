import { expect, test } from 'vitest';
import { agentTask, type AgentStep } from '../../../e2e/fakes/agent-steps.ts';
import { agentHouse, long, type Ran } from './testing-house.ts';

const house = await agentHouse();

/** @param path where the agent's calls come out at the provider */
async function completesTask(agent: string, path: string, more: AgentStep[] = []): Promise<Ran> {
  house.models.script(
    agentTask([
      { read: 'README.md' },
      { edit: 'README.md', from: '# ledger', to: '# Account book' },
      { write: 'notes.txt', text: 'one\ntwo\n' },
      { run: 'cat notes.txt && echo made > shell.txt' },
      ...more,
    ]),
  );
  const ran = await house.run({ text: 'Do the task', agent, mode: 'auto' });
  const { run, changed, said } = ran;
  expect(run).toMatchObject({ state: 'succeeded', error: null });
  expect(changed).toEqual(['README.md', 'notes.txt', 'shell.txt']);
  expect(said).toContain('All done.');
  expect(said).not.toContain('Model metadata');
  expect(new Set(house.models.received.map((request) => request.path.split('?')[0]))).toEqual(new Set([path]));
  return ran;
}

test(
  '[AG20] Claude Code reads, edits, writes and runs, in its box and through the gateway',
  { timeout: long },
  async () => {
    await completesTask('claude-code', '/messages');
  },
);

test('[AG21] Codex reads, edits, writes and runs, in its box and through the gateway', { timeout: long }, async () => {
  await completesTask('codex', '/responses');
});

test(
  '[AG22] OpenCode reads, edits, writes and runs, in its box and through the gateway',
  { timeout: long },
  async () => {
    await completesTask('opencode', '/chat/completions');
  },
);

test(
  '[AG22] Qwen Code reads, edits, writes and runs, in its box and through the gateway',
  { timeout: long },
  async () => {
    await completesTask('qwen-code', '/chat/completions');
  },
);

test(
  '[AG160] Gemini CLI reads, edits, writes and runs, in its box and through the gateway',
  { timeout: long },
  async () => {
    // It would run this command unasked by itself, and look into files; people are asked about none of it.
    const { log } = await completesTask('gemini-cli', '/messages', [
      { run: 'cat README.md' },
      { tool: 'list_directory', arguments: { dir_path: '/work' } },
      { tool: 'glob', arguments: { pattern: '*.md' } },
      { tool: 'grep_search', arguments: { pattern: 'Account book' } },
    ]);
    const calls = log.filter(({ type }) => type === 'tool_call');
    expect(calls.map(({ status }) => status)).toEqual(Array.from({ length: 8 }, () => 'pending'));
    expect(log.filter(({ type }) => type === 'permission_requested')).toEqual([]);
  },
);
