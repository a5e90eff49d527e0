import { expect, test } from 'vitest';
import { loadCode } from './code.ts';

const read = await loadCode();

test('[GU20] a statement is one line whatever lines it was written on; comments and docstrings are left out', () => {
  const broken = '/* one\n two */\nawait authorize(\n  ctx,\n  // who\n  "edit",\n);\nsave();\n';
  expect(read('a.ts', broken)?.lines).toEqual(['await authorize(ctx, "edit")', 'save()']);
  expect(read('a.ts', broken)?.lines).toEqual(read('a.ts', 'await authorize(ctx, "edit"); save();')?.lines);
  expect(read('a.py', 'def f():\n    """Says what it does."""\n    return g(\n        1,\n    )\n')?.lines).toEqual([
    'def f():',
    'return g(1)',
  ]);
});

test('[GU20] what never runs is left out', () => {
  expect(read('a.ts', 'function f() {\n  a();\n  return;\n  b();\n}\n')?.lines).not.toContain('b()');
  expect(read('a.ts', 'if (false) { a(); } else { b(); }')?.lines.join(' ')).not.toContain('a()');
  expect(read('a.ts', 'if (false) { a(); } else { b(); }')?.lines).toContain('b()');
  expect(read('a.ts', 'if (x) return; else b();')?.lines.join(' ')).toContain('b()');
  expect(read('a.ts', 'f();\nreturn;\nfunction f() { a(); }')?.lines).toContain('a()');
  expect(read('a.py', 'def f():\n    raise E\n    check()\n')?.lines).not.toContain('check()');
  expect(read('a.go', 'package a\n\nfunc f() {\n\treturn\n\tcheck()\n}\n')?.lines).not.toContain('check()');
});

test.each([
  ['a.rb', 'authorize!(\n  :edit, # who\n  post\n)\nsave\n', ['authorize!(:edit, post)', 'save']],
  [
    'a.php',
    "<?php\n// who\n$this->authorize(\n  'edit',\n);\nsave();\n",
    ['<?php', "$this->authorize('edit')", 'save()'],
  ],
  ['a.rs', '/// Says.\n#[test]\nfn a() {\n  check(\n    1,\n  );\n}\n', ['#[test]', 'fn a() {', 'check(1)']],
  [
    'A.cs',
    'class A {\n  [Authorize]\n  void F() {\n    Save(\n      1); // now\n  }\n}\n',
    ['class A {', '[Authorize] void F() {', 'Save(1)'],
  ],
  [
    'a.vue',
    '<template>\n  <p>{{ a }}</p>\n</template>\n<!-- eval(x) -->\n<script setup lang="ts">\nsave(\n  a, // a\n);\n</script>\n',
    ['<template>', '<p>{{ a }}</p>', '</template>', 'save(a)'],
  ],
])('[GU82] %s is read by its statements', (path, text, lines) => {
  expect(read(path, text)?.lines).toEqual(lines);
});

test.each([
  ['a.rb', 'def f\n  return\n  check\nend\n'],
  ['a.rb', 'def f\n  raise "no"\n  check\nend\n'],
  ['a.rb', 'if false\n  check\nend\n'],
  ['a.php', '<?php function f() { return; check(); }'],
  ['a.php', '<?php function f() { throw new E(); check(); }'],
  ['a.php', '<?php if (FALSE) { check(); }'],
  ['a.rs', 'fn f() { return; check(); }'],
  ['a.rs', 'fn f() { panic!("no"); check(); }'],
  ['A.cs', 'class A { void F() { throw e; check(); } }'],
  ['A.cs', 'class A { void F() { if (false) check(); } }'],
])('[GU82] what never runs is left out of %s: %s', (path, text) => {
  const lines = read(path, text)?.lines.join(' ');
  expect(lines).toBeDefined();
  expect(lines).not.toContain('check');
});

test('[GU82] grammars are loaded for the files that are read', async () => {
  const some = await loadCode(['a.rb', 'b.txt']);
  expect(some('x.rb', 'f')?.lines).toEqual(['f']);
  expect(some('x.cs', 'class A { }')).toBeUndefined();
});

test('[GU20] texts for people are told from those that programs read', () => {
  const program = "log('never call eval here');\nverify(token, ['none']);";
  expect(read('a.ts', program)?.bare).toEqual(["log('')", "verify(token, ['none'])"]);
});

test.each([
  ['a.ts', "import { exec as run } from 'node:child_process';\nrun(line);", 'exec(line)'],
  ['a.ts', "import * as cp from 'child_process';\ncp.exec(line);", 'child_process.exec(line)'],
  ['a.js', "const { execSync: run } = require('child_process');\nrun(line);", 'execSync(line)'],
  ['a.js', 'const e = eval;\ne(line);', 'eval(line)'],
  ['a.py', 'from os import system as s\ns(line)', 'os.system(line)'],
  ['a.py', 'import pickle as p\np.loads(body)', 'pickle.loads(body)'],
  ['a.py', 'run = eval\nrun(line)', 'eval(line)'],
])('[GU20] names taken from elsewhere are spelled out: %s %s', (path, text, line) =>
  expect(read(path, text)?.lines).toContain(line),
);

test('[GU21] a file without a grammar, one that has no reading, and one that is too long or too deep is not read', () => {
  expect(read('a.kt', 'f()')).toBeUndefined();
  expect(read('a.php', '<p>text</p><?php f();')).toBeUndefined();
  expect(read('a.vue', '<script>const = ;</script>')).toBeUndefined();
  expect(read('a.ts', 'const = = ;')).toBeUndefined();
  expect(read('a.ts', 'f();\n'.repeat(100_000))).toBeUndefined();
  expect(read('a.ts', `${'['.repeat(2_000)}${']'.repeat(2_000)}`)).toBeUndefined();
  for (const text of ['', '\0', '\ud800', '`${'.repeat(5_000), 'a => '.repeat(20_000)])
    for (const path of ['a.ts', 'a.tsx', 'a.py', 'a.go', 'A.java', 'a.rb', 'a.php', 'a.rs', 'A.cs', 'a.vue'])
      expect(() => read(path, text)).not.toThrow();
});
