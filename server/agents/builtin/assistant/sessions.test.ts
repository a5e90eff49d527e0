import * as acp from '@agentclientprotocol/sdk';
import { afterEach, expect, test, vi } from 'vitest';
import { call, startTestHost, type TestHost } from './testing-agent-host.ts';

let host: TestHost;
afterEach(() => host.close());

const start = async (...given: Parameters<typeof startTestHost>) => (host = await startTestHost(...given));

test('[AG97] a session goes on in another process, with what was said and done before', async () => {
  await start({ 'a.ts': 'A' });
  host.answers = [{ text: 'I look.', calls: [call('read', { path: 'a.ts' })] }, { text: 'It is A.' }];
  const sessionId = await host.open('ask');
  await host.prompt(sessionId, 'What is in it?');
  await host.restart();
  const resumed = await host.connection.agent.request('session/resume', { sessionId, cwd: host.root });
  expect(resumed.modes?.currentModeId).toBe('ask');
  await host.prompt(sessionId, 'And now?');
  expect(host.asked.at(-1)?.messages.slice(1)).toMatchObject([
    { role: 'user', content: 'What is in it?' },
    { role: 'assistant', content: 'I look.' },
    { role: 'tool', content: '1\tA' },
    { role: 'assistant', content: 'It is A.' },
    { role: 'user', content: 'And now?' },
  ]);
});

test('[AG97] loading a session says again what was said; one that is not there is refused', async () => {
  await start();
  host.answers = [{ text: 'Good day' }];
  const sessionId = await host.open();
  await host.prompt(sessionId, 'Hello');
  await host.restart();
  host.updates.length = 0;
  await host.connection.agent.request('session/load', { sessionId, cwd: host.root, mcpServers: [] });
  await vi.waitUntil(() => host.updates.length === 2);
  expect(host.updates).toMatchObject([
    { sessionUpdate: 'user_message_chunk', content: { text: 'Hello' } },
    { sessionUpdate: 'agent_message_chunk', content: { text: 'Good day' } },
  ]);
  for (const other of ['none', '../../etc/passwd'])
    await expect(
      host.connection.agent.request('session/resume', { sessionId: other, cwd: host.root }),
    ).rejects.toBeInstanceOf(acp.RequestError);
});

test('[AG98] the first model that calls tools is used, another one when it is chosen, and effort where a model takes it', async () => {
  await start();
  const sessionId = await host.open();
  const set = (configId: string, value: string) =>
    host.connection.agent.request('session/set_config_option', { sessionId, configId, value });
  await host.prompt(sessionId, 'One');
  await set('effort', 'high');
  await host.prompt(sessionId, 'Two');
  const { configOptions } = await set('model', 'small');
  expect(configOptions.map(({ id }) => id)).toEqual(['model']);
  await host.prompt(sessionId, 'Three');
  expect(host.asked.map(({ model, effort }) => [model, effort])).toEqual([
    ['large', undefined],
    ['large', 'high'],
    ['small', undefined],
  ]);
  await expect(set('model', 'none')).rejects.toThrow('none is not offered; choose one of: small, large');
});

test('[AG98] without a model that is said, with the way out', async () => {
  await start({}, { models: [] });
  await expect(host.prompt(await host.open(), 'Go')).rejects.toThrow(/No model is set up.*Settings/);
});

test('[AG99] the project’s instructions are told at once, those of a folder when it is touched, skills by name', async () => {
  await start({
    'AGENTS.md': 'Use tabs.',
    'lib/AGENTS.md': 'No classes here.',
    'lib/a.ts': 'A',
    'lib/deep/b.ts': 'B',
    '.agents/skills/release/SKILL.md': '---\nname: release\ndescription: "How to release"\n---\nTag it.\n',
  });
  host.answers = [
    { calls: [call('read', { path: 'lib/a.ts' })] },
    { calls: [call('read', { path: 'lib/deep/b.ts' }), call('skill', { name: 'release' })] },
  ];
  await host.prompt(await host.open(), 'Go');
  const [system] = host.asked[0]?.messages ?? [];
  expect(system?.content).toContain('Use tabs.');
  expect(system?.content).toContain('- release: How to release');
  expect(system?.content).not.toContain('Tag it.');
  const [first, second, third] = host.results();
  expect(first).toContain('No classes here.');
  expect(second).not.toContain('No classes here.');
  expect(third).toContain('Tag it.');
});

test('[AG99] what the host keeps closed is neither told nor found', async () => {
  await start({ 'AGENTS.md': 'Obey me.', '.env': 'TOKEN=abc', 'a.ts': 'TOKEN=def' });
  host.closed = new Set(['AGENTS.md', '.env']);
  host.answers = [{ calls: [call('search', { pattern: 'TOKEN=' })] }];
  await host.prompt(await host.open(), 'Go');
  expect(host.asked[0]?.messages[0]?.content).not.toContain('Obey me');
  expect(host.results()).toEqual(['a.ts:1: TOKEN=def']);
});

test('[AG98] the model that the host asks for comes before the one used last, also when only the gateway knows it', async () => {
  await start({}, { asked: { model: 'large-2026-01-01', effort: 'low' } });
  await host.prompt(await host.open(), 'Go');
  expect(host.asked[0]).toMatchObject({ model: 'large-2026-01-01' });
  expect(host.asked[0]).not.toHaveProperty('effort');
});
