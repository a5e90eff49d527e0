import { expect, test } from 'vitest';
import { parsePatch } from './apply-patch.ts';

const patch = (body: string) => parsePatch(`*** Begin Patch\n${body}\n*** End Patch\n`);

test('files are added, deleted, changed in places and moved', () => {
  const files = patch(
    [
      '*** Add File: a.txt',
      '+one',
      '+',
      '*** Delete File: b.txt',
      '*** Update File: c.txt',
      '*** Move to: d/c.txt',
      '@@ function f()',
      ' keep',
      '-old',
      '+new',
      '@@',
      '+last',
      '*** End of File',
    ].join('\n'),
  );
  expect(files).toEqual([
    { path: 'a.txt', to: 'add', text: 'one\n\n' },
    { path: 'b.txt', to: 'delete' },
    {
      path: 'c.txt',
      to: 'update',
      movedTo: 'd/c.txt',
      places: [
        { before: 'keep\nold', after: 'keep\nnew' },
        { before: '', after: 'last' },
      ],
    },
  ]);
});

test.each([
  ['nothing', ''],
  ['no patch', 'rm -rf /'],
  ['no end', '*** Begin Patch\n*** Add File: a\n+x'],
  ['no files', '*** Begin Patch\n*** End Patch'],
  ['something before the first file', '*** Begin Patch\nrm -rf /\n*** Add File: a\n+x\n*** End Patch'],
])('%s is not read as a patch', (_name, text) => {
  expect(parsePatch(text)).toBeUndefined();
});
