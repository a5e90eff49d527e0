import { and, eq, inArray } from 'drizzle-orm';
import { z } from 'zod';
import { schema } from '../../db/client.ts';
import { authorizeSession } from '../auth/authorize.ts';
import type { Context } from '../context.ts';
import { AppError } from '../core/errors.ts';
import { log, repoPath, resolveCommit } from '../workspace/git.ts';
import { branchTip } from './merge-branch.ts';

export const branchHistoryInput = z.object({
  sessionId: z.string(),
  /** From an earlier answer; the history goes on where that one ended, whatever was committed since. */
  cursor: z.string().max(100).optional(),
  limit: z.number().int().min(1).max(200).default(50),
});

export type HistoryEntry = {
  commit: string;
  parents: string[];
  subject: string;
  body: string;
  author: { name: string; email: string };
  at: Date;
  /** Set for commits that were made from a session. */
  made: { sessionId: string; pushState: 'none' | 'pushed' | 'refused'; pushError: string | null } | undefined;
};

/** The commits of the session's branch, newest first. */
export async function branchHistory(
  ctx: Context,
  given: z.input<typeof branchHistoryInput>,
): Promise<{ branch: string; items: HistoryEntry[]; nextCursor: string | undefined }> {
  const input = branchHistoryInput.parse(given);
  const access = await authorizeSession(ctx, input.sessionId, 'view');
  const repo = repoPath(access.project.id);
  const from = input.cursor === undefined ? { tip: await branchTip(access), skip: 0 } : parseCursor(input.cursor);
  if ((await resolveCommit(repo, from.tip)) === undefined) throw badCursor();
  const page = await log(repo, from.tip, { limit: input.limit + 1, skip: from.skip });
  const items = page.slice(0, input.limit);
  const made = await madeHere(
    ctx,
    access.teamId,
    items.map((item) => item.commit),
  );
  return {
    branch: access.session.branch,
    items: items.map(({ commit, parents, subject, body, author }) => ({
      commit,
      parents,
      subject,
      body,
      author: { name: author.name, email: author.email },
      at: author.at,
      made: made.get(commit),
    })),
    nextCursor: page.length > input.limit ? `${from.tip}.${from.skip + input.limit}` : undefined,
  };
}

function parseCursor(cursor: string): { tip: string; skip: number } {
  const [, tip, skip] = /^([0-9a-f]{40,64})\.(\d{1,9})$/.exec(cursor) ?? [];
  if (tip === undefined || skip === undefined) throw badCursor();
  return { tip, skip: Number(skip) };
}

const badCursor = () => new AppError('invalid', 'This cursor is not one of this list. Begin from the start.');

async function madeHere(ctx: Context, teamId: string, commits: readonly string[]) {
  const { sessionCommit } = schema;
  if (commits.length === 0) return new Map<string, HistoryEntry['made']>();
  const rows = await ctx.db
    .select()
    .from(sessionCommit)
    .where(and(eq(sessionCommit.teamId, teamId), inArray(sessionCommit.commit, [...commits])));
  return new Map(
    rows.map(({ commit, sessionId, pushState, pushError }) => [commit, { sessionId, pushState, pushError }] as const),
  );
}
