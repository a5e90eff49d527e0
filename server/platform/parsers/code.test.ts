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
  expect(read('a.rb', 'puts 1')).toBeUndefined();
  expect(read('a.ts', 'const = = ;')).toBeUndefined();
  expect(read('a.ts', 'f();\n'.repeat(100_000))).toBeUndefined();
  expect(read('a.ts', `${'['.repeat(2_000)}${']'.repeat(2_000)}`)).toBeUndefined();
  for (const text of ['', '\0', '\ud800', '`${'.repeat(5_000), 'a => '.repeat(20_000)])
    for (const path of ['a.ts', 'a.tsx', 'a.py', 'a.go', 'A.java']) expect(() => read(path, text)).not.toThrow();
});
