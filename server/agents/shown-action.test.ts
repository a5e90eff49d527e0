import { expect, test } from 'vitest';
import { shownAction } from './shown-action.ts';

const mask = {
  mask: (text: string) => Promise.resolve(text.replaceAll('s3cret', '•••')),
  maskPiece: (text: string) => Promise.resolve({ kept: text, held: '' }),
};

test('[GU43] names of files, remotes, branches and hosts are masked as the command is', async () => {
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

test('[AG36] what is too long to be shown says so', async () => {
  const command = `echo ${'a'.repeat(40_000)}; rm -rf /`;
  const shown = await shownAction({ kind: 'command', command, cwd: '' }, mask);
  expect(shown).toMatchObject({ command: expect.stringMatching(/aaa\n\[8015 more characters are not shown\]$/) });
  const input = 'a'.repeat(16_000);
  const call = await shownAction({ kind: 'mcp', server: 'tickets', name: 'close', input }, mask);
  expect(call).toMatchObject({ input: expect.stringMatching(/a\n\[The rest of it is not shown\]$/) });
  const short = { kind: 'other', tool: 'x', input: '{}' } as const;
  expect(await shownAction(short, mask)).toEqual(short);
});
