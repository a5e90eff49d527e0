import { expect, test } from 'vitest';
import type { PromptItem, RunEndItem, TextItem, ToolCallItem } from '@/server/core/transcript-item.ts';
import { findInRows } from './find.ts';
import { momentAddress, momentInHash } from './moment.ts';
import { rowAtSeq, rowsOf, stepsInWords } from './rows.ts';

const at = '2026-01-01T00:00:00.000Z';
const call = (seq: number, more: Partial<ToolCallItem> = {}): ToolCallItem => ({
  key: `call:${seq}`,
  seq,
  at,
  kind: 'tool_call',
  runId: 'run_1',
  toolCallId: `t${seq}`,
  title: `read src/a${seq}.ts`,
  tool: 'read',
  status: 'completed',
  paths: [],
  input: undefined,
  output: undefined,
  diffs: [],
  exitCode: undefined,
  durationMs: 10,
  ...more,
});
const text = (seq: number, words: string): TextItem => ({
  key: `text:${seq}`,
  seq,
  at,
  kind: 'text',
  runId: 'run_1',
  text: words,
});

test('[CV55] three and more small steps after each other are one row, and say what they were', () => {
  const rows = rowsOf([call(1), call(2, { tool: 'search' }), call(3), text(4, 'so'), call(5), call(6)], undefined);
  expect(rows.map(({ kind, key }) => [kind, key])).toEqual([
    ['group', 'steps:call:1'],
    ['item', 'text:4'],
    ['item', 'call:5'],
    ['item', 'call:6'],
  ]);
  expect(stepsInWords([call(1), call(2, { tool: 'search' }), call(3)])).toBe('Read 2 files, searched 1 time');
});

test.each([
  ['one that failed', call(2, { status: 'failed' })],
  ['one that runs', call(2, { status: 'in_progress' })],
  ['one that changes files', call(2, { tool: 'edit' })],
  ['one of another run', call(2, { runId: 'run_2' })],
])('[CV55] %s stands for itself', (_name, odd) => {
  const rows = rowsOf([call(1), odd, call(3), call(4)], undefined);
  expect(rows.every(({ kind }) => kind === 'item')).toBe(true);
});

test('[CV57] a line stands before the first entry that is not read; who is here for the first time sees none', () => {
  const items = [text(1, 'a'), text(2, 'b'), text(3, 'c')];
  expect(rowsOf(items, 2).map(({ key }) => key)).toEqual(['text:1', 'text:2', 'unread', 'text:3']);
  expect(rowsOf(items, 3).map(({ key }) => key)).not.toContain('unread');
  expect(rowsOf(items, 0).map(({ key }) => key)).not.toContain('unread');
});

test('[CV56] words are found in everything that is said and done, folded or not, capitals or not', () => {
  const output = { text: 'TOTALS differ: totals', sizeBytes: 21 };
  const rows = rowsOf([text(1, 'the Totals'), call(2), call(3, { output }), call(4)], undefined);
  expect(findInRows(rows, 'totals')).toEqual([
    { row: 0, rowKey: 'text:1', itemKey: 'text:1', nth: 0 },
    { row: 1, rowKey: 'steps:call:2', itemKey: 'call:3', nth: 0 },
    { row: 1, rowKey: 'steps:call:2', itemKey: 'call:3', nth: 1 },
  ]);
  expect(findInRows(rows, '')).toEqual([]);
  expect(findInRows(rows, 'nowhere')).toEqual([]);
});

test('[CV56] a moment has an address, and leads to the row that shows its entry', () => {
  const address = momentAddress('https://ens.example/team/sessions/ses_1?x=1#at-9', 4);
  expect(address).toBe('https://ens.example/team/sessions/ses_1#at-4');
  expect(momentInHash(new URL(address).hash)).toBe(4);
  expect(momentInHash('#at-x')).toBeUndefined();
  const rows = rowsOf([text(1, 'a'), call(2), call(4), call(6), text(9, 'b')], undefined);
  expect(rowAtSeq(rows, 4)).toBe(1);
  expect(rowAtSeq(rows, 8)).toBe(1);
  expect(rowAtSeq(rows, 9)).toBe(2);
  expect(rowAtSeq(rows, 0)).toBe(-1);
});

const prompt = (seq: number, runId: string): PromptItem => ({
  key: `prompt:${runId}`,
  seq,
  at,
  kind: 'prompt',
  runId,
  text: `part of ${runId}`,
  author: { kind: 'person', id: 'per_1', name: 'ana' },
  agent: 'assistant',
  mode: 'edit',
  model: undefined,
  effort: undefined,
  attachments: [],
  editedBy: undefined,
  wordsOf: undefined,
  interrupts: undefined,
  steerId: undefined,
  threadId: undefined,
});
const saidIn = (seq: number, runId: string): TextItem => ({ ...text(seq, 'so'), runId });
const keysOf = (items: Parameters<typeof rowsOf>[0]) => rowsOf(items, undefined).map(({ key }) => key);

test('[CV85] a turn whose prompt waited is named where it begins, once', () => {
  const queued = [prompt(1, 'a'), saidIn(2, 'a'), prompt(3, 'b'), saidIn(4, 'a'), saidIn(5, 'b'), saidIn(6, 'b')];
  expect(keysOf(queued)).toEqual(['prompt:a', 'text:2', 'prompt:b', 'text:4', 'turn:b', 'text:5', 'text:6']);
  expect(keysOf([prompt(1, 'a'), saidIn(2, 'a'), prompt(3, 'b'), saidIn(4, 'b')])).not.toContain('turn:b');
  expect(keysOf([prompt(1, 'a'), prompt(2, 'b'), saidIn(3, 'a')])).toContain('turn:a');
});

const cancelled = (durationMs: number | undefined): RunEndItem => ({
  key: 'end:a',
  seq: 2,
  at,
  kind: 'run_end',
  runId: 'a',
  state: 'cancelled',
  error: undefined,
  suggestionId: undefined,
  usage: undefined,
  durationMs,
});

test('[CV85] the end of a prompt that never began has no line of its own', () => {
  expect(keysOf([prompt(1, 'a'), cancelled(undefined)])).toEqual(['prompt:a']);
  expect(keysOf([prompt(1, 'a'), cancelled(5)])).toEqual(['prompt:a', 'end:a']);
});
