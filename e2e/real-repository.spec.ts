import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { caretAtEndOf, openFile, textOf } from './fixtures/editor.ts';
import { expect, team, test } from './fixtures/people.ts';
import { makeRepository, type CommitToMake } from './fixtures/repository.ts';
import { askForSuggestion, currentHunk, hunkIn, panelButton, review, saved } from './fixtures/session-page.ts';

const packages = path.resolve(import.meta.dirname, '../node_modules');
const commits = 30;

function filesBelow(folder: string): string[] {
  return readdirSync(path.join(packages, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(packages, path.join(entry.parentPath, entry.name)))
    .filter((file) => !file.includes('/node_modules/'))
    .toSorted();
}

/** Code of others that every machine with this repository has: thousands of files of many kinds, as a history of commits. */
function history(): CommitToMake[] {
  const encoder = filesBelow('lib0').filter((file) => /^lib0\/[a-z]+\.js$/.test(file));
  const kinds = [
    ...filesBelow('next/dist/compiled/@vercel/og').filter((file) => /\.(wasm|ttf)$/.test(file)),
    'next/dist/compiled/source-map08/mappings.wasm',
    'monaco-editor/esm/vs/languages/features/typescript/lib/typescriptServices.js',
    '@pierre/theme/icon.png',
  ];
  const many = ['@mantine/core', 'zod', 'yjs', '@trpc/server'].flatMap(filesBelow);
  const files = [...new Set([...encoder, ...kinds, ...many])];
  const share = Math.ceil(files.length / commits);
  return Array.from({ length: commits }, (_, at) => ({
    message: `Add part ${at + 1} of ${commits}\n`,
    files: new Map(
      files.slice(at * share, (at + 1) * share).map((file) => [file, readFileSync(path.join(packages, file))]),
    ),
  })).filter((commit) => commit.files.size > 0);
}

test('the same work is done in a repository of thousands of files with a history', async ({
  app,
  ana,
  bo,
  rest,
  witness,
}) => {
  const made = history();
  const fileCount = made.reduce((sum, commit) => sum + commit.files.size, 0);
  expect(fileCount).toBeGreaterThan(4_000);
  const folder = path.join(app.localRepos, 'packages');
  await makeRepository(folder, made);

  const projectId = await test.step('ana imports it by path in less than a minute', async () => {
    await ana.goto(`/${team}/projects/new`);
    await ana.getByRole('tab', { name: 'Folder on the server' }).click();
    await ana.getByRole('textbox', { name: 'Folder' }).fill(folder);
    const begunAt = performance.now();
    await ana.getByRole('button', { name: 'Import' }).click();
    await expect(ana.getByRole('button', { name: 'New session' })).toBeVisible({ timeout: 60_000 });
    expect(performance.now() - begunAt).toBeLessThan(60_000);
    return new URL(ana.url()).pathname.split('/').at(-1) ?? '';
  });

  await test.step('she opens a session, and both find files by name and by what is in them', async () => {
    await ana.getByRole('button', { name: 'New session' }).click();
    await ana.getByLabel('Title').fill('Encoders');
    await ana.getByRole('button', { name: 'Open session' }).click();
    await ana.waitForURL(/\/sessions\/ses_/);
    await bo.goto(ana.url());
    await expect(ana.getByRole('treeitem', { name: /^lib0/ })).toBeVisible();

    await ana.keyboard.press('ControlOrMeta+p');
    await ana.getByRole('combobox', { name: 'Open a file by name' }).fill('lib0/encod');
    await expect(ana.getByRole('option').first()).toContainText('encoding.js');
    await ana.keyboard.press('Enter');
    await expect(ana.getByRole('tab', { name: 'encoding.js' })).toHaveAttribute('aria-selected', 'true');

    await panelButton(bo, 'Search').click();
    await bo.getByRole('textbox', { name: 'Search for' }).fill('export const createEncoder');
    const results = bo.getByRole('region', { name: 'Results' });
    await expect(results).toContainText('1 in 1 file');
    await results.getByRole('button', { name: /export const createEncoder/ }).click();
    await expect(bo.getByRole('tab', { name: 'encoding.js' })).toHaveAttribute('aria-selected', 'true');
    await expect.poll(() => textOf(bo)).toContain('createEncoder');
  });

  await test.step('what is no text, or too much of it, is named with the reason', async () => {
    witness.expect(/412 \(Precondition Failed\)/);
    for (const [name, reason] of [
      ['resvg.wasm', /binary/],
      ['typescriptServices.js', /larger than 5 MB/],
    ] as const) {
      await ana.keyboard.press('ControlOrMeta+p');
      await ana.getByRole('combobox', { name: 'Open a file by name' }).fill(name);
      await expect(ana.getByRole('option').first()).toContainText(name);
      await ana.keyboard.press('Enter');
      await expect(ana.getByRole('tab', { name })).toHaveAttribute('aria-selected', 'true');
      await expect(ana.getByRole('region', { name: 'Editor' })).toContainText(reason);
    }
  });

  await test.step('the agent renames within one folder; they accept and commit', async () => {
    await askForSuggestion(ana, 'rename createEncoder to newEncoder in lib0');
    await review(ana);
    const first = hunkIn(ana, 'lib0/encoding.js').first();
    await first.click();
    await ana.keyboard.press('y');
    await expect(first).toHaveAccessibleName(/accepted$/);
    await expect(currentHunk(ana)).toHaveAccessibleName(/unreviewed$/);
    await panelButton(bo, 'Files').click();
    await openFile(bo, 'lib0/decoding.js');
    await caretAtEndOf(bo, 'Efficient schema-less binary decoding');
    await bo.keyboard.type(' // bo was here');
    await saved(bo);
    await ana.getByRole('button', { name: 'Accept the rest' }).click();
    await expect(ana.getByRole('status').filter({ hasText: /^(\d+) of \1 decided$/ })).toBeVisible({ timeout: 30_000 });
    await ana.getByRole('button', { name: /^Commit \d+/ }).click();
    const dialog = ana.getByRole('dialog', { name: /^Commit to/ });
    await dialog.getByRole('button', { name: 'Commit', exact: true }).click();
    await expect(dialog).toBeHidden();

    const { branch } = await rest.get<{ branch: string }>(`/sessions/${ana.url().split('/').at(-1) ?? ''}`);
    const repository = path.join(app.dataDir, 'repos', `${projectId}.git`);
    const git = (...words: string[]) => execFileSync('git', ['--git-dir', repository, ...words], { encoding: 'utf8' });
    expect(git('show', `${branch}:lib0/encoding.js`)).toContain('export const newEncoder');
    expect(git('show', `${branch}:lib0/encoding.js`)).not.toContain('const createEncoder');
    expect(git('show', `${branch}:lib0/decoding.js`)).toContain('// bo was here');
    expect(git('rev-list', '--count', branch).trim()).toBe(String(made.length + 1));
  });
});
