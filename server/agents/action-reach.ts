import { mostNamed, reachWays, type ActionReach, type ReachedFiles } from '../core/action-reach.ts';
import { isAppError } from '../core/errors.ts';
import type { Interpreted } from '../core/guard/interpreted.ts';
import { touchedFiles, type TouchedFiles } from '../core/guard/touched-files.ts';
import { remoteAddresses, touchedHosts, touchedRemotes } from '../core/guard/touched-remotes.ts';
import type { GuardFacts } from '../core/guard/verdict.ts';
import { readWorktreeFile } from '../workspace/safe-files.ts';
import type { Worktree } from '../workspace/worktree.ts';
import { createReachLook, type ReachLook } from './reach-look.ts';

export type ReachIn = { worktree: Worktree; filesCommit: string };

const maxConfigBytes = 64 * 1024;

/** How far a command would reach in a run's worktree as it is now; undefined when nothing is known of that. */
export async function reachOfCommand(
  all: Interpreted,
  facts: GuardFacts,
  { worktree, filesCommit }: ReachIn,
): Promise<ActionReach | undefined> {
  const { files: touched, outside } = touchedFiles(all, facts);
  const look = createReachLook({ repo: worktree.repo, workDir: worktree.workDir, commit: filesCommit });
  const files: ReachedFiles[] = [];
  for (const how of reachWays) {
    const group = touched.filter((one) => one.how === how);
    const counted = group.length > 0 && (await countFiles(how, group, look));
    if (counted) files.push(counted);
  }
  const namesRemotes = touchedRemotes(all, facts, () => undefined).length > 0;
  const addresses = namesRemotes ? remoteAddresses(await configOf(worktree)) : new Map<string, string>();
  const remotes = touchedRemotes(all, facts, (name) => addresses.get(name));
  const hosts = touchedHosts(all);
  const isNothing = files.length + outside.length + remotes.length + hosts.length === 0;
  return isNothing ? undefined : { files, outside, remotes, hosts };
}

async function countFiles(
  how: ReachedFiles['how'],
  group: readonly TouchedFiles[],
  look: ReachLook,
): Promise<ReachedFiles | undefined> {
  const found = new Set<string>();
  const bounds = new Set(group.flatMap(({ bound }) => bound ?? []));
  for (const touched of group) {
    const { files, isCut } = await look.files(touched);
    for (const file of files) found.add(file);
    if (isCut) bounds.add('least');
  }
  if (found.size === 0) return undefined;
  const paths = [...found].toSorted();
  const lines = losesLines.has(how) ? await look.lines(paths) : undefined;
  const bound = bounds.has('least') ? 'least' : bounds.has('most') ? 'most' : undefined;
  return {
    how,
    count: paths.length,
    ...(lines !== undefined && { lines }),
    ...(bound && { bound }),
    paths: paths.slice(0, mostNamed),
  };
}

/** What else is lost are changes in them, not all of their lines; or none. */
const losesLines: ReadonlySet<ReachedFiles['how']> = new Set(['deletes', 'overwrites', 'changes']);

/** The run's own repository is the agent's to write: what it says is shown, and followed nowhere. */
async function configOf({ gitDir }: Worktree): Promise<string> {
  try {
    return new TextDecoder().decode(await readWorktreeFile(gitDir, 'config', maxConfigBytes));
  } catch (error) {
    if (isAppError(error)) return '';
    throw error;
  }
}
