import { authorizeSession } from '../auth/authorize.ts';
import type { Context } from '../context.ts';
import { proposeMessage } from '../core/commit-message.ts';
import { repoPath } from '../workspace/git.ts';
import { diffCommits } from '../workspace/git-objects.ts';
import { readContributions, type CommitPerson, type CommitRun } from './commit-contributions.ts';
import { askRoom, branchTip, sessionNow } from './merge-branch.ts';
import { findMergeHead } from './merge-head.ts';
import { pushesByItself } from './push-branch.ts';

export type ProposedCommit = {
  message: string;
  files: { path: string; status: 'added' | 'modified' | 'deleted' | 'typechange' }[];
  people: CommitPerson[];
  runs: CommitRun[];
  /** Others committed to the branch since the session began from it. */
  branchMoved: boolean;
  /** A merge with the upstream waits for this commit. */
  merging: boolean;
  willPush: boolean;
};

/** What a commit of the session would hold, with a message to start from. Trailers are added when it is made. */
export async function proposeCommit(ctx: Context, input: { sessionId: string }): Promise<ProposedCommit> {
  const access = await authorizeSession(ctx, input.sessionId, 'edit');
  const { commit } = await askRoom(ctx, access.session, { command: { kind: 'materialize' } });
  const session = await sessionNow(ctx, access.session);
  const differences = await diffCommits(repoPath(access.project.id), session.baseCommit, commit);
  const files = differences.map(({ path, status }) => ({ path, status }));
  const { people, runs, prompts } = await readContributions(ctx, session);
  const merging = (await findMergeHead(access)) !== undefined;
  const isOnlyMerge = merging && prompts.length === 0;
  return {
    message: isOnlyMerge ? `Merge ${session.branch} of the upstream` : proposeMessage({ prompts, files }),
    files,
    people,
    runs,
    branchMoved: (await branchTip(access)) !== session.baseCommit,
    merging,
    willPush: pushesByItself(access.project),
  };
}
