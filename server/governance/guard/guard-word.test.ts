import { expect, test } from 'vitest';
import { readAction } from './guard-word.ts';

const judge = async (path: string, oldText: string | null, newText: string) =>
  (await readAction({ kind: 'edit', path, oldText, newText }, { facts: {}, rules: [] })).word;

test('[GU20] what agents would change is read by its syntax: a check that is commented out is one that was removed', async () => {
  const before = 'def remove(request):\n    check_permission(request.user)\n    go()\n';
  const after = before.replace('check_permission(request.user)', '"""check_permission(request.user)"""');
  expect(await judge('api/views.py', before, after)).toMatchObject({
    verdict: 'ask',
    rules: ['edits.authorization-removed'],
  });
  const note = "export const note = 'never call eval(input)';\n";
  expect(await judge('src/note.ts', null, note)).toMatchObject({ verdict: 'allow' });
});

test('[GU21] what has no reading is judged by its lines', async () =>
  expect(await judge('src/a.ts', null, 'const x = = ;\neval(input);\n')).toMatchObject({ verdict: 'ask' }));
