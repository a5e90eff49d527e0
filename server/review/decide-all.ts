import { and, eq } from 'drizzle-orm';
import { z } from 'zod';
import { schema } from '../../db/client.ts';
import type { Context } from '../context.ts';
import { isAppError } from '../core/errors.ts';
import { computeHunks, type HunkState } from '../core/suggestion.ts';
import { repoPath } from '../workspace/git.ts';
import { authorizeSuggestion, requireOpen } from './authorize-suggestion.ts';
import { decide } from './decide-hunk.ts';
import { readSuggestionFiles } from './suggestion-files.ts';

export const decideAllInput = z.object({
  suggestionId: z.string(),
  decision: z.enum(['accept', 'reject']),
  /** Only the hunks of this file. */
  path: z.string().optional(),
  reason: z.string().trim().max(2_000).optional(),
});

export type DecidedAll = {
  decided: { hunkId: string; path: string; state: HunkState }[];
  /** Left unreviewed: people changed the same lines, or someone else decided first. */
  conflicts: { hunkId: string; path: string; message: string }[];
};

/** Accepts or rejects every hunk that nobody has decided on, of one file or of all. Conflicts are left for a person. */
export async function decideAll(ctx: Context, given: z.infer<typeof decideAllInput>): Promise<DecidedAll> {
  const { suggestionId, decision, path, reason } = decideAllInput.parse(given);
  const access = await authorizeSuggestion(ctx, suggestionId, 'edit');
  requireOpen(access);
  const files = await readSuggestionFiles(repoPath(access.project.id), access.suggestion, path);
  const { hunkDecision } = schema;
  const rows = await ctx.db
    .select({ hunkId: hunkDecision.hunkId })
    .from(hunkDecision)
    .where(and(eq(hunkDecision.suggestionId, suggestionId), eq(hunkDecision.teamId, access.teamId)));
  const before = new Set(rows.map((row) => row.hunkId));
  const open = files.flatMap(computeHunks).filter((hunk) => !before.has(hunk.id));
  const answer: DecidedAll = { decided: [], conflicts: [] };
  for (const hunk of open) {
    const input = { suggestionId, hunkId: hunk.id, decision, reason };
    try {
      const { state } = await decide(ctx, { access, input, hunk });
      answer.decided.push({ hunkId: hunk.id, path: hunk.path, state });
    } catch (error) {
      if (!isAppError(error) || error.code !== 'conflict') throw error;
      answer.conflicts.push({ hunkId: hunk.id, path: hunk.path, message: error.message });
    }
  }
  return answer;
}
