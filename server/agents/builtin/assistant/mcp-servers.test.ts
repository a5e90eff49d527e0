import path from 'node:path';
import type * as acp from '@agentclientprotocol/sdk';
import { afterEach, expect, test } from 'vitest';
import { mcpTools } from './mcp-tools.ts';
import { call, startTestHost, type TestHost } from './testing-agent-host.ts';

/** The assistant with the real server of notes as a program beside it. */
const notes: acp.McpServerStdio = {
  name: 'notes',
  command: process.execPath,
  args: [path.resolve(import.meta.dirname, '../../mcp/testing-mcp-program.ts')],
  env: [],
};

let host: TestHost;
afterEach(() => host.close());

async function begin(answers: TestHost['answers'], servers: acp.McpServer[] = [notes], mode?: string) {
  host = await startTestHost();
  host.answers = answers;
  await host.prompt(await host.open(mode, servers), 'Go');
}

const cards = () => host.updates.flatMap((update) => (update.sessionUpdate === 'tool_call' ? [update] : []));
const addNote = call('mcp__notes__add_note', { text: 'plum', query: 'kept as it is' });

test.each(['ask', 'plan', 'edit', 'auto'])(
  '[AG120] in the mode %s tools of a server are offered, the host is asked about each call, and its answer is the result',
  async (mode) => {
    await begin([{ calls: [addNote, call('mcp__notes__read_notes', {})] }], [notes], mode);
    const offered = host.asked[0]?.tools?.map((tool) => tool.function.name) ?? [];
    expect(offered.slice(-3)).toEqual(['mcp__notes__read_notes', 'mcp__notes__add_note', 'mcp__notes__tell_start']);
    expect(host.permissions.map(({ toolCall }) => toolCall)).toMatchObject([
      {
        title: 'add_note of notes',
        rawInput: { text: 'plum', query: 'kept as it is' },
        _meta: { toolName: 'mcp__notes__add_note' },
      },
      { title: 'read_notes of notes', _meta: { toolName: 'mcp__notes__read_notes' } },
    ]);
    expect(host.results()).toEqual(['Noted: plum', 'The notes are: plum\n']);
    const ends = host.updates.flatMap((update) =>
      update.sessionUpdate === 'tool_call_update' && update.status === 'completed' ? [update.rawOutput] : [],
    );
    expect(ends).toEqual(['Noted: plum', 'The notes are: plum\n']);
  },
);

test('[AG120] what was denied is not called', async () => {
  host = await startTestHost();
  host.onPermission = () => ({
    outcome: { outcome: 'selected', optionId: 'deny' },
    _meta: { ensemble: { reason: 'Not now.' } },
  });
  host.answers = [{ calls: [addNote] }];
  await host.prompt(await host.open('auto', [notes]), 'Go');
  expect(host.results()).toEqual([expect.stringContaining('This was not allowed. Not now.')]);
  expect(cards()).toHaveLength(1);
  await expect(host.read('notes.txt')).rejects.toThrow('ENOENT');
});

test('[AG120] a server that does not start is told once, and the turn goes on without it', async () => {
  await begin([{ text: 'Without it then.' }], [{ ...notes, name: 'gone', command: '/no/such/program' }, notes]);
  expect(host.texts()).toBe('Without it then.');
  const thoughts = host.updates.filter(({ sessionUpdate }) => sessionUpdate === 'agent_thought_chunk');
  expect(thoughts).toMatchObject([{ content: { text: 'The MCP server gone did not start: It has ended.' } }]);
  expect(host.asked[0]?.tools?.map((tool) => tool.function.name)).toContain('mcp__notes__add_note');
});

const client = { callTool: () => Promise.resolve({ text: '', isError: false }) };
const listed = (name: string, inputSchema: Record<string, unknown> = {}) => ({ name, description: '', inputSchema });

test('[AG120] tools get names and forms that every provider takes, and no more of them than fit', async () => {
  host = await startTestHost();
  const long = 'a'.repeat(80);
  const many = Array.from({ length: 100 }, (_, at) => listed(`tool${at}`));
  const odd = [listed('files.read', { $schema: 'x', type: 'object' }), listed('files/read'), listed(long)];
  const { tools, left } = mcpTools([{ server: 'one', client, tools: [...odd, ...many] }]);
  expect(tools.slice(0, 3).map(({ name, foreignName }) => [name, foreignName])).toEqual([
    ['mcp__one__files_read', 'mcp__one__files.read'],
    ['mcp__one__files_read_2', 'mcp__one__files/read'],
    [`mcp__one__${'a'.repeat(54)}`, `mcp__one__${long}`],
  ]);
  expect(tools[0]?.definition.function.parameters).toEqual({ type: 'object', properties: {} });
  expect([tools.length, left]).toEqual([90, 13]);
});
