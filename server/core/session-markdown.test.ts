import { expect, test } from 'vitest';
import type { SessionEvent, SessionEventBody } from './session-event.ts';
import { createMarkdownWriter, fenced } from './session-markdown.ts';

const ana = { kind: 'person', id: 'per_a', name: 'Ana' } as const;
const at = '2026-01-01T00:00:00.000Z';

function written(...bodies: SessionEventBody[]): string {
  const writer = createMarkdownWriter();
  const events = bodies.map((body, index): SessionEvent => ({ seq: index + 1, at, actor: ana, body }));
  return events.map((event) => writer.push(event)).join('') + writer.end();
}

const runId = 'run_1';
const said = (text: string): SessionEventBody => ({ type: 'agent_text', runId, messageId: 'm', text });

test('[CV80] a turn reads as it happened: the prompt, what was said, each tool call once, how it ended', () => {
  const text = written(
    { type: 'prompt', runId, text: 'Make totals exact', agent: 'codex', mode: 'edit' },
    { type: 'agent_thought', runId, messageId: 't', text: 'floats' },
    said('I will **round'),
    said('** it.'),
    {
      type: 'tool_call',
      runId,
      toolCallId: 'c',
      title: 'npm test',
      kind: 'execute',
      status: 'pending',
      paths: [],
      input: { text: 'npm test', sizeBytes: 8 },
    },
    { type: 'tool_call_update', runId, toolCallId: 'c', output: { text: 'half', sizeBytes: 4 } },
    {
      type: 'tool_call_update',
      runId,
      toolCallId: 'c',
      status: 'failed',
      exitCode: 1,
      durationMs: 2100,
      output: { text: 'all of it\n```\n', blobId: 'blb_1', sizeBytes: 20_000 },
      diffs: [{ path: 'a.ts', oldText: 'a\n', newText: 'b\n' }],
    },
    { type: 'run_finished', runId, state: 'succeeded' },
  );
  expect(text).toBe(
    [
      '## Ana to codex · edit\n\n*2026-01-01T00:00:00.000Z*\n\nMake totals exact\n\n',
      '<details><summary>Thinking</summary>\n\nfloats\n\n</details>\n\n',
      'I will **round** it.\n\n',
      '**npm test** (failed, 2.1 s, exit code 1)\n\nInput\n\n```\nnpm test\n```\n\n',
      'a.ts\n\n```diff\n-a\n+b\n```\n\n',
      'Output, the beginning of 20 KB\n\n````\nall of it\n```\n````\n\n',
      '*Done · 2026-01-01T00:00:00.000Z*\n\n---\n\n',
    ].join(''),
  );
});

test('[CV80] what people did is told as the transcript tells it; a call that never ended is not lost', () => {
  const call = {
    type: 'tool_call',
    runId,
    toolCallId: 'x',
    title: 'sleep',
    kind: 'execute',
    status: 'pending',
  } as const;
  const text = written(
    { type: 'files_changed', paths: ['a.ts'], cause: 'create' },
    { type: 'hunk_decided', suggestionId: 'sug_1', hunkId: 'h', path: 'a.ts', decision: 'accept' },
    { type: 'committed', commit: 'a'.repeat(40), message: 'Round', pushed: false },
    { ...call, paths: [] },
  );
  expect(text).toContain('*Ana made a.ts');
  expect(text).toContain('*Ana: accept a hunk in a.ts');
  expect(text).toContain('committed aaaaaaaa: Round');
  expect(text).toContain('**sleep** (pending)');
});

test('[CV80] a fence is longer than what it holds', () => {
  expect(fenced('a\n````\nb')).toBe('`````\na\n````\nb\n`````\n\n');
});
