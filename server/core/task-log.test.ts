import { expect, test } from 'vitest';
import type { SessionEvent, SessionEventBody } from './session-event.ts';
import { foldTask, type TaskLog } from './task-log.ts';

let seq = 0;
const event = (body: SessionEventBody): SessionEvent => ({
  seq: ++seq,
  at: '2026-01-01T00:00:00.000Z',
  actor: { kind: 'person', id: 'per_a', name: 'Ana' },
  body,
});
const fold = (bodies: SessionEventBody[]) => bodies.map(event).reduce<readonly TaskLog[]>(foldTask, []);

test('a task is its start, its output in order and its end', () => {
  const [task] = fold([
    { type: 'task_started', taskId: 't1', name: 'test', command: 'npm test' },
    { type: 'task_output', taskId: 't1', text: 'one\n' },
    { type: 'task_output', taskId: 't1', text: 'two\n' },
    { type: 'task_finished', taskId: 't1', state: 'failed', exitCode: 1, durationMs: 1200 },
  ]);
  expect(task).toMatchObject({ output: 'one\ntwo\n', state: 'failed', exitCode: 1, startedBy: { name: 'Ana' } });
});

test('a start that is told twice is one task, and other events change nothing', () => {
  const started: SessionEventBody = { type: 'task_started', taskId: 't1', name: 'test', command: 'npm test' };
  const once = fold([started]);
  expect(fold([started, started])).toHaveLength(1);
  expect(foldTask(once, event({ type: 'session_renamed', title: 'x' }))).toBe(once);
});

test('of a long output the end is kept, and it is said', () => {
  const [task] = fold([
    { type: 'task_started', taskId: 't1', name: 'test', command: 'yes' },
    { type: 'task_output', taskId: 't1', text: 'y'.repeat(400_001) },
  ]);
  expect(task?.output).toHaveLength(400_000);
  expect(task?.cut).toBe(true);
});

test('[CB105] the conflicts of a task are those that were told last', () => {
  const [task] = fold([
    { type: 'task_started', taskId: 't1', name: 'lint', command: 'npm run lint' },
    { type: 'task_conflicts', taskId: 't1', commit: 'c1', conflicts: [{ path: 'a' }, { path: 'b', reason: 'x' }] },
    { type: 'task_conflicts', taskId: 't1', commit: 'c2', conflicts: [{ path: 'b' }] },
  ]);
  expect(task).toMatchObject({ conflicts: [{ path: 'b' }], conflictsCommit: 'c2' });
});
