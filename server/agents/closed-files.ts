import type { Context } from '../context.ts';
import { closedPathsOf } from '../governance/closed-paths.ts';
import type { RunOfTeam } from '../governance/run-files.ts';
import { appendRunEvent } from '../runs/append-run-event.ts';
import type { RunClaim } from '../runs/run-claim.ts';
import { listTreePaths } from '../workspace/git-objects.ts';
import { pastPaths } from '../workspace/past-paths.ts';
import type { ClosedFiles } from '../workspace/worktree.ts';

const mostRecorded = 50;
const mostNamed = 20;

/**
 * What policy (`usePath`) closes to a run of the files of its commit, and whether any commit of the repository holds such files: neither is
 * put where the run's agent and its commands can look.
 * @throws AppError when policies cannot be read
 */
export async function closedFilesOf(
  run: RunOfTeam,
  { repo, commit }: { repo: string; commit: string },
): Promise<ClosedFiles> {
  const paths = await closedPathsOf(run, await listTreePaths(repo, commit));
  const past = paths.length > 0 ? [] : await closedPathsOf(run, [...(await pastPaths(repo, commit))]);
  return { paths, history: paths.length > 0 || past.length > 0 };
}

/** Says in the session's log what a run begins without. */
export async function tellClosedFiles(ctx: Context, claim: RunClaim, { paths, history }: ClosedFiles): Promise<void> {
  if (paths.length === 0 && !history) return;
  const named = paths.slice(0, mostRecorded);
  await appendRunEvent(ctx, claim, {
    type: 'files_closed',
    runId: claim.runId,
    paths: named,
    count: paths.length,
    history,
  });
}

/** The same for the agent. */
export function closedWords({ paths, history }: ClosedFiles): string[] {
  if (paths.length === 0) {
    return history ? ['The history of this repository is closed to you by policy; its log has one commit.'] : [];
  }
  const more = paths.length - mostNamed;
  const list = paths.slice(0, mostNamed).map((path) => JSON.stringify(path));
  const all = `${list.join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
  return [
    `These files of the repository are closed to you by policy, so they are not in your folder, and neither is the repository’s history: ${all}. They are not deleted: leave their places alone, since nothing that is put there is kept.`,
  ];
}
