import { z } from 'zod';
import { branchHistory, branchHistoryInput } from '../../sessions/branch-history.ts';
import { createCommit, createCommitInput } from '../../sessions/create-commit.ts';
import { fetchUpstream } from '../../sessions/fetch-upstream.ts';
import { mergeBranch } from '../../sessions/merge-branch.ts';
import { proposeCommit } from '../../sessions/propose-commit.ts';
import { pushBranch } from '../../sessions/push-branch.ts';
import { procedure, router } from '../trpc.ts';

const ofSession = z.object({ sessionId: z.string() });

export const commitsRouter = router({
  propose: procedure.input(ofSession).query(({ ctx, input }) => proposeCommit(ctx, input)),
  create: procedure.input(createCommitInput).mutation(({ ctx, input }) => createCommit(ctx, input)),
  /** Brings in what other sessions committed to the branch. */
  merge: procedure.input(ofSession).mutation(({ ctx, input }) => mergeBranch(ctx, input)),
  /** Brings in what others pushed to the upstream. */
  fetch: procedure.input(ofSession).mutation(({ ctx, input }) => fetchUpstream(ctx, input)),
  push: procedure.input(ofSession).mutation(({ ctx, input }) => pushBranch(ctx, input)),
  history: procedure.input(branchHistoryInput).query(({ ctx, input }) => branchHistory(ctx, input)),
});
