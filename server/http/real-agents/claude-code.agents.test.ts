import { expect, test } from 'vitest';
import { agentTask } from '../../../e2e/fakes/agent-steps.ts';
import { agentHouse, long } from './testing-house.ts';

const house = await agentHouse(['claude-code'], ['anthropic_messages']);
const agent = 'claude-code';

test(
  '[AG20] Claude Code reads, edits, writes and runs, in its box and through the gateway',
  { timeout: long },
  async () => {
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
  },
);
