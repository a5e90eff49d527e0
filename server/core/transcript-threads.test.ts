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

test('[AG76] hunks that go on in a later suggestion are told from open ones, until one is decided where it was', () => {
  const made = { type: 'suggestion_created', runId: 'run_1', suggestionId: 'sug_1', files: 1, hunks: 2 } as const;
  const hunkIds = ['h1', 'h2'];
  const goesOn = { type: 'suggestion_continued', suggestionId: 'sug_1', by: 'sug_2', hunkIds } as const;
  expect(fold(made, goesOn).items).toMatchObject([{ kind: 'suggestion', continued: ['h1', 'h2'] }]);
  const undone = { type: 'hunk_decided', suggestionId: 'sug_1', hunkId: 'h1', path: 'a.ts', decision: 'undo' } as const;
  expect(fold(made, goesOn, undone).items).toMatchObject([{ continued: ['h2'], decisions: {} }]);
});
