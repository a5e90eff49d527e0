import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { computeOperation } from './compute.ts';

/** A compiler is loaded or a program started in each; a busy machine needs time for it. */
vi.setConfig({ testTimeout: 30_000 });

async function makeProject(files: Record<string, string>): Promise<string> {
  const root = await mkdtemp(path.join(tmpdir(), 'ensemble-compute-'));
  onTestFinished(() => rm(root, { recursive: true, force: true }));
  for (const [file, text] of Object.entries(files)) await writeFile(path.join(root, file), text);
  return root;
}

const rename = { kind: 'rename', from: 'parseAmount', to: 'parseMoney', scope: [] } as const;

test('a long chain of imports does not overflow the stack', async () => {
  const length = 2500;
  const files = Object.fromEntries(
    Array.from({ length }, (_, at) => [`m${at}.ts`, at + 1 < length ? `import './m${at + 1}.ts';\n` : 'export {};\n']),
  );
  const root = await makeProject({ ...files, 'a.ts': "import './m0.ts';\nexport const parseAmount = 1;\n" });
  const result = await computeOperation(root, rename, new AbortController().signal);
  expect(result).toMatchObject({ state: 'done', edits: [{ path: 'a.ts', places: 1 }] });
});

test('a file or folder that is not there is refused', async () => {
  const root = await makeProject({ 'a.ts': 'export const parseAmount = 1;\n' });
  const command = { ...rename, scope: ['lib'] };
  expect(await computeOperation(root, command, new AbortController().signal)).toMatchObject({
    state: 'refused',
    reason: expect.stringContaining('no file or folder lib'),
  });
});

test('an abort ends the computation with its reason', async () => {
  const root = await makeProject({ 'a.ts': 'export const parseAmount = 1;\n' });
  const cancel = new AbortController();
  const result = computeOperation(root, rename, cancel.signal);
  cancel.abort(new Error('enough'));
  await expect(result).rejects.toThrow('enough');
});
