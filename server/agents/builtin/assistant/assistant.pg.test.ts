import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { setDatabaseUrl } from '../../../../db/client.ts';
import { testDatabase } from '../../../../db/testing.ts';
import type { Say } from '../../../../e2e/fakes/model-server-script.ts';
import { shippedPolicies } from '../../../governance/policies/shipped-policies.ts';
import { policy, putInForce } from '../../../governance/testing-policies.ts';
import { requestCancel } from '../../../runs/request-cancel.ts';
import { processesOn } from '../../testing-run.ts';
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

test('[AG92] calls that are not right are told to the model, which goes on', { timeout: 60_000 }, async () => {
  house.models.script({
    turns: [
      { says: [{ tool: 'edit', arguments: '{"path": "src/money.ts", "edits": [{"old": "Uni' }] },
      { says: [tool('open_file', { path: 'src/money.ts' })] },
      {
        says: [tool('edit', { file_path: 'src/money.ts', old_string: 'Units to whole cents', new_string: 'To cents' })],
      },
      { says: [{ text: 'Done at last.' }] },
    ],
  });
  const begun = await house.begin('Change the comment');
  await begun.done;
  expect(await begun.run()).toMatchObject({ state: 'succeeded' });
  expect(await begun.result('src/money.ts')).toContain('/** To cents. */');
  const told = house.models.received.map(({ body }) => body.toString('utf8'));
  expect(told[1]).toContain('they end in the middle');
  expect(told[2]).toContain('There is no tool open_file here');
});

test('[AG93] a model with a small context is never asked too much', { timeout: 60_000 }, async () => {
  const read = (from: number) => ({ says: [tool('read', { path: 'src/long.ts', from, lines: 300 })] });
  const content = Array.from({ length: 1500 }, (_, at) => `export const value${at} = ${at};`).join('\n');
  house.models.script({
    turns: [
      { says: [tool('write', { path: 'src/long.ts', content })] },
      ...[1, 301, 601, 901, 1201].map(read),
      { says: [{ text: 'Read all of it.' }] },
    ],
  });
  const begun = await house.begin('Read the long file', { model: 'small_context' });
  await begun.done;
  expect(await begun.run()).toMatchObject({ state: 'succeeded' });
  const sizes = house.models.received.map(({ body }) => body.length);
  expect(Math.max(...sizes)).toBeLessThan(60_000);
  const last = house.models.received.at(-1)?.body.toString('utf8') ?? '';
  expect(last).toContain('Read the long file');
  expect(last).toContain('Left out to make room');
});

test('[AG95] a cancel in the middle of an answer ends it upstream as well', { timeout: 60_000 }, async () => {
  house.models.script({ says: [{ text: 'word '.repeat(500) }], paceMs: 100 });
  const begun = await house.begin('Tell me a long story');
  await begun.until((body) => body['type'] === 'agent_text');
  await requestCancel(house.team.developer.ctx, { runId: begun.runId });
  await begun.done;
  expect(await begun.run()).toMatchObject({ state: 'cancelled' });
  expect(await house.models.received[0]?.ended).toBe('hung up');
});

test('[AG95] a cancel in the middle of a command leaves no process', { timeout: 60_000 }, async () => {
  house.models.script({ turns: [{ says: [tool('run', { command: 'echo begun; sleep 600' })] }, {}] });
  const begun = await house.begin('Wait');
  await begun.until((body) => body['type'] === 'tool_call_update' && body['status'] === 'in_progress');
  await requestCancel(house.team.developer.ctx, { runId: begun.runId });
  await begun.done;
  expect(await begun.run()).toMatchObject({ state: 'cancelled' });
  expect(processesOn(begun.runId)).toEqual([]);
});

test('[AG96] what the gateway denies is shown as it is', { timeout: 60_000 }, async () => {
  const { teamId, admin } = house.team;
  const closed =
    'forbid (principal, action == Action::"useModel", resource) when { resource.alias == "anthropic_messages" }';
  await putInForce(teamId, `${shippedPolicies}\n${policy('model-rests', closed)}`, admin.personId);
  try {
    const begun = await house.begin('Hello', { model: 'anthropic_messages' });
    await begun.done;
    const log = await begun.log();
    expect(textsOf(log)).toContain('Ensemble did not make this model call.');
    expect(textsOf(log)).toContain('The rule model-rests');
    expect(house.models.received).toEqual([]);
    expect(log.find(({ type }) => type === 'model_call_denied')).toMatchObject({ why: 'policy' });
  } finally {
    await putInForce(teamId, shippedPolicies, admin.personId);
  }
});

test('[AG96] a provider that fails for good ends the run in its words', { timeout: 60_000 }, async () => {
  house.models.script({ error: { status: 400, message: 'The scripted model has no such knob.' } });
  const begun = await house.begin('Hello');
  await begun.done;
  expect(await begun.run()).toMatchObject({ state: 'failed', error: expect.stringContaining('no such knob') });
});

test('[AG97] the next prompt of a session goes on from what was said and done', { timeout: 60_000 }, async () => {
  house.models.script({
    when: { user: 'the word' },
    turns: [{ says: [tool('read', { path: 'README.md' })] }, { says: [{ text: 'I keep it.' }] }],
  });
  const first = await house.begin('Keep the word plum and read the README');
  await first.done;
  house.models.script({ says: [{ text: 'Plum.' }] });
  const second = await house.begin('Which one was it?', { sessionId: first.sessionId });
  await second.done;
  expect(await second.run()).toMatchObject({ state: 'succeeded' });
  const last = JSON.stringify(house.models.received.at(-1)?.json);
  for (const part of ['Keep the word plum', 'I keep it.', 'Which one was it?', '"read"']) expect(last).toContain(part);
});
