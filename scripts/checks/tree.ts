import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';

const neverRead = new Set(['node_modules', '.next', '.data', '.cache', '.git', 'test-results', 'playwright-report']);

/** The sample repository that Ensemble ships is material for users, not code of ours. */
const sample = 'server/workspace/sample';

/** Paths (relative to `root`, with `/`) of the files below the given folders whose name matches, sorted. */
export function filesBelow(root: string, folders: readonly string[], name: RegExp): string[] {
  return folders.flatMap((folder) => below(root, folder, name)).toSorted();
}

function below(root: string, folder: string, name: RegExp): string[] {
  if (folder === sample || !existsSync(path.join(root, folder))) return [];
  return readdirSync(path.join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const file = path.posix.join(folder, entry.name);
    if (entry.isDirectory()) return neverRead.has(entry.name) ? [] : below(root, file, name);
    return entry.isFile() && name.test(entry.name) ? [file] : [];
  });
}

/** The repository's folder. */
export const repository = path.resolve(import.meta.dirname, '../..');

/** What one of our own checks found: one line a finding, none when it is content. */
export type Findings = readonly string[];

/** Prints the findings and makes the process fail when there are some. */
export function report(content: string, findings: Findings): void {
  for (const finding of findings) console.error(finding);
  if (findings.length === 0) console.log(content);
  else process.exitCode = 1;
}
