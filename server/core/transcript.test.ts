import fc from 'fast-check';
import { expect, test } from 'vitest';
import { noticeText } from './notice-text.ts';
import type { SessionEvent, SessionEventBody } from './session-event.ts';
import { emptyTranscript, foldEvents, queuePlace } from './transcript.ts';

const ada = { kind: 'person', id: 'per_a', name: 'Ada' } as const;
const runActor = { kind: 'run', id: 'run_1', name: 'refactor' } as const;

function eventsOf(...bodies: SessionEventBody[]): SessionEvent[] {
  return bodies.map((body, index) => ({
    seq: index + 1,
    at: new Date(Date.UTC(2026, 0, 1, 0, 0, index)).toISOString(),
    actor: body.type === 'prompt' || body.type === 'permission_decided' ? ada : runActor,
    body,
  }));
}

const prompt = (runId: string, text = 'rename a to b'): SessionEventBody => ({
  type: 'prompt',
  runId,
  text,
  agent: 'refactor',
  mode: 'edit',
});
const started = (runId: string, attempt = 1): SessionEventBody => ({
  type: 'run_started',
  runId,
  attempt,
  baseCommit: 'a'.repeat(40),
});
const said = (text: string, messageId = 'm1', runId = 'run_1'): SessionEventBody => ({
  type: 'agent_text',
  runId,
  messageId,
  text,
});
const finished = (runId: string, state: 'succeeded' | 'failed' | 'cancelled' = 'succeeded'): SessionEventBody => ({
  type: 'run_finished',
  runId,
  state,
});

const kinds = (...bodies: SessionEventBody[]) =>
  foldEvents(emptyTranscript(), eventsOf(...bodies)).items.map((item) => item.kind);

test('[RN20] pieces of one message are one text, in the place where it began', () => {
  const { items } = foldEvents(
    emptyTranscript(),
    eventsOf(prompt('run_1'), started('run_1'), said('Hel'), said('lo'), said('Second', 'm2'), said('!', 'm1')),
  );
  expect(items).toMatchObject([{ kind: 'prompt', author: ada }, { text: 'Hello!' }, { text: 'Second' }]);
});

test('[RN20] a prompt shows its place in the queue until its run starts', () => {
  const queued = foldEvents(emptyTranscript(), eventsOf(prompt('run_1'), prompt('run_2'), prompt('run_3')));
  expect(queuePlace(queued, 'run_3')).toBe(3);
  const events = eventsOf(prompt('run_1'), prompt('run_2'), prompt('run_3'), started('run_1'), {
    type: 'queue_ordered',
    runIds: ['run_3', 'run_2'],
  });
  const ordered = foldEvents(queued, events);
  expect(ordered.queue).toEqual(['run_3', 'run_2']);
  expect(queuePlace(ordered, 'run_1')).toBeUndefined();
  expect(ordered.runs['run_1']).toMatchObject({ state: 'running', starts: 1 });
});

test('[RN20] a tool call is one card with its latest status, output, diffs and duration', () => {
  const { items } = foldEvents(
    emptyTranscript(),
    eventsOf(
      prompt('run_1'),
      started('run_1'),
      {
        type: 'tool_call',
        runId: 'run_1',
        toolCallId: 't1',
        title: 'Edit a.ts',
        kind: 'edit',
        status: 'pending',
        paths: ['a.ts'],
      },
      { type: 'tool_call_update', runId: 'run_1', toolCallId: 't1', status: 'in_progress' },
      {
        type: 'tool_call_update',
        runId: 'run_1',
        toolCallId: 't1',
        status: 'completed',
        durationMs: 12,
        exitCode: null,
        output: { text: 'done', sizeBytes: 4 },
        diffs: [{ path: 'a.ts', oldText: 'a', newText: 'b' }],
      },
    ),
  );
  expect(items.at(-1)).toMatchObject({
    kind: 'tool_call',
    status: 'completed',
    durationMs: 12,
    exitCode: null,
    output: { text: 'done' },
    diffs: [{ path: 'a.ts' }],
  });
});

const asked = (permissionId: string): SessionEventBody => ({
  type: 'permission_requested',
  runId: 'run_1',
  permissionId,
  title: 'npm test',
  reason: 'The agent wants to run a command.',
});

test('[RN20] a run waits while a question is open and goes on when the last one is answered', () => {
  const decide = (permissionId: string): SessionEventBody => ({
    type: 'permission_decided',
    runId: 'run_1',
    permissionId,
    decision: 'allow',
    scope: 'once',
  });
  const events = eventsOf(prompt('run_1'), started('run_1'), asked('p1'), asked('p2'), decide('p1'), decide('p2'));
  const states = events.map(
    (_event, index) => foldEvents(emptyTranscript(), events.slice(0, index + 1)).runs['run_1']?.state,
  );
  expect(states).toEqual(['queued', 'running', 'waiting', 'waiting', 'waiting', 'running']);
});

test('[RN20] a question nobody answered is void once the run ended', () => {
  const { items, runs } = foldEvents(
    emptyTranscript(),
    eventsOf(prompt('run_1'), started('run_1'), asked('p1'), finished('run_1', 'cancelled')),
  );
  expect(items[1]).toMatchObject({ kind: 'permission', isVoid: true, decided: undefined });
  expect(items[2]).toMatchObject({ kind: 'run_end', state: 'cancelled', durationMs: 2000 });
  expect(runs['run_1']).toMatchObject({ state: 'cancelled', openPermissions: [] });
});

test('[CV85] to stop a prompt that has not begun is told as its removal', () => {
  const stop = (runId: string): SessionEventBody => ({ type: 'run_cancel_requested', runId });
  const { items } = foldEvents(
    emptyTranscript(),
    eventsOf(
      prompt('run_1', 'Round'),
      started('run_1'),
      prompt('run_2', 'Then the docs'),
      stop('run_2'),
      stop('run_1'),
    ),
  );
  const notices = items.filter((item) => item.kind === 'notice');
  expect(notices.map(noticeText)).toEqual(['removed “Then the docs”, which had not begun', 'asked to stop']);
});

test('[RN20] a run that starts again says so, and its new messages do not run into the old ones', () => {
  const folded = foldEvents(
    emptyTranscript(),
    eventsOf(prompt('run_1'), started('run_1'), said('half a sen'), started('run_1', 2), said('whole')),
  );
  expect(folded.items.slice(1)).toMatchObject([
    { kind: 'text', text: 'half a sen' },
    { kind: 'notice', what: 'run_restarted' },
    { kind: 'text', text: 'whole' },
  ]);
});

test('[RN20] decisions on hunks gather on their suggestion, and an undo takes one back', () => {
  const hunk = (hunkId: string, decision: 'accept' | 'reject' | 'undo'): SessionEventBody => ({
    type: 'hunk_decided',
    suggestionId: 'sug_1',
    hunkId,
    path: 'a.ts',
    decision,
  });
  const { items } = foldEvents(
    emptyTranscript(),
    eventsOf(
      { type: 'suggestion_created', runId: 'run_1', suggestionId: 'sug_1', files: 1, hunks: 2 },
      hunk('h1', 'accept'),
      hunk('h2', 'reject'),
      hunk('h1', 'undo'),
    ),
  );
  expect(items).toMatchObject([{ kind: 'suggestion', decisions: { h2: { decision: 'reject' } } }]);
  expect(items[0]).not.toHaveProperty('decisions.h1');
});

test('[CV70] files that a run has changed so far stand with it, latest last; what is as it was is not told', () => {
  const change = (path: string, status: 'added' | 'modified' | 'unchanged', line = 1) =>
    ({ path, status, added: 1, removed: 0, line }) as const;
  const told = (...files: ReturnType<typeof change>[]): SessionEventBody => ({
    type: 'run_files_changed',
    runId: 'run_1',
    files,
  });
  const begun = [prompt('run_1'), started('run_1'), told(change('a', 'added'), change('b', 'modified'))];
  const filesAfter = (...more: SessionEventBody[]) =>
    foldEvents(emptyTranscript(), eventsOf(...begun, ...more)).runs['run_1']?.files;
  expect(filesAfter(told(change('a', 'added', 7)))).toMatchObject([{ path: 'b' }, { path: 'a', line: 7 }]);
  expect(filesAfter(told(change('b', 'unchanged')))).toMatchObject([{ path: 'a' }]);
  expect(filesAfter(started('run_1', 2))).toEqual([]);
});

test('opened files leave no line, changed ones do', () => {
  const changed = (cause: 'open' | 'rename'): SessionEventBody => ({ type: 'files_changed', paths: ['a'], cause });
  expect(kinds(changed('open'), changed('rename'))).toEqual(['notice']);
});

test('[CB100] what a running command changes again and again is one line', () => {
  const changed = (...paths: string[]): SessionEventBody => ({ type: 'files_changed', paths, cause: 'command' });
  const { items } = foldEvents(emptyTranscript(), eventsOf(changed('a'), changed('b', 'a'), changed('a')));
  expect(items).toMatchObject([{ what: 'files_changed', paths: ['a', 'b'] }]);
});

const anyBody: fc.Arbitrary<SessionEventBody> = fc.oneof(
  fc.constantFrom('run_1', 'run_2').map((runId) => prompt(runId)),
  fc.constantFrom('run_1', 'run_2').map((runId) => started(runId)),
  fc.tuple(fc.string(), fc.constantFrom('m1', 'm2')).map(([text, id]) => said(text, id)),
  fc.constantFrom('p1', 'p2').map(asked),
  fc.constantFrom('run_1', 'run_2').map((runId) => finished(runId)),
  fc.constant<SessionEventBody>({ type: 'queue_ordered', runIds: ['run_2', 'run_1'] }),
  fc.constant<SessionEventBody>({ type: 'tool_call_update', runId: 'run_1', toolCallId: 't', status: 'completed' }),
);
const anyLog = fc.array(anyBody, { maxLength: 40 }).map((bodies) => eventsOf(...bodies));

test('[RN21] folding in pieces equals folding at once, and repeated entries change nothing', () => {
  fc.assert(
    fc.property(anyLog, fc.array(fc.nat(40)), (log, cuts) => {
      const whole = foldEvents(emptyTranscript(), log);
      let pieces = emptyTranscript();
      for (const event of log) pieces = foldEvents(pieces, [event]);
      expect(pieces).toEqual(whole);
      let repeated = emptyTranscript();
      // Each piece begins somewhere in what was handed over before, as after a lost connection.
      for (const cut of [...cuts, log.length])
        repeated = foldEvents(repeated, log.slice(repeated.lastSeq - Math.min(cut, repeated.lastSeq)));
      expect(repeated).toEqual(whole);
      expect(foldEvents(whole, log)).toBe(whole);
    }),
  );
});

test('[RN21] an earlier value is never changed by a later fold', () => {
  fc.assert(
    fc.property(anyLog, fc.nat(40), (log, cut) => {
      const first = foldEvents(emptyTranscript(), log.slice(0, cut));
      const copy = structuredClone(first);
      foldEvents(first, log);
      expect(first).toEqual(copy);
    }),
  );
});

test('[RN21] an entry that is missing is noticed', () => {
  const log = eventsOf(prompt('run_1'), started('run_1'), said('x'), finished('run_1'));
  expect(foldEvents(emptyTranscript(), log).missingSeq).toBeUndefined();
  expect(foldEvents(emptyTranscript(), [...log.slice(0, 1), ...log.slice(2)]).missingSeq).toBe(2);
});

test('[RN21] an entry of a kind that is not known yet is passed over', () => {
  const later = JSON.parse('{ "type": "of_a_later_version" }') as SessionEventBody;
  const { items, lastSeq, missingSeq } = foldEvents(
    emptyTranscript(),
    eventsOf(prompt('run_1'), later, started('run_1')),
  );
  expect([items.length, lastSeq, missingSeq]).toEqual([1, 3, undefined]);
});

test('[CM12] [CM14] comments are lines of their own; what was edited or deleted shows nothing of before', () => {
  const at = { threadId: 'thr_1', path: 'a.ts', line: 3 };
  const { items } = foldEvents(
    emptyTranscript(),
    eventsOf(
      { type: 'comment_added', ...at, commentId: 'com_1', excerpt: 'first', isReply: false },
      { type: 'comment_added', ...at, commentId: 'com_2', excerpt: 'second', isReply: true },
      { type: 'comment_edited', threadId: 'thr_1', commentId: 'com_1', excerpt: 'changed' },
      { type: 'comment_deleted', threadId: 'thr_1', commentId: 'com_2' },
      { type: 'comment_moved', threadId: 'thr_1' },
      { type: 'comment_resolved', ...at, resolved: true },
      { type: 'comment_resolved', ...at, resolved: false },
    ),
  );
  expect(items).toMatchObject([
    { kind: 'comment', what: 'started', ...at, excerpt: 'changed' },
    { kind: 'comment', what: 'replied', ...at, excerpt: '' },
    { kind: 'comment', what: 'resolved', ...at },
    { kind: 'comment', what: 'reopened', ...at },
  ]);
});
