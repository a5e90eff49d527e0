import { expect, test } from 'vitest';
import fc from 'fast-check';
import { sessionEventBody } from '../core/session-event.ts';
import { createEventNormaliser } from './acp-events.ts';
import { parseAgentUpdate } from './acp-update.ts';
import { cutLongTexts } from './long-text.ts';
import type { TerminalSnapshot } from './tool-call-events.ts';

function setUp(terminals: Record<string, TerminalSnapshot> = {}) {
  let time = 0;
  const ignored: string[] = [];
  const normaliser = createEventNormaliser({
    runId: 'run_1',
    now: () => time,
    coalesceMs: 75,
    terminal: (id) => terminals[id],
    onIgnored: (kind) => void ignored.push(kind),
  });
  const push = (update: unknown) => normaliser.push(parseAgentUpdate(update));
  const say = (text: string, messageId?: string) =>
    push({ sessionUpdate: 'agent_message_chunk', content: { type: 'text', text }, ...(messageId && { messageId }) });
  return {
    push,
    say,
    flush: () => normaliser.flush(),
    dueAt: () => normaliser.dueAt(),
    finish: () => normaliser.finish(),
    ignored,
    wait: (ms: number) => void (time += ms),
  };
}

test('text is gathered until it is due, and stays one message', () => {
  const { say, flush, dueAt, wait } = setUp();
  expect([...say('a'), ...say('b')]).toEqual([]);
  expect(dueAt()).toBe(75);
  wait(80);
  expect(say('c')).toEqual([{ type: 'agent_text', runId: 'run_1', messageId: 'm1', text: 'abc' }]);
  say('d');
  expect(flush()).toEqual([{ type: 'agent_text', runId: 'run_1', messageId: 'm1', text: 'd' }]);
  expect(dueAt()).toBeUndefined();
});

test('another message, a thought or a tool call ends the text before it', () => {
  const { say, push } = setUp();
  say('one', 'x');
  expect(say('two', 'y')).toMatchObject([{ messageId: 'x', text: 'one' }]);
  const thought = { sessionUpdate: 'agent_thought_chunk', content: { type: 'text', text: 'hm' } };
  expect(push(thought)).toMatchObject([{ messageId: 'y', text: 'two' }]);
  const call = { sessionUpdate: 'tool_call', toolCallId: 'c', title: 'Look' };
  expect(push(call).map((event) => event.type)).toEqual(['agent_thought', 'tool_call']);
});

test('a tool call is joined by its id, with its time, output and exit code at its end', () => {
  const { push, wait } = setUp({ 't-1': { text: 'ok\n', truncated: false, exitCode: 0 } });
  const opened = push({
    sessionUpdate: 'tool_call',
    toolCallId: 'c',
    title: 'npm test',
    kind: 'execute',
    locations: [{ path: '/work/src/a.ts' }, { path: '/etc/passwd' }],
    rawInput: { command: 'npm' },
  });
  expect(opened).toMatchObject([{ type: 'tool_call', status: 'pending', kind: 'execute', paths: ['src/a.ts'] }]);
  const content = [{ type: 'terminal', terminalId: 't-1' }];
  expect(push({ sessionUpdate: 'tool_call_update', toolCallId: 'c', status: 'in_progress', content })).toEqual([
    { type: 'tool_call_update', runId: 'run_1', toolCallId: 'c', status: 'in_progress' },
  ]);
  wait(1200);
  expect(push({ sessionUpdate: 'tool_call_update', toolCallId: 'c', status: 'completed' })).toEqual([
    {
      type: 'tool_call_update',
      runId: 'run_1',
      toolCallId: 'c',
      status: 'completed',
      output: { text: 'ok\n', sizeBytes: 3 },
      exitCode: 0,
      durationMs: 1200,
    },
  ]);
});

test('an update of a call that was never announced opens it', () => {
  const { push } = setUp();
  expect(push({ sessionUpdate: 'tool_call_update', toolCallId: 'c', title: 'Late' })).toMatchObject([
    { type: 'tool_call', toolCallId: 'c', title: 'Late' },
  ]);
});

const printed = (data: string) => ({
  sessionUpdate: 'tool_call_update',
  toolCallId: 'c',
  _meta: { terminal_output_delta: { data, terminal_id: 'c' } },
});

test('[CV60] what an agent’s own command prints is told in pieces, plain, with its exit code at the end', () => {
  const { push, wait } = setUp();
  push({ sessionUpdate: 'tool_call', toolCallId: 'c', title: 'npm test', kind: 'execute', status: 'in_progress' });
  expect(push(printed('\u001b[32mone\n'))).toMatchObject([{ output: { text: 'one\n' } }]);
  expect(push(printed('two\n'))).toEqual([]);
  wait(600);
  expect(push(printed('three\n'))).toMatchObject([{ output: { text: 'one\ntwo\nthree\n' } }]);
  const end = { ...printed('four\n'), status: 'completed' };
  const exit = { ...end, _meta: { ...end._meta, terminal_exit: { exit_code: 1, signal: null } } };
  expect(push(exit)).toMatchObject([{ output: { text: 'one\ntwo\nthree\nfour\n' }, exitCode: 1, durationMs: 600 }]);
});

test('[CV60] while a command prints much the log gets its newest lines, at the end all of it', () => {
  const { push, wait } = setUp();
  push({ sessionUpdate: 'tool_call', toolCallId: 'c', title: 'seq', kind: 'execute', status: 'in_progress' });
  const lines = Array.from({ length: 5000 }, (_, at) => `line ${at}\n`).join('');
  const [partial] = push(printed(lines));
  const shown = partial?.type === 'tool_call_update' ? (partial.output?.text ?? '') : '';
  expect(shown.length).toBeLessThan(5000);
  expect(shown).toMatch(/^\(the beginning was dropped\)\nline \d+\n/);
  expect(shown).toContain('line 4999\n');
  wait(600);
  expect(push({ ...printed(''), status: 'completed' })).toMatchObject([{ output: { text: lines } }]);
});

test('[CV60] what a command printed before its agent was stopped is kept', () => {
  const { push, finish } = setUp();
  push({ sessionUpdate: 'tool_call', toolCallId: 'c', title: 'sleep', kind: 'execute', status: 'in_progress' });
  push(printed('first\n'));
  push(printed('last words\n'));
  expect(finish()).toMatchObject([{ status: 'failed', output: { text: 'first\nlast words\n' } }]);
});

test('calls that were left open end as failed', () => {
  const { push, finish } = setUp();
  push({ sessionUpdate: 'tool_call', toolCallId: 'a', title: 'A' });
  push({ sessionUpdate: 'tool_call', toolCallId: 'b', title: 'B', status: 'completed' });
  expect(finish()).toMatchObject([{ toolCallId: 'a', status: 'failed' }]);
  expect(finish()).toEqual([]);
});

test('a long diff keeps the lines that differ and three around them', () => {
  const { push } = setUp();
  const lines = Array.from({ length: 3000 }, (_, at) => `line ${at}`);
  const content = [
    { type: 'diff', path: '/work/a.ts', oldText: lines.join('\n'), newText: lines.with(1500, 'new').join('\n') },
  ];
  const diffs = [
    {
      path: 'a.ts',
      oldText: lines.slice(1497, 1504).join('\n'),
      newText: lines.with(1500, 'new').slice(1497, 1504).join('\n'),
    },
  ];
  expect(push({ sessionUpdate: 'tool_call', toolCallId: 'c', title: 'Edit', content })).toMatchObject([{ diffs }]);
});

test('an update without a meaning is ignored and named', () => {
  const { push, ignored } = setUp();
  expect([...push({ sessionUpdate: 'usage_update', used: 1 }), ...push(null), ...push({})]).toEqual([]);
  expect(ignored).toEqual(['usage_update', 'malformed', 'malformed']);
});

test('a long output is cut to its first 8 KB, whole characters, and kept under an id', async () => {
  const { push } = setUp();
  push({ sessionUpdate: 'tool_call', toolCallId: 'c', title: 'Print' });
  const text = 'ä'.repeat(10_000);
  const update = { sessionUpdate: 'tool_call_update', toolCallId: 'c', status: 'completed', rawOutput: text };
  const [body] = push(update);
  const stored: string[] = [];
  const cut = body && (await cutLongTexts(body, async (whole) => `blob_${stored.push(whole)}`));
  expect(cut).toMatchObject({ output: { text: 'ä'.repeat(4096), blobId: 'blob_1', sizeBytes: 20_000 } });
  expect(stored).toEqual([text]);
});

test('whatever an agent sends, the result fits the log and the database', () => {
  const text = fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom('\0', '\ud800', '/work/a', '/work/../x'));
  const value = fc.oneof(text, fc.constantFrom(null, 7, undefined), fc.array(fc.object()));
  const update = fc.record({
    sessionUpdate: fc.constantFrom(
      'agent_message_chunk',
      'tool_call',
      'tool_call_update',
      'plan',
      'agent_thought_chunk',
    ),
    toolCallId: fc.oneof(fc.constantFrom('a', 'b'), text),
    title: value,
    status: fc.oneof(fc.constantFrom('completed', 'failed'), value),
    content: fc.oneof(
      value,
      fc.record({ type: fc.constant('text'), text }),
      fc.array(fc.record({ type: fc.constant('diff'), path: text, oldText: text, newText: text })),
    ),
    locations: fc.array(fc.record({ path: text })),
    rawInput: fc.anything(),
    rawOutput: fc.anything(),
    entries: fc.array(fc.record({ content: text, status: text })),
  });
  fc.assert(
    fc.property(fc.array(update), (updates) => {
      const { push, finish } = setUp();
      const wire = updates.map(
        (given) => JSON.parse(JSON.stringify(given, (_, v: unknown) => (typeof v === 'bigint' ? 1 : v))) as unknown,
      );
      for (const body of [...wire.flatMap((given) => push(given)), ...finish()]) {
        expect(sessionEventBody.parse(body)).toEqual(body);
        const json = JSON.stringify(body);
        expect(json).not.toMatch(/\\u0000|(?<!\\)(?:\\\\)*\\ud[89a-f]/);
      }
    }),
  );
});
