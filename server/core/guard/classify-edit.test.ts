import { describe, expect, test } from 'vitest';
import { loadCode } from '#server/platform/parsers/code';
import { classifyEdit } from './classify-edit.ts';
import type { Edit } from './edits/change.ts';
import { editRules } from './edits/families.ts';
import type { GuardFacts } from './verdict.ts';

const readCode = await loadCode();
const judge = (edit: Edit, facts: GuardFacts = {}) => classifyEdit(edit, facts, readCode);
/** Where nothing can be read by its syntax. */
const judgeLines = (edit: Edit) => classifyEdit(edit, {}, () => undefined);

describe('each rule for edits', () => {
  const ng = editRules.flatMap(({ id, examples }) => examples.ng.map((edit) => [id, edit.path, edit] as const));
  const ok = editRules.flatMap(({ id, examples }) => examples.ok.map((edit) => [id, edit.path, edit] as const));

  test.each(ng)('[GU130] [GU21] %s stops a change of %s', (id, _path, edit) => {
    for (const { verdict, rules } of [judge(edit), judgeLines(edit)]) {
      expect(verdict).not.toBe('allow');
      expect(rules).toContain(id);
    }
  });

  test.each(ok)('[GU130] %s leaves alone a change of %s', (id, _path, edit) => {
    for (const { rules } of [judge(edit), judgeLines(edit)]) expect(rules).not.toContain(id);
  });
});

test('[GU131] lines are compared as they stand: what is only moved, or said in a comment, is no change', () => {
  const auth = 'await authorize(ctx);';
  expect(judge({ path: 'a.ts', oldText: `${auth}\nf();\n`, newText: `f();\n${auth}\n` }).verdict).toBe('allow');
  expect(judge({ path: 'a.ts', oldText: 'f();\n', newText: '// eval(input)\nf();\n' }).verdict).toBe('allow');
  expect(judge({ path: 'a.md', oldText: null, newText: 'never call eval(input), verify=False' }).verdict).toBe('allow');
});

test('[GU132] a file with changes that nobody committed is not removed without a question', () => {
  const edit = { path: 'notes.txt', oldText: 'one\n', newText: null };
  expect(judge(edit).verdict).toBe('allow');
  expect(judge(edit, { dirtyFiles: ['notes.txt'] }).verdict).toBe('ask');
});

test('[GU133] a change that is too long to be read is asked; any text gets an answer', () => {
  expect(judge({ path: 'a.txt', oldText: null, newText: 'x'.repeat(3_000_000) }).verdict).toBe('ask');
  for (const newText of ['\ud800', '\0', `${'('.repeat(50_000)}`, `${'"select '.repeat(5_000)}`, "'".repeat(20_000)])
    expect(judge({ path: 'a.ts', oldText: null, newText }, {})).toHaveProperty('verdict');
});

test('[GU20] a check that is commented out, or stands where nothing runs, is one that was removed', () => {
  const before = 'async function remove() {\n  await authorize(ctx);\n  await go();\n}\n';
  for (const now of [
    '/* await authorize(ctx); */',
    'if (false) await authorize(ctx);',
    'log("await authorize (ctx)");',
  ]) {
    const edit = { path: 'a.ts', oldText: before, newText: before.replace('await authorize(ctx);', now) };
    expect(judge(edit).rules).toContain('edits.authorization-removed');
  }
});

test('[GU21] what has no reading is judged by its lines, never let through unseen', () => {
  const newText = 'const x = = ;\neval(input);\n';
  expect(judge({ path: 'a.ts', oldText: null, newText }).rules).toContain('edits.evaluates-input');
});
