import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import * as Y from 'yjs';
import { readFiles } from '@/components/editor/room-files.ts';
import { anchorRange } from './anchor-range.ts';
import { CommentDesk, type ThreadSummary } from './comment-desk.ts';
import { CommentDrafts } from './comment-drafts.ts';
import { filterThreads, groupByFile } from './thread-groups.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const code = 'alpha();\nconst total = price * 100;\nomega();\n';

/** A room without a server: its document, and what a screen is told of it. */
function newRoom() {
  const doc = new Y.Doc();
  const listeners = new Set<() => void>();
  let files = readFiles(doc);
  const status = { kind: 'connected' as const };
  return {
    doc,
    subscribe: (listener: () => void) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    getSnapshot: () => ({ files, loaded: true, status }) as never,
    put(fileId: string, path: string, text: string): Y.Text {
      const entry = new Y.Map<unknown>();
      const content = new Y.Text(text);
      entry.set('path', path);
      entry.set('text', content);
      doc.getMap('files').set(fileId, entry);
      this.tell();
      return content;
    },
    remove(fileId: string): void {
      doc.getMap('files').delete(fileId);
      this.tell();
    },
    tell(): void {
      files = readFiles(doc);
      for (const listener of listeners) listener();
    },
  };
}

function summaryOn(text: Y.Text, words: string, given: Partial<ThreadSummary> = {}): ThreadSummary {
  const start = text.toString().indexOf(words);
  return {
    id: 'thr_1',
    fileId: 'fil_1',
    path: 'a.ts',
    anchor: anchorRange(text, { start, end: start + words.length }),
    anchorVersion: 1,
    state: 'open',
    resolved: null,
    opening: { author: { id: 'per_2', name: 'Bo' }, excerpt: 'why', at: new Date(0) },
    commentCount: 1,
    lastPosition: 1,
    lastCommentAt: new Date(0),
    unreadCount: 0,
    mentionsMe: false,
    isMine: false,
    ...given,
  };
}

function open(given: { mayComment?: boolean; isLookedAt?: () => boolean } = {}) {
  const room = newRoom();
  const text = room.put('fil_1', 'a.ts', code);
  const moves: { threadId: string; version: number; fileId: string }[] = [];
  const read: string[] = [];
  let tell: (fetched: { data: ThreadSummary[] | undefined; error: { message: string } | null }) => void = () => {};
  const entries = new Map<string, string>();
  const storage = {
    getItem: (key: string) => entries.get(key) ?? null,
    setItem: (key: string, value: string) => void entries.set(key, value),
    removeItem: (key: string) => void entries.delete(key),
  };
  const desk = new CommentDesk({
    room,
    drafts: new CommentDrafts({ sessionId: 'ses_1', personId: 'per_1' }, storage),
    mayComment: given.mayComment ?? true,
    watchThreads: (listener) => {
      tell = listener;
      return () => undefined;
    },
    moveAnchor: (move) => void moves.push(move),
    markRead: (threadId, position) => void read.push(`${threadId} ${position}`),
    isLookedAt: given.isLookedAt ?? (() => true),
  });
  return { room, text, desk, moves, read, tell: (...data: ThreadSummary[]) => tell({ data, error: null }), fail: tell };
}

const line = 'const total = price * 100;';

test('[CM2] [CM6] a mark follows the text while people type, and its file through another name', () => {
  const { room, text, desk, tell } = open();
  tell(summaryOn(text, line));
  expect(desk.getSnapshot().threads).toMatchObject([{ line: 2, endLine: 2, path: 'a.ts' }]);
  text.insert(0, 'one\ntwo\n');
  vi.advanceTimersByTime(150);
  expect(desk.getSnapshot().threads).toMatchObject([{ line: 4, place: { state: 'here', isChanged: false } }]);
  const entry = room.doc.getMap('files').get('fil_1');
  if (entry instanceof Y.Map) entry.set('path', 'b.ts');
  room.tell();
  expect(desk.find('thr_1')).toMatchObject({ path: 'b.ts', line: 4 });
});

test('[CM3] [CM5] gone text is told with its line; undone, it is anchored anew once, by who may comment', () => {
  for (const mayComment of [true, false]) {
    const { text, desk, tell, moves } = open({ mayComment });
    tell(summaryOn(text, line));
    const undo = new Y.UndoManager(text);
    text.delete(code.indexOf(line), line.length);
    vi.advanceTimersByTime(2_000);
    expect(desk.find('thr_1')).toMatchObject({ line: 2, place: { state: 'gone' } });
    expect(moves).toEqual([]);
    undo.undo();
    vi.advanceTimersByTime(5_000);
    expect(desk.find('thr_1')).toMatchObject({ line: 2, place: { state: 'here', isDrifted: true } });
    tell(summaryOn(text, line, { anchor: desk.find('thr_1')?.anchor ?? summaryOn(text, line).anchor }));
    vi.advanceTimersByTime(5_000);
    expect(moves).toMatchObject(mayComment ? [{ threadId: 'thr_1', version: 1, fileId: 'fil_1' }] : []);
    desk.close();
  }
});

test('[CM6] a file that left is told by its stored line, and found again when it is back under the same path', () => {
  const { room, text, desk, tell, moves } = open();
  tell(summaryOn(text, line));
  room.remove('fil_1');
  expect(desk.find('thr_1')).toMatchObject({ file: undefined, place: undefined, line: 2 });
  room.put('fil_2', 'a.ts', `// new\n${code}`);
  expect(desk.find('thr_1')).toMatchObject({
    file: { fileId: 'fil_2' },
    line: 3,
    place: { state: 'found', isSure: true },
  });
  vi.advanceTimersByTime(2_000);
  expect(moves).toMatchObject([{ threadId: 'thr_1', version: 1, fileId: 'fil_2' }]);
});

test('[CM22] the open thread is read while it is looked at, each comment once', () => {
  let isLookedAt = false;
  const { text, desk, tell, read } = open({ isLookedAt: () => isLookedAt });
  tell(summaryOn(text, line, { unreadCount: 1 }));
  desk.show('thr_1');
  expect(read).toEqual([]);
  isLookedAt = true;
  desk.noticeReading();
  desk.noticeReading();
  tell(summaryOn(text, line, { unreadCount: 1, lastPosition: 2 }));
  desk.hide();
  tell(summaryOn(text, line, { unreadCount: 1, lastPosition: 3 }));
  expect(read).toEqual(['thr_1 1', 'thr_1 2']);
});

test('[CM24] a begun comment is gone on with where it was begun, and kept when its card closes', () => {
  const { room, text, desk } = open();
  const file = readFiles(room.doc).get('fil_1');
  if (!file) throw new Error('no file');
  const start = code.indexOf(line);
  desk.begin(file, { start, end: start + line.length });
  const [draft] = desk.drafts.getSnapshot().threads;
  if (!draft) throw new Error('no draft');
  desk.drafts.putThread({ ...draft, body: 'why' });
  desk.hide();
  text.insert(0, 'one\n');
  desk.begin(file, { start: start + 6, end: start + 9 });
  expect(desk.getSnapshot().shown).toEqual({ kind: 'draft', id: draft.id });
  expect(desk.anchorNow(draft).anchor).toMatchObject({ startLine: 3, quote: line });
  desk.begin(file, { start: 0, end: 3 });
  desk.hide();
  expect(desk.drafts.getSnapshot().threads).toMatchObject([{ id: draft.id, body: 'why' }]);
});

test('threads that cannot be fetched are told as that, and as known once they came', () => {
  const { text, desk, tell, fail } = open();
  fail({ data: undefined, error: { message: 'no way' } });
  expect(desk.getSnapshot()).toMatchObject({ status: 'failed', error: 'no way' });
  tell(summaryOn(text, line));
  expect(desk.getSnapshot()).toMatchObject({ status: 'ready', error: undefined });
});

test('[CM6] threads are listed by file and line, those of gone files last', () => {
  const { room, text, desk, tell } = open();
  const gone = { fileId: 'fil_9', path: 'Gone.ts' };
  tell(
    summaryOn(text, 'omega', { id: 'thr_3', isMine: true }),
    summaryOn(text, 'alpha', { id: 'thr_2', ...gone, state: 'resolved' }),
    summaryOn(text, 'alpha', { id: 'thr_4', unreadCount: 2 }),
  );
  const { threads } = desk.getSnapshot();
  const listed = groupByFile(threads, new Set(['a.ts'])).map(({ path, isGone, threads: inFile }) => ({
    path,
    isGone,
    ids: inFile.map(({ id }) => id),
  }));
  expect(listed).toEqual([
    { path: 'a.ts', isGone: false, ids: ['thr_4', 'thr_3'] },
    { path: 'Gone.ts', isGone: true, ids: ['thr_2'] },
  ]);
  expect(groupByFile(threads, undefined).some(({ isGone }) => isGone)).toBe(false);
  const filtered = (['open', 'unread', 'mine', 'resolved'] as const).map((filter) =>
    filterThreads(threads, filter).map(({ id }) => id),
  );
  expect(filtered).toEqual([['thr_3', 'thr_4'], ['thr_4'], ['thr_3'], ['thr_2']]);
  room.doc.destroy();
});
