import { and, eq } from 'drizzle-orm';
import { z } from 'zod';
import { schema } from '../../db/client.ts';
import type { Context } from '../context.ts';
import { AppError, isAppError } from '../core/errors.ts';
import { computeHunks } from '../core/suggestion.ts';
import { repoPath } from '../workspace/git.ts';
import { authorizeSuggestion, requireOpen } from './authorize-suggestion.ts';
import type { DecidedAll } from './decide-all.ts';
import { decide } from './decide-hunk.ts';
import { readSuggestionFiles } from './suggestion-files.ts';

export const revertSuggestionInput = z.object({ suggestionId: z.string() });

/**
 * Takes every accepted hunk of a suggestion out of the session's text again, committed or not, each by a merge. What
 * people changed since stays and is listed as a conflict.
 */
export async function revertSuggestion(
  ctx: Context,
  given: z.infer<typeof revertSuggestionInput>,
): Promise<DecidedAll> {
  const { suggestionId } = revertSuggestionInput.parse(given);
  const access = await authorizeSuggestion(ctx, suggestionId, 'edit');
  requireOpen(access);
  const { hunkDecision } = schema;
  const rows = await ctx.db
    .select({ hunkId: hunkDecision.hunkId })
    .from(hunkDecision)
    .where(
      and(
        eq(hunkDecision.suggestionId, suggestionId),
        eq(hunkDecision.teamId, access.teamId),
        eq(hunkDecision.state, 'accepted'),
      ),
    );
  if (rows.length === 0)
    throw new AppError('conflict', 'No hunk of this suggestion is accepted, so there is nothing to revert.');
  const accepted = new Set(rows.map((row) => row.hunkId));
  const files = await readSuggestionFiles(repoPath(access.project.id), access.suggestion);
  const hunks = files.flatMap(computeHunks).filter((hunk) => accepted.has(hunk.id));
  const answer: DecidedAll = { decided: [], conflicts: [] };
  for (const hunk of hunks.toReversed()) {
    const input = { suggestionId, hunkId: hunk.id, decision: 'undo' as const };
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
