import { expect, test } from 'vitest';
import { parseAgentToolCall } from './acp-update.ts';
import { requestedAction } from './requested-action.ts';

function asked(call: Record<string, unknown>) {
  const parsed = parseAgentToolCall({ toolCallId: 'c1', rawInput: { text: 'x' }, ...call });
  if (!parsed) throw new Error('not a tool call');
  return requestedAction(parsed, ['notes', 'tickets']);
}

test.each([
  [{ kind: 'other', title: 'notes_add_note' }, 'notes', 'add_note'],
  [{ title: 'notes_add_note' }, 'notes', 'add_note'],
  [{ kind: 'other', title: '{"text":"x"}', _meta: { toolName: 'mcp__notes__add_note' } }, 'notes', 'add_note'],
  [{ kind: 'read', title: '{}', _meta: { toolName: 'mcp__tickets__list' } }, 'tickets', 'list'],
])('[AG114] a call of a tool of a server is known by its name: %j', (call, server, name) => {
  expect(asked(call)).toMatchObject({ kind: 'mcp', server, name });
});

test.each([
  [{ kind: 'execute', title: 'notes_read_notes', rawInput: { command: 'rm -rf .' } }, 'command'],
  [{ kind: 'edit', title: 'notes_read_notes' }, 'other'],
  [{ kind: 'fetch', title: 'notes_read_notes' }, 'fetch'],
  [{ kind: 'read', title: 'notes_read_notes', locations: [{ path: '/work/secret' }] }, 'read'],
  [{ kind: 'other', title: 'notes_read_notes', _meta: { toolName: 'todo' } }, 'other'],
  [{ kind: 'other', title: 'x', _meta: { toolName: 'mcp__evil__read' } }, 'other'],
  [{ kind: 'other', title: 'evil_add_note' }, 'other'],
])('[AG114] what is something else is not taken for one by its title: %j', (call, kind) => {
  expect(asked(call)).toMatchObject({ kind });
});

test('[AG161] a command that is shown as the title alone is judged whole', () => {
  const command = `echo ${'a'.repeat(10_000)}; rm -rf /`;
  expect(asked({ kind: 'execute', title: command, rawInput: undefined })).toEqual({
    kind: 'command',
    command,
    cwd: '',
  });
});

test('[AG161] and in the folder that is shown beside it', () => {
  const shown = (text: string) => [{ type: 'content', content: { type: 'text', text } }];
  const call = { kind: 'execute', title: 'rm -rf objects', rawInput: undefined };
  expect(asked({ ...call, content: shown('[in .git] (Tidy up)') })).toMatchObject({ cwd: '.git' });
  expect(asked({ ...call, content: shown('[in /work/a b]') })).toMatchObject({ cwd: 'a b' });
  expect(asked({ ...call, content: shown('[current working directory /work] ([in .git])') })).toMatchObject({
    cwd: '',
  });
});
