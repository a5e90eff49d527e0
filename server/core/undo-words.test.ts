import { expect, test } from 'vitest';
import { toldWords, undoTitle, undoneWords } from './undo-words.ts';

test('[GU81] an agent is told in a sentence what was taken back, by whom, and which files came back', () => {
  const title = 'rm -rf src';
  const files = { paths: ['src/a.ts', 'src/b.ts'], count: 5 };
  expect(undoneWords({ by: 'Ana', title, files })).toBe(
    'Ana took back your action “rm -rf src”, so the files in the worktree are as they were before it (src/a.ts, src/b.ts and 3 more). Look at them again before you go on.',
  );
  expect(undoneWords({ by: 'Ana', title: undoTitle(title) })).toBe(
    'Ana took an undo of “rm -rf src” back, so the files in the worktree are as they were before that undo. Look at them again before you go on.',
  );
  expect(toldWords(undoTitle(title))).toBe('was told that the files are as before “rm -rf src” again');
});
