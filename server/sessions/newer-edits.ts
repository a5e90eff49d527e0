import { and, desc, eq, isNotNull, or } from 'drizzle-orm';
import { z } from 'zod';
import { schema } from '../../db/client.ts';
import type { Context } from '../context.ts';
import { authorizeThread, type ThreadRow } from '../runs/threads/thread-row.ts';
import { mergeTrees } from '../workspace/git-merge.ts';
import { diffCommits } from '../workspace/git-objects.ts';
import { repoPath } from '../workspace/git.ts';
import { stateNow } from './session-state.ts';

export const newerEditsInput = z.object({ agentThreadId: z.string() });

export type NewerEditsView = {
  /** Files that people changed since the conversation's last turn began. */
  files: string[];
  /** Those of them in which the agent's own change is in the same lines: there people's text stands. */
  conflicts: string[];
  /** What the next turn does when its author says nothing. */
  unasked: 'merge' | 'leave';
};

/** What people wrote since a conversation's last turn, and its next one can bring into its files. Nothing is changed. */
export async function newerEdits(ctx: Context, given: z.infer<typeof newerEditsInput>): Promise<NewerEditsView> {
  const { agentThreadId } = newerEditsInput.parse(given);
  const access = await authorizeThread(ctx, agentThreadId, 'view');
  const last = await lastTurn(ctx, access.thread);
  if (!last?.baseCommit) return { files: [], conflicts: [], unasked: 'merge' };
  const unasked = last.threadId === agentThreadId ? 'merge' : 'leave';
  const repo = repoPath(access.project.id);
  const { headCommit: now } = await stateNow(ctx, access);
  const base = last.baseCommit;
  const left = last.endCommit ?? last.startCommit ?? base;
  const changed = await diffCommits(repo, base, now);
  // What people accepted of the agent's own change is nothing new to it.
  const differs = new Set((await diffCommits(repo, left, now)).map(({ path }) => path));
  const files = changed.map(({ path }) => path).filter((path) => differs.has(path));
  if (files.length === 0) return { files, conflicts: [], unasked };
  const { conflicts } = await mergeTrees(repo, { base, ours: now, theirs: left });
  return { files, conflicts, unasked };
}

/** The newest turn that has begun: of the conversation, else of the one that it left. */
async function lastTurn(ctx: Context, { id, teamId, forkedFromRunId }: ThreadRow) {
  const { run } = schema;
  const own = eq(run.threadId, id);
  const [last] = await ctx.db
    .select()
    .from(run)
    .where(
      and(
        forkedFromRunId === null ? own : or(own, eq(run.id, forkedFromRunId)),
        eq(run.teamId, teamId),
        isNotNull(run.startedAt),
      ),
    )
    .orderBy(desc(eq(run.threadId, id)), desc(run.startedAt))
    .limit(1);
  return last;
}
