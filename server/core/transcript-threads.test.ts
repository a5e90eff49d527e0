import { expect, test } from 'vitest';
import type { SessionEvent, SessionEventBody } from './session-event.ts';
import { emptyTranscript, foldEvents } from './transcript.ts';

const ana = { kind: 'person', id: 'per_ana', name: 'Ana' } as const;
const fold = (...bodies: SessionEventBody[]) =>
  foldEvents(
    emptyTranscript(),
    bodies.map((body, index): SessionEvent => ({ seq: index + 1, at: '2026-11-21T10:00:00.000Z', actor: ana, body })),
  );

const prompt = { type: 'prompt', runId: 'run_1', text: 'go on', agent: 'claude-code', mode: 'edit' } as const;

test('[AG70] a prompt stands in its conversation', () => {
  const { items } = fold({ ...prompt, threadId: 'thr_1' });
  expect(items).toMatchObject([{ kind: 'prompt', threadId: 'thr_1' }]);
});

test('[AG72] a conversation that begins, leaves another one or is handed over is a line of its own', () => {
  const { items } = fold(
    { type: 'agent_thread_started', threadId: 'thr_1', agent: 'claude-code' },
    { type: 'agent_thread_started', threadId: 'thr_2', agent: 'claude-code', fromRunId: 'run_1' },
    { type: 'agent_thread_handed_over', threadId: 'thr_2', agent: 'claude-code', to: { id: 'per_ben', name: 'Ben' } },
  );
  expect(items).toMatchObject([
    { what: 'thread_started', threadId: 'thr_1' },
    { what: 'thread_started', threadId: 'thr_2', fromRunId: 'run_1' },
    { what: 'thread_handed_over', to: { name: 'Ben' } },
  ]);
});

test('[AG74] a turn that remembers everything says nothing of it; what it could not take along is said', () => {
  const goesOn = { type: 'run_continues', runId: 'run_1', afterRunId: 'run_0', files: 2 } as const;
  const whole = fold(prompt, { ...goesOn, memory: 'kept', conflicts: [] });
  expect(whole.items.map(({ kind }) => kind)).toEqual(['prompt']);
  expect(whole.runs['run_1']?.memory).toBe('kept');
  const told = fold(prompt, { ...goesOn, memory: 'told', conflicts: ['src/a.ts'] });
  expect(told.items.at(-1)).toMatchObject({ what: 'run_continues', memory: 'told', conflicts: ['src/a.ts'] });
});
