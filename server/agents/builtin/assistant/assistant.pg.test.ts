import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { setDatabaseUrl } from '../../../../db/client.ts';
import { testDatabase } from '../../../../db/testing.ts';
import type { Say } from '../../../../e2e/fakes/model-server-script.ts';
import { startAssistantHouse, textsOf, type AssistantHouse } from './testing-assistant.ts';

/** The whole loop: the real agent in the real box, through the run's door and the gateway, before a scripted model. */
const { url } = await testDatabase();
setDatabaseUrl(url);

let house: AssistantHouse;
beforeAll(async () => {
  house = await startAssistantHouse();
}, 60_000);
beforeEach(() => house.models.forget());
afterAll(() => house.close());

const tool = (name: string, args: Record<string, unknown>): Say => ({ tool: name, arguments: args });

test.each(['openai_chat', 'anthropic_messages', 'openai_responses'])(
  '[AG90] a task is read, planned, changed, checked and summed up with a model over %s',
  { timeout: 60_000 },
  async (model) => {
    house.models.script({
      turns: [
        {
          says: [
            { text: 'I look first.' },
            tool('read', { path: 'src/money.ts' }),
            tool('search', { pattern: 'parseAmount' }),
          ],
        },
        { says: [] },
        { says: [tool('plan', { steps: [{ text: 'Write a note', status: 'in_progress' }] })] },
        { says: [tool('write', { path: 'notes/new.md', content: 'A note\n' })] },
        {
          says: [
            tool('edit', { path: 'src/money.ts', edits: [{ old: 'Units to whole cents', new: 'Units to cents' }] }),
          ],
        },
        { says: [tool('run', { command: 'cat notes/new.md && git status --short' })] },
        { says: [{ text: 'Done: src/money.ts and a note.' }] },
      ],
    });
    const begun = await house.begin('Change the comment and add a note', { model });
    await begun.done;
    const log = await begun.log();
    expect(await begun.run()).toMatchObject({ state: 'succeeded', error: null });
    expect(textsOf(log)).toContain('I look first.');
    expect(textsOf(log)).toContain('Done: src/money.ts and a note.');
    expect(await begun.result('notes/new.md')).toBe('A note\n');
    expect(await begun.result('src/money.ts')).toContain('/** Units to cents');
    const titles = log.flatMap((body) => (body['type'] === 'tool_call' ? [body['title']] : []));
    expect(titles).toEqual([
      'Read src/money.ts',
      'Search parseAmount',
      'Create notes/new.md',
      'Edit src/money.ts',
      'cat notes/new.md && git status --short',
    ]);
    expect(log.find(({ type }) => type === 'agent_plan')).toMatchObject({ entries: [{ text: 'Write a note' }] });
    expect(log.find(({ type, exitCode }) => type === 'tool_call_update' && exitCode === 0)).toMatchObject({
      output: { text: expect.stringContaining('A note') },
    });
  },
);
