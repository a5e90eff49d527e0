import { and, eq } from 'drizzle-orm';
import { z } from 'zod';
import { schema } from '../../db/client.ts';
import type { Context } from '../context.ts';
import { isAppError } from '../core/errors.ts';
import { computeHunks, type Hunk, type HunkState } from '../core/suggestion.ts';
import { decide as askPolicies } from '../governance/decide.ts';
import { denialWords } from '../governance/require-permitted.ts';
import { repoPath } from '../workspace/git.ts';
import { authorizeSuggestion, requireOpen, type SuggestionAccess } from './authorize-suggestion.ts';
import { decide } from './decide-hunk.ts';
import { readSuggestionFiles, type SuggestionFile } from './suggestion-files.ts';
import { findingsOf, ownAcceptance, type FileFindings } from './suggestion-findings.ts';

export const decideAllInput = z.object({
  suggestionId: z.string(),
  decision: z.enum(['accept', 'reject']),
  /** Only the hunks of this file. */
  path: z.string().optional(),
  reason: z.string().trim().max(2_000).optional(),
});

export type DecidedAll = {
  decided: { hunkId: string; path: string; state: HunkState }[];
  /** Left unreviewed: people changed the same lines, someone else decided first, the guard denies it, or policy asks for a look at each hunk. */
  conflicts: { hunkId: string; path: string; message: string }[];
};

/**
 * Accepts or rejects every hunk that nobody has decided on, of one file or of all. Conflicts are left for a person, and so are
 * files that policy lets nobody accept as a whole, and what the guard denies.
 */
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
  const closed = decision === 'accept' ? await hunksToReview(access, { files, open }) : new Map<string, string>();
  for (const hunk of open) {
    const message = closed.get(hunk.id);
    if (message !== undefined) {
      answer.conflicts.push({ hunkId: hunk.id, path: hunk.path, message });
      continue;
    }
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

/** The hunks that are to be accepted one by one, with the reason: what the guard denies, and what policy wants to be looked at. */
async function hunksToReview(
  access: SuggestionAccess,
  { files, open }: { files: readonly SuggestionFile[]; open: readonly Hunk[] },
): Promise<Map<string, string>> {
  const paths = await pathsToReview(access, open);
  const findings = new Map<string, FileFindings>();
  for (const file of files) findings.set(file.path, await findingsOf(file));
  const closed = new Map<string, string>();
  for (const { id, path } of open) {
    const found = findings.get(path);
    const why = paths.get(path) ?? (found && ownAcceptance(found, id));
    if (why !== undefined) closed.set(id, why);
  }
  return closed;
}

/** The files whose hunks are to be accepted one by one, with the rule that says so. */
async function pathsToReview(
  access: SuggestionAccess,
  hunks: readonly { path: string }[],
): Promise<Map<string, string>> {
  const { actor, teamId, role, project } = access;
  const person = { id: actor.personId, name: actor.name, email: actor.email };
  const caller = { person, teamId, role, projectId: project.id };
  const closed = new Map<string, string>();
  for (const path of new Set(hunks.map((hunk) => hunk.path))) {
    const word = await askPolicies({ action: 'applyWithoutReview', caller, path });
    if (word.effect === 'deny') closed.set(path, `Accept its hunks one by one, by policy: ${denialWords(word)}`);
  }
  return closed;
}
