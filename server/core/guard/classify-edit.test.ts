import { describe, expect, test } from 'vitest';
import { classifyEdit } from './classify-edit.ts';
import { editRules } from './edits/families.ts';

describe('each rule for edits', () => {
  const ng = editRules.flatMap(({ id, examples }) => examples.ng.map((edit) => [id, edit.path, edit] as const));
  const ok = editRules.flatMap(({ id, examples }) => examples.ok.map((edit) => [id, edit.path, edit] as const));

  test.each(ng)('[GU130] %s stops a change of %s', (id, _path, edit) => {
    const { verdict, rules } = classifyEdit(edit, {});
    expect(verdict).not.toBe('allow');
    expect(rules).toContain(id);
  });

  test.each(ok)('[GU130] %s leaves alone a change of %s', (id, _path, edit) =>
    expect(classifyEdit(edit, {}).rules).not.toContain(id),
  );
});

test('[GU131] lines are compared as they stand: what is only moved, or said in a comment, is no change', () => {
  const auth = 'await authorize(ctx);';
  expect(classifyEdit({ path: 'a.ts', oldText: `${auth}\nf();\n`, newText: `f();\n${auth}\n` }, {}).verdict).toBe(
    'allow',
  );
  expect(classifyEdit({ path: 'a.ts', oldText: 'f();\n', newText: '// eval(input)\nf();\n' }, {}).verdict).toBe(
    'allow',
  );
  expect(
    classifyEdit({ path: 'a.md', oldText: null, newText: 'never call eval(input), verify=False' }, {}).verdict,
  ).toBe('allow');
});

test('[GU132] a file with changes that nobody committed is not removed without a question', () => {
  const edit = { path: 'notes.txt', oldText: 'one\n', newText: null };
  expect(classifyEdit(edit, {}).verdict).toBe('allow');
  expect(classifyEdit(edit, { dirtyFiles: ['notes.txt'] }).verdict).toBe('ask');
});

test('[GU133] a change that is too long to be read is asked; any text gets an answer', () => {
  expect(classifyEdit({ path: 'a.txt', oldText: null, newText: 'x'.repeat(3_000_000) }, {}).verdict).toBe('ask');
  for (const newText of ['\ud800', '\0', `${'('.repeat(50_000)}`, `${'"select '.repeat(5_000)}`, "'".repeat(20_000)])
    expect(classifyEdit({ path: 'a.ts', oldText: null, newText }, {})).toHaveProperty('verdict');
});
