import { posix } from 'node:path';

const names = ['AGENTS.md', 'CLAUDE.md'];
/** Words to agents there are those of somebody else, and in hidden folders the settings of one agent. */
const others = new Set(['node_modules', 'vendor', 'third_party']);
const longestPath = 200;

/**
 * Files of instructions below the root, one a folder, those nearer to the root first; `AGENTS.md` goes before `CLAUDE.md`. Paths that
 * cannot be told on one line are left out.
 */
export function folderInstructions(paths: readonly string[]): string[] {
  const found = new Map<string, string>();
  for (const name of names)
    for (const path of paths) {
      const folder = posix.dirname(path);
      if (posix.basename(path) === name && !found.has(folder) && isTold(path)) found.set(folder, path);
    }
  return [...found.values()].toSorted((a, b) => depth(a) - depth(b) || (a < b ? -1 : 1));
}

const depth = (path: string) => path.split('/').length;

function isTold(path: string): boolean {
  const isPlain = path.length <= longestPath && !/[\p{C}\p{Zl}\p{Zp}]/u.test(path);
  const isOthers = (part: string) => others.has(part) || part.startsWith('.');
  return isPlain && path.includes('/') && !path.split('/').some(isOthers);
}
