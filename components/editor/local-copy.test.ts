import { expect, test, vi } from 'vitest';
import { LocalCopy, type Aside, type Keeping } from './local-copy.ts';

/** Here is no IndexedDB, as in a browser that stores nothing. What browsers store is the matter of the browser suite. */

const edit = { key: '1', update: new Uint8Array([0, 0]), kind: 'edit' as const, files: ['a'] };
const aside: Aside = {
  id: 'one',
  at: 0,
  reason: 'rights',
  edits: 1,
  files: [
    { fileId: 'a', path: 'a.txt', text: 'mine' },
    { fileId: 'b', path: 'b.txt', text: 'mine, too' },
  ],
  update: undefined,
};

test('[CB98] a browser that stores nothing says so, and nothing fails', async () => {
  const copy = new LocalCopy('per_1', 'ses_1');
  const onKeeping = vi.fn<(keeping: Keeping) => void>();
  copy.onKeeping = onKeeping;
  expect(await copy.load()).toEqual({ text: undefined, edits: [] });
  copy.keep(edit, false);
  await copy.flush();
  await copy.keepText(new Uint8Array([1]));
  copy.drop(['1']);
  await copy.flush();
  await copy.forgetText();
  expect(onKeeping.mock.calls).toEqual([['tab']]);
});

test('[CB95] what was laid aside is there until its last file is dealt with, also without storage', async () => {
  const copy = new LocalCopy('per_1', 'ses_1');
  copy.keep(edit, true);
  await copy.setAside(aside, ['1']);
  expect(copy.asides).toEqual([aside]);
  await copy.load();
  expect(copy.asides).toEqual([aside]);
  const rest = { ...aside, files: aside.files.slice(1) };
  await copy.reduceAside(rest);
  expect(copy.asides).toEqual([rest]);
  await copy.reduceAside({ ...rest, files: [] });
  expect(copy.asides).toEqual([]);
});
