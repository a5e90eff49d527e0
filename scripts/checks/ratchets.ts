import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { filesBelow, report, repository, type Findings } from './tree.ts';

/** What a linter rule would forbid too strictly: each may be needed somewhere, but never more often than today. */
const ratchets: Record<string, { folders: readonly string[]; pattern: RegExp }> = {
  'waitForTimeout in e2e': { folders: ['e2e'], pattern: /\bwaitForTimeout\(/g },
  'useEffect in app and components': { folders: ['app', 'components'], pattern: /\buse(?:Layout)?Effect\(/g },
  'setQueryData in app and components': { folders: ['app', 'components'], pattern: /\bsetQueryData\(/g },
  'casts through unknown': {
    folders: ['app', 'components', 'server', 'db', 'e2e', 'bench'],
    pattern: /\bas unknown as\b/g,
  },
};

export type Counts = Record<string, number>;

/** How often each ratcheted thing occurs below `root`. */
export function countRatchets(root: string): Counts {
  const count = ({ folders, pattern }: { folders: readonly string[]; pattern: RegExp }) =>
    filesBelow(root, folders, /\.tsx?$/).reduce(
      (sum, file) => sum + [...readFileSync(path.join(root, file), 'utf8').matchAll(pattern)].length,
      0,
    );
  return Object.fromEntries(Object.entries(ratchets).map(([name, ratchet]) => [name, count(ratchet)]));
}

/** Counts that went up, and counts that fell and were not written down. */
export function ratchetFindings(now: Counts, allowed: Counts): Findings {
  return Object.entries(now).flatMap(([name, count]) => {
    const limit = allowed[name] ?? 0;
    if (count > limit)
      return [`${name}: ${count}, at most ${limit} are allowed. Find another way, or lower the count elsewhere.`];
    if (count < limit)
      return [`${name}: only ${count} are left of ${limit}. Keep it so: node scripts/checks/ratchets.ts --set`];
    return [];
  });
}

if (import.meta.main) {
  const file = path.join(import.meta.dirname, 'ratchets.json');
  const now = countRatchets(repository);
  if (process.argv.includes('--set')) writeFileSync(file, `${JSON.stringify(now, null, 2)}\n`);
  const allowed: Counts = JSON.parse(readFileSync(file, 'utf8'));
  report(
    Object.entries(now)
      .map(([name, count]) => `${name}: ${count}`)
      .join('\n'),
    ratchetFindings(now, allowed),
  );
}
