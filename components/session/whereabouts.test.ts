import { expect, test } from 'vitest';
import * as Y from 'yjs';
import type { Participant } from '@/components/editor/room-presence.ts';
import { emptyTranscript } from '@/server/core/transcript.ts';
import type { ToolCallItem, TranscriptRun } from '@/server/core/transcript-item.ts';
import { agents, mustStopFollowing, people, placeInWords } from './whereabouts.ts';

const participant = (clientId: number, change: Partial<Participant> = {}): Participant => ({
  clientId,
  isMe: false,
  user: { id: `per_${clientId}`, name: 'Bo', color: '#0b6aa8', kind: 'person' },
  file: undefined,
  cursor: null,
  line: undefined,
  following: undefined,
  draft: undefined,
  ...change,
});
const files = new Map([['f1', { fileId: 'f1', path: 'src/money.ts', text: new Y.Text() }]]);

test('[CB99] the file and the line of a person are said, as far as they are known', () => {
  const words = (change: Partial<Participant>) => people([participant(1, change)], files).map(placeInWords);
  expect(words({ file: 'f1', line: 12 })).toEqual(['money.ts, line 12']);
  expect(words({ file: 'f1' })).toEqual(['money.ts, line 1']);
  expect(words({ file: 'gone', line: 3 })).toEqual(['no file open']);
  expect(words({})).toEqual(['no file open']);
});

const run = (runId: string, state: TranscriptRun['state']) =>
  ({ runId, agent: 'codex', state, files: [] as TranscriptRun['files'] }) as TranscriptRun;

test('[CB99] an agent at work is at the first line of its last change; one that has finished is nowhere', () => {
  const call = (path: string, diffs: ToolCallItem['diffs'] = []) =>
    ({ kind: 'tool_call', runId: 'run_1', paths: [path], diffs }) as Partial<ToolCallItem> as ToolCallItem;
  const changed = { path: 'src/money.ts', oldText: 'a\nb\nc\n', newText: 'a\nb\nC\n' };
  const transcript = {
    ...emptyTranscript(),
    runs: { run_1: run('run_1', 'running'), run_2: run('run_2', 'succeeded') },
    items: [call('README.md'), call('src/money.ts', [changed])],
  };
  expect(agents(transcript, files)).toMatchObject([
    { key: 'agent:run_1', name: 'codex', path: 'src/money.ts', fileId: 'f1', line: 3 },
  ]);
  expect(agents({ ...transcript, items: [call('new.ts')] }, files)).toMatchObject([
    { path: 'new.ts', fileId: undefined, line: 1 },
  ]);
});

test('[CV72] an agent that changes files is at its last edit, in its own worktree', () => {
  const edits = [
    { path: 'src/money.ts', status: 'modified', added: 1, removed: 0, line: 7 },
    { path: 'old.ts', status: 'deleted', added: 0, removed: 3, line: 1 },
  ] as const;
  const runs = { run_1: { ...run('run_1', 'running'), files: edits } };
  expect(agents({ runs, items: [] }, files)).toMatchObject([{ path: 'src/money.ts', line: 7, changesIn: 'run_1' }]);
});

test.each([
  ['nobody follows anybody back', { 2: undefined }, 1, 2, false],
  ['two follow each other and I am the lower', { 2: 1 }, 1, 2, true],
  ['two follow each other and I am the higher', { 1: 2 }, 2, 1, false],
  ['three in a circle, seen by the lowest', { 2: 3, 3: 1 }, 1, 2, true],
  ['three in a circle, seen by another', { 3: 1, 1: 2 }, 2, 3, false],
  ['others go in a circle that I only watch', { 2: 3, 3: 2 }, 1, 2, false],
])('[CB99] when %s, it is decided who stops', (_when, following, me, followed, stops) => {
  const there = Object.entries(following).map(([id, whom]) => participant(Number(id), { following: whom }));
  expect(mustStopFollowing(there, me, followed)).toBe(stops);
});
