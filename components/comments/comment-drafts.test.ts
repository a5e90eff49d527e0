import { expect, test } from 'vitest';
import { CommentDrafts, type ThreadDraft } from './comment-drafts.ts';

function memory(entries = new Map<string, string>()) {
  return {
    entries,
    getItem: (key: string) => entries.get(key) ?? null,
    setItem: (key: string, value: string) => void entries.set(key, value),
    removeItem: (key: string) => void entries.delete(key),
  };
}

const owner = { sessionId: 'ses_1', personId: 'per_1' };
const words = { quote: 'a', before: '', after: '', length: 1, startLine: 1, endLine: 1 };
const draft = (id: string, body: string): ThreadDraft => ({
  id,
  fileId: 'fil_1',
  path: 'a.ts',
  anchor: { position: null, ...words },
  body,
});

test('[CM24] what was typed is there again after the page was loaded again, for its author alone', () => {
  const storage = memory();
  const drafts = new CommentDrafts(owner, storage);
  drafts.setText('reply:thr_1', 'half a sent');
  drafts.putThread(draft('d1', 'why'));
  const again = new CommentDrafts(owner, storage);
  expect(again.textOf('reply:thr_1')).toBe('half a sent');
  expect(again.getSnapshot().threads).toEqual([draft('d1', 'why')]);
  expect(new CommentDrafts({ ...owner, personId: 'per_2' }, storage).getSnapshot().threads).toEqual([]);
});

test('[CM24] two tabs that write at the same time lose nothing of each other', () => {
  const storage = memory();
  const [one, two] = [new CommentDrafts(owner, storage), new CommentDrafts(owner, storage)];
  one.setText('reply:thr_1', 'first');
  two.putThread(draft('d1', 'second'));
  one.takeStored();
  expect(one.getSnapshot()).toEqual({ threads: [draft('d1', 'second')], texts: { 'reply:thr_1': 'first' } });
});

test('[CM24] a draft without words is not kept, and what was sent is gone', () => {
  const storage = memory();
  const drafts = new CommentDrafts(owner, storage);
  drafts.putThread(draft('d1', ' '));
  expect(drafts.getSnapshot().threads).toHaveLength(1);
  expect(storage.entries.size).toBe(0);
  drafts.putThread(draft('d1', 'x'));
  drafts.setText('edit:com_1', 'y');
  drafts.dropThread('d1');
  drafts.setText('edit:com_1', '');
  expect(drafts.getSnapshot()).toEqual({ threads: [], texts: {} });
  expect(storage.entries.size).toBe(0);
});

test('[CM24] without a storage, or with an unreadable one, drafts live in the tab', () => {
  const refusing = {
    getItem: (): string | null => {
      throw new Error('forbidden');
    },
    setItem: () => {
      throw new Error('full');
    },
    removeItem: () => {
      throw new Error('forbidden');
    },
  };
  const broken = memory(new Map([['ensemble:comments:ses_1:per_1', '{"threads":1}']]));
  for (const storage of [refusing, broken]) {
    const drafts = new CommentDrafts(owner, storage);
    expect(drafts.getSnapshot()).toEqual({ threads: [], texts: {} });
    drafts.setText('reply:thr_1', 'kept');
    drafts.putThread(draft('d1', 'why'));
    expect(drafts.getSnapshot()).toEqual({ threads: [draft('d1', 'why')], texts: { 'reply:thr_1': 'kept' } });
  }
});
