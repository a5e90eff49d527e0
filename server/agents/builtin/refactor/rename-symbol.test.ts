import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { renameSymbol, type RenameRequest } from './rename-symbol.ts';

/** A compiler is loaded or a program started in each; a busy machine needs time for it. */
vi.setConfig({ testTimeout: 30_000 });

type Given = { files: Record<string, string>; request?: Partial<RenameRequest> };

async function rename({ files, request }: Given) {
  const root = await mkdtemp(path.join(tmpdir(), 'ensemble-rename-'));
  onTestFinished(() => rm(root, { recursive: true, force: true }));
  for (const [file, text] of Object.entries(files)) {
    await mkdir(path.dirname(path.join(root, file)), { recursive: true });
    await writeFile(path.join(root, file), text);
  }
  const sources = Object.entries(files).map(([file, text]) => ({ path: file, text }));
  return renameSymbol({ root, files: sources }, { from: 'old', to: 'fresh', declaredIn: () => true, ...request });
}

/** The changed files as they would be; the reason when it was refused. */
async function outcome(given: Given): Promise<Record<string, string> | string> {
  const result = await rename(given);
  return result.state === 'refused'
    ? result.reason
    : Object.fromEntries(result.edits.map(({ path: file, after }) => [file, after]));
}

test.each<[string, Given & { after: Record<string, string> }]>([
  [
    'a shorthand property keeps its key',
    {
      files: { 'a.ts': 'export function old() {}\nexport const api = { old };\napi.old();\n' },
      after: { 'a.ts': 'export function fresh() {}\nexport const api = { old: fresh };\napi.old();\n' },
    },
  ],
  [
    're-exports, aliases and namespaces are followed',
    {
      files: {
        'a.ts': 'export const old = 1;\n',
        'all.ts': "export * from './a.ts';\nexport { old as older } from './a.ts';\n",
        'b.ts': "import { old, older } from './all.ts';\nimport * as m from './all.ts';\nuse(old, older, m.old);\n",
      },
      after: {
        'a.ts': 'export const fresh = 1;\n',
        'all.ts': "export * from './a.ts';\nexport { fresh as older } from './a.ts';\n",
        'b.ts':
          "import { fresh, older } from './all.ts';\nimport * as m from './all.ts';\nuse(fresh, older, m.fresh);\n",
      },
    },
  ],
  [
    'a member is renamed by its class, its namesakes are not',
    {
      files: {
        'a.ts':
          'export class Cart {\n  old() {\n    return this.old();\n  }\n}\nexport interface X {\n  old(): number;\n}\n',
        'b.ts': "import { Cart } from './a.ts';\nnew Cart().old();\nexport const old = 3;\n",
      },
      request: { container: 'Cart' },
      after: {
        'a.ts':
          'export class Cart {\n  fresh() {\n    return this.fresh();\n  }\n}\nexport interface X {\n  old(): number;\n}\n',
        'b.ts': "import { Cart } from './a.ts';\nnew Cart().fresh();\nexport const old = 3;\n",
      },
    },
  ],
  [
    'what CommonJS exports is followed by those who require it',
    {
      files: {
        'a.js': 'function old() {}\nmodule.exports = { old };\n',
        'b.js': "const { old } = require('./a');\nold();\nconst m = require('./a');\nm.old();\n",
      },
      after: {
        'a.js': 'function fresh() {}\nmodule.exports = { fresh };\n',
        'b.js': "const { fresh } = require('./a');\nfresh();\nconst m = require('./a');\nm.fresh();\n",
      },
    },
  ],
  [
    'a variable taken out of an object leaves its property alone',
    {
      files: { 'a.ts': 'declare const o: { old: number };\nexport const { old } = o;\n' },
      request: { line: 2 },
      after: { 'a.ts': 'declare const o: { old: number };\nexport const { old: fresh } = o;\n' },
    },
  ],
  [
    'types are renamed in annotations and import types',
    {
      files: {
        'a.ts': 'export type old = { next: old | null };\n',
        'b.ts': "type T = import('./a.ts').old;\n",
      },
      after: {
        'a.ts': 'export type fresh = { next: fresh | null };\n',
        'b.ts': "type T = import('./a.ts').fresh;\n",
      },
    },
  ],
  [
    'paths of the tsconfig are respected',
    {
      files: {
        'tsconfig.json':
          '{ "compilerOptions": { "module": "esnext", "moduleResolution": "bundler", "paths": { "@/*": ["./src/*"] } } }',
        'src/a.ts': 'export const old = 1;\n',
        'src/b.ts': "import { old } from '@/a';\nuse(old);\n",
      },
      after: {
        'src/a.ts': 'export const fresh = 1;\n',
        'src/b.ts': "import { fresh } from '@/a';\nuse(fresh);\n",
      },
    },
  ],
])('%s', async (_name, given) => {
  expect(await outcome(given)).toEqual(given.after);
});

test('a name that is declared twice is refused, with the places and a request that says which', async () => {
  const files = { 'a.ts': 'export const old = 1;\n', 'b.ts': 'export const old = 2;\n' };
  expect(await outcome({ files })).toBe(
    'old is declared in 2 places: a.ts:1, b.ts:1. Say which one, for example: rename old to fresh in a.ts:1',
  );
  const chosen = await rename({ files, request: { declaredIn: (file) => file === 'b.ts' } });
  expect(chosen).toMatchObject({ state: 'done', edits: [{ path: 'b.ts' }], skipped: [{ path: 'a.ts', line: 1 }] });
});

test.each<[string, Record<string, string>, RegExp]>([
  ['in the same file', { 'a.ts': 'export const old = 1;\nconst fresh = 2;\n' }, /already used in a\.ts:2/],
  [
    'where it is imported',
    {
      'a.ts': 'export const old = 1;\n',
      'b.ts': "import { old } from './a.ts';\nconst f = (fresh: number) => fresh + old;\n",
    },
    /already used in b\.ts:2/,
  ],
  ['as a member', { 'a.ts': 'class A {\n  old = 1;\n  fresh = 2;\n}\n' }, /already a member there \(a\.ts:3\)/],
  [
    'in a module that passes both on',
    {
      'a.ts': 'export const old = 1;\n',
      'b.ts': 'export const fresh = 2;\n',
      'i.ts': "export * from './a.ts';\nexport * from './b.ts';\n",
    },
    /i\.ts already exports fresh/,
  ],
])('a new name that is in use %s is refused', async (_where, files, reason) => {
  expect(await outcome({ files })).toMatch(reason);
});

test('an import that cannot be resolved is told', async () => {
  const files = { 'a.ts': 'export const old = 1;\n', 'b.ts': "import { old } from '@acme/money';\nuse(old);\n" };
  expect(await rename({ files })).toMatchObject({
    edits: [{ path: 'a.ts' }],
    skipped: [{ path: 'b.ts', reason: 'imports old from a place that cannot be resolved' }],
  });
});

test('a name of a JSX tag keeps its capital letter', async () => {
  const files = { 'a.tsx': 'const Old = () => null;\nexport const x = <Old />;\n' };
  expect(await outcome({ files, request: { from: 'Old' } })).toContain('must begin with a capital letter');
});
