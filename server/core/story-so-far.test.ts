import { expect, test } from 'vitest';
import type { SessionEvent, SessionEventBody } from './session-event.ts';
import { storySoFar } from './story-so-far.ts';
import { emptyTranscript, foldEvents } from './transcript.ts';

const ana = { kind: 'person', id: 'per_ana', name: 'Ana' } as const;
const fold = (bodies: readonly SessionEventBody[]) =>
  foldEvents(
    emptyTranscript(),
    bodies.map((body, index): SessionEvent => ({ seq: index + 1, at: '2026-11-21T10:00:00.000Z', actor: ana, body })),
  );

const turn = (runId: string, text: string, answer: string): SessionEventBody[] => [
  { type: 'prompt', runId, text, agent: 'claude-code', mode: 'edit' },
  { type: 'run_started', runId, attempt: 1, baseCommit: 'c' },
  { type: 'tool_call', runId, toolCallId: 't', title: 'npm test', kind: 'execute', status: 'completed', paths: [] },
  { type: 'agent_text', runId, messageId: 'm', text: answer },
];

test('[AG77] the story so far names who wrote what, what was done and what was answered', () => {
  const events = [
    ...turn('run_1', 'Rename a', 'Renamed.'),
    { type: 'run_finished', runId: 'run_1', state: 'failed', error: 'It was stopped.' } as const,
    ...turn('run_other', 'Something else', 'Else.'),
  ];
  expect(storySoFar(fold(events), ['run_1'])).toBe(
    'Ana wrote:\nRename a\n\nYou did:\n- npm test (completed)\n\nYou answered:\nRenamed.\n\nThe turn ended early: It was stopped.',
  );
});

test('[AG77] the story so far is bounded: each part is cut, and the oldest turns are left out', () => {
  const ids = Array.from({ length: 30 }, (_, at) => `run_${at}`);
  const story = storySoFar(fold(ids.flatMap((id) => turn(id, `Prompt of ${id}`, 'x'.repeat(9_000)))), ids);
  expect(story.length).toBeLessThan(26_000);
  expect(story).toMatch(/^\(25 earlier turns are left out\.\)/);
  expect(story).toContain('Prompt of run_29');
  expect(story).not.toContain('Prompt of run_3\n');
});
