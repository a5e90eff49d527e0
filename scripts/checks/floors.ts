import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { filesBelow, report, repository, type Findings } from './tree.ts';

export const cruisedFolders = ['app', 'components', 'server', 'db', 'e2e', 'bench'];

type Cruise = {
  modules: { source: string }[];
  summary: {
    violations: { from: string; to: string; rule: { name: string; severity: string }; cycle?: { name: string }[] }[];
  };
};

/** Runs dependency-cruiser over the tree below `root`, with the repository's rules. */
export function cruise(root: string): Cruise {
  const folders = cruisedFolders.filter((folder) => existsSync(path.join(root, folder)));
  const args = ['--config', '.dependency-cruiser.cjs', '--output-type', 'json', ...folders];
  const ran = spawnSync(path.join(repository, 'node_modules/.bin/depcruise'), args, {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: 512 * 1024 * 1024,
  });
  if (!ran.stdout.startsWith('{'))
    throw new Error(`dependency-cruiser gave no result: ${ran.stderr.trim() || ran.error?.message}`);
  return JSON.parse(ran.stdout);
}

/** Broken rules, and files that were not looked at: without a parser that can read them, everything would look fine. */
export function floorFindings(root: string, found: Cruise): Findings {
  const seen = new Set(found.modules.map((module) => module.source));
  const unseen = filesBelow(root, cruisedFolders, /(?<!\.d)\.tsx?$/).filter((file) => !seen.has(file));
  const errors = found.summary.violations.filter((violation) => violation.rule.severity === 'error');
  return [
    ...errors.map(
      ({ rule, from, to, cycle }) =>
        `${rule.name}: ${from} → ${cycle === undefined ? to : cycle.map((each) => each.name).join(' → ')}`,
    ),
    ...unseen.map((file) => `not cruised: ${file}`),
  ];
}

if (import.meta.main) {
  const found = cruise(repository);
  report(`${found.modules.length} modules, no edge against the floors`, floorFindings(repository, found));
}
