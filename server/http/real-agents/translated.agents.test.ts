import { expect, test } from 'vitest';
import { agentTask } from '../../../e2e/fakes/agent-steps.ts';
import { agentHouse, long } from './testing-house.ts';

/** A provider that speaks chat/completions and nothing else, as most local servers of models. */
const house = await agentHouse(undefined, ['openai_chat']);

test.each(['claude-code', 'codex'])(
  '[AG26] %s works with a model whose provider speaks another protocol',
  { timeout: long },
  async (agent) => {
    house.models.script(
      agentTask([
        { read: 'README.md' },
        { edit: 'README.md', from: '# ledger', to: '# Account book' },
        { run: 'echo made > shell.txt' },
      ]),
    );
    const { run, changed, said } = await house.run({ text: 'Do the task', agent, mode: 'auto' });
    expect(run).toMatchObject({ state: 'succeeded', error: null });
    expect(changed).toEqual(['README.md', 'shell.txt']);
    expect(said).toContain('All done.');
    expect(new Set(house.models.received.map(({ path }) => path))).toEqual(new Set(['/chat/completions']));
  },
);
