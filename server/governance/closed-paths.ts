import { setImmediate } from 'node:timers/promises';
import type { PolicyCaller } from '../core/policy-question.ts';
import { decide } from './decide.ts';
import { setsInForce } from './policies/ask-both.ts';
import { isLike } from './policies/path-tests.ts';
import { freshen } from './policies/policy-memory.ts';
import { callerOfRun, type RunOfTeam } from './run-files.ts';

/**
 * Those of many paths that policies (`usePath`) close to a run, as they are now. Paths that no policy tells apart are asked about once.
 * @throws when policies cannot be read, which the caller takes for a denial
 */
export async function closedPathsOf(run: RunOfTeam, paths: readonly string[]): Promise<string[]> {
  const caller = await callerOfRun(run);
  const alike = await pathsAlike(caller, paths);
  const closed = new Set<string>();
  let asked = 0;
  for (const group of alike.values()) {
    const [path] = group;
    if (path === undefined) continue;
    // Each answer takes a good part of a millisecond; others have their turn between.
    if (++asked % 20 === 0) await setImmediate();
    const { effect } = await decide({ action: 'usePath', caller, path });
    if (effect === 'deny') for (const one of group) closed.add(one);
  }
  return paths.filter((path) => closed.has(path));
}

async function pathsAlike({ teamId }: PolicyCaller, paths: readonly string[]): Promise<Map<string, string[]>> {
  await freshen();
  const { installation, team } = await setsInForce(teamId);
  const tests = [installation.paths, ...(team ? [team.paths] : [])];
  const isMore = tests.some((each) => each.isMore);
  const patterns = tests.flatMap((each) => each.patterns);
  const keyOf = (path: string) => patterns.map((pattern) => (isLike(path, pattern) ? 1 : 0)).join('');
  const groups = new Map<string, string[]>();
  for (const path of paths) {
    const key = isMore ? path : keyOf(path);
    const group = groups.get(key);
    if (group) group.push(path);
    else groups.set(key, [path]);
  }
  return groups;
}
