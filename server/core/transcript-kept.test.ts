import { expect, test } from 'vitest';
import type { SessionEvent, SessionEventBody } from './session-event.ts';
import { emptyTranscript, foldEvents } from './transcript.ts';

const ana = { kind: 'person', id: 'per_ana', name: 'Ana' } as const;
const fold = (...bodies: SessionEventBody[]) =>
  foldEvents(
    emptyTranscript(),
    bodies.map((body, index): SessionEvent => ({ seq: index + 1, at: '2026-11-21T10:00:00.000Z', actor: ana, body })),
  );

const prompt = { type: 'prompt', runId: 'run_1', text: 'tidy', agent: 'claude-code', mode: 'auto' } as const;
const of = { runId: 'run_1', toolCallId: 'call-1', title: 'rm -rf src' };
const kept: SessionEventBody = { type: 'files_kept', keptId: 'kpt_1', ...of };
const call: SessionEventBody = { type: 'tool_call', ...of, kind: 'execute', status: 'pending', paths: [] };
const asked = { type: 'permission_requested', ...of, permissionId: 'prm_1', reason: 'It deletes.' } as const;

test('[GU37] what was kept before an action is on the card of its tool call, whichever is told first', () => {
  for (const events of [
    [call, kept],
    [kept, call],
  ]) {
    const { items } = fold(prompt, ...events);
    expect(items.map((item) => item.kind)).toEqual(['prompt', 'tool_call']);
    expect(items[1]).toMatchObject({ kept: { keptId: 'kpt_1', title: 'rm -rf src' } });
  }
});

test('[GU37] without a tool call it is on the card of the question, else on one of its own', () => {
  expect(fold(prompt, asked, kept).items[1]).toMatchObject({ kind: 'permission', kept: { keptId: 'kpt_1' } });
  const alone = { type: 'files_kept', runId: 'run_1', keptId: 'kpt_1', title: 'rm -rf src' } as const;
  expect(fold(prompt, alone).items[1]).toMatchObject({ kind: 'kept', kept: { title: 'rm -rf src' } });
});

test('[GU37] the card says who put the files back, and how to go back from there', () => {
  const back = {
    type: 'files_put_back',
    runId: 'run_1',
    keptId: 'kpt_1',
    title: 'rm -rf src',
    undoId: 'kpt_2',
  } as const;
  const { items } = fold(prompt, call, kept, back);
  expect(items[1]).toMatchObject({ kept: { putBack: { by: { name: 'Ana' }, undoId: 'kpt_2' } } });
  expect(items[2]).toMatchObject({ kind: 'notice', what: 'files_put_back' });
  const told = { type: 'undo_told', runId: 'run_1', keptId: 'kpt_1', title: 'rm -rf src' } as const;
  const [last] = fold(prompt, call, kept, back, told).items.slice(-1);
  expect(last).toMatchObject({ kind: 'notice', what: 'undo_told' });
});
