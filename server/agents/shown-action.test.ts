import { expect, test } from 'vitest';
import { shownAction } from './shown-action.ts';

test('[GU43] names of files, remotes, branches and hosts are masked as the command is', async () => {
  const mask = {
    mask: (text: string) => Promise.resolve(text.replaceAll('s3cret', '•••')),
    maskPiece: (text: string) => Promise.resolve({ kept: text, held: '' }),
  };
  const reach = {
    files: [{ how: 'deletes' as const, count: 1, lines: 2, paths: ['s3cret.txt'] }],
    outside: ['/s3cret'],
    remotes: [{ how: 'push' as const, name: 's3cret', host: 's3cret.example', branches: ['s3cret'] }],
    hosts: ['s3cret.example'],
  };
  const shown = await shownAction({ kind: 'command', command: 'rm s3cret.txt', cwd: '', reach }, mask);
  expect(JSON.stringify(shown)).not.toContain('s3cret');
  expect(shown).toMatchObject({
    reach: { files: [{ count: 1, lines: 2, paths: ['•••.txt'] }], hosts: ['•••.example'] },
  });
});
