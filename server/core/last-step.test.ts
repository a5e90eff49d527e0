import { expect, test } from 'vitest';
import { describeStep } from './last-step.ts';
import type { SessionEventBody } from './session-event.ts';

test.each<[SessionEventBody, string | undefined]>([
  [
    { type: 'prompt', runId: 'r', text: 'Make totals\n exact', agent: 'refactor', mode: 'edit' },
    'Asked: Make totals exact',
  ],
  [
    {
      type: 'tool_call',
      runId: 'r',
      toolCallId: 't',
      title: 'Edit src/money.ts',
      kind: 'edit',
      status: 'completed',
      paths: [],
    },
    'Edit src/money.ts',
  ],
  [
    { type: 'permission_requested', runId: 'r', permissionId: 'p', title: 'git push', reason: '' },
    'Wants to: git push',
  ],
  [{ type: 'suggestion_created', runId: 'r', suggestionId: 's', files: 1, hunks: 5 }, 'Suggested 5 changes in 1 file'],
  [{ type: 'run_finished', runId: 'r', state: 'failed', error: 'the sandbox stopped' }, 'Failed: the sandbox stopped'],
  [{ type: 'run_finished', runId: 'r', state: 'cancelled' }, 'Stopped'],
  [{ type: 'run_finished', runId: 'r', state: 'succeeded' }, 'Finished'],
  [{ type: 'agent_text', runId: 'r', messageId: 'm', text: 'half a sen' }, undefined],
])('a step in words: %j', (body, words) => {
  expect(describeStep(body)).toBe(words);
});

test('a long step is cut', () => {
  const body = { type: 'prompt', runId: 'r', text: 'x'.repeat(500), agent: 'a', mode: 'ask' } as const;
  expect(describeStep(body)?.length).toBeLessThan(160);
});
