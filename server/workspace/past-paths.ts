import { singleton } from '../platform/singleton.ts';
import { assertObjectId, gitOk } from './git.ts';

/** Every path that any commit of a repository ever had, as far as it was looked through. */
type Known = { tips: Set<string>; paths: Set<string> };

/** A repository of a hundred thousand commits takes a minute, once in a process. */
const timeoutMs = 300_000;
const maxOutputBytes = 1024 * 1024 * 1024;
const maxRepositories = 200;

const known = () => singleton('past-paths', () => new Map<string, Promise<Known>>());

/**
 * The paths of all commits that whoever has the objects of a repository can read: of its branches, its sessions and earlier runs, and of
 * `commit`. What was looked through once is not looked through again by this process.
 */
export async function pastPaths(repo: string, commit: string): Promise<ReadonlySet<string>> {
  assertObjectId(commit);
  const repositories = known();
  // A look that failed has told its own caller; this one begins anew.
  const before = repositories.get(repo)?.catch(() => undefined);
  const now = before === undefined ? look(repo, commit) : before.then((kept) => look(repo, commit, kept));
  repositories.delete(repo);
  if (repositories.size >= maxRepositories) repositories.delete([...repositories.keys()][0] ?? '');
  repositories.set(repo, now);
  now.catch(() => (repositories.get(repo) === now ? repositories.delete(repo) : undefined));
  return (await now).paths;
}

async function look(repo: string, commit: string, kept?: Known): Promise<Known> {
  const { tips, paths } = kept ?? { tips: new Set<string>(), paths: new Set<string>() };
  const named = await gitOk('for-each-ref', ['--format=%(objecttype) %(objectname) %(*objecttype) %(*objectname)'], {
    repo,
  });
  const commits = [...named.toString('latin1').matchAll(/commit ([0-9a-f]{40,64})/g)].map(([, oid]) => oid ?? '');
  const fresh = [...new Set([...commits, commit])].filter((oid) => oid !== '' && !tips.has(oid));
  if (fresh.length === 0) return { tips, paths };
  // A file that a merge alone brought in differs from all parents, which the combined form tells.
  const out = await gitOk(
    'log',
    ['--stdin', '--ignore-missing', '--format=', '--name-only', '--no-renames', '--diff-merges=combined', '-z'],
    { repo, input: [...fresh, ...[...tips].map((oid) => `^${oid}`)].join('\n') + '\n', timeoutMs, maxOutputBytes },
  );
  for (const path of out.toString('utf8').split('\0')) if (path !== '') paths.add(path);
  for (const oid of fresh) tips.add(oid);
  return { tips, paths };
}
