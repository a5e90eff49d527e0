import { lstat, readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import ignore, { type Ignore } from 'ignore';
import type { Skip, SourceText } from './refactor/operation.ts';

export type ProjectFile = { path: string; sizeBytes: number };

/** Larger files are not refactored. */
export const maxSourceBytes = 1024 * 1024;
const maxFiles = 100_000;
const never = new Set(['.git', 'node_modules', '.hg', '.svn', '.yarn', '.pnpm-store']);

type Rules = { folder: string; rules: Ignore };

/**
 * The regular files below a project's root that its `.gitignore` files do not exclude, sorted by path. Links are not
 * followed; installed packages and git's own folder are left out.
 */
export async function listProjectFiles(root: string): Promise<ProjectFile[]> {
  const found: ProjectFile[] = [];
  const visit = async (folder: string, above: readonly Rules[]): Promise<void> => {
    const own = await readRules(root, folder);
    const rules = own === undefined ? above : [...above, own];
    const entries = await readdir(path.join(root, folder), { withFileTypes: true });
    for (const entry of entries) {
      const name = folder === '' ? entry.name : `${folder}/${entry.name}`;
      const isFolder = entry.isDirectory();
      if (never.has(entry.name) || found.length >= maxFiles || isIgnored(name, isFolder, rules)) continue;
      if (isFolder) await visit(name, rules);
      if (entry.isFile()) found.push({ path: name, sizeBytes: (await lstat(path.join(root, name))).size });
    }
  };
  await visit('', []);
  return found.toSorted((a, b) => (a.path < b.path ? -1 : 1));
}

async function readRules(root: string, folder: string): Promise<Rules | undefined> {
  const file = path.join(root, folder, '.gitignore');
  const stat = await lstat(file).catch(() => undefined);
  if (stat === undefined || !stat.isFile() || stat.size > maxSourceBytes) return undefined;
  return { folder, rules: ignore({ allowRelativePaths: true }).add(await readFile(file, 'utf8')) };
}

/** The nearest file of rules that has an opinion decides, as in git. */
function isIgnored(name: string, isFolder: boolean, all: readonly Rules[]): boolean {
  for (const { folder, rules } of all.toReversed()) {
    const relative = folder === '' ? name : name.slice(folder.length + 1);
    const verdict = rules.test(isFolder ? `${relative}/` : relative);
    if (verdict.ignored) return true;
    if (verdict.unignored) return false;
  }
  return false;
}

/** The file's text when it is UTF-8 that survives decoding, and not too large. */
export async function readSource(root: string, file: ProjectFile): Promise<SourceText | Skip> {
  if (file.sizeBytes > maxSourceBytes) return { path: file.path, reason: 'larger than 1 MB' };
  const bytes = await readFile(path.join(root, file.path));
  if (bytes.includes(0)) return { path: file.path, reason: 'not a text file' };
  try {
    return { path: file.path, text: new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes) };
  } catch {
    return { path: file.path, reason: 'not UTF-8' };
  }
}

export function isSource(value: SourceText | Skip): value is SourceText {
  return 'text' in value;
}

/**
 * Tests whether a file lies in what a request named: files, folders, patterns like `src/**\/*.ts`, or everything when
 * nothing is named.
 */
export function scopeTest(scope: readonly string[]): (file: string) => boolean {
  const patterns = ignore().add(scope.filter((name) => name.includes('*')).map((name) => `/${name}`));
  const names = scope.filter((name) => !name.includes('*'));
  return (file) =>
    scope.length === 0 ||
    names.some((name) => file === name || name === '' || file.startsWith(`${name}/`)) ||
    patterns.ignores(file);
}
