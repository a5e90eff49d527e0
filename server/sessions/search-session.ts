import { z } from 'zod';
import { authorizeParticipant } from '../auth/authorize-participant.ts';
import type { Context } from '../context.ts';
import { repoPath } from '../workspace/git.ts';
import { grepCommit, type GrepMatch } from '../workspace/git-grep.ts';
import { requestRoomCommand } from '../workspace/room-command.ts';

const glob = z
  .string()
  .trim()
  .min(1)
  .max(300)
  .refine((text) => !text.includes('\0') && !text.startsWith(':'), 'This is not a pattern of files.');

export const searchSessionInput = z.object({
  sessionId: z.string(),
  text: z
    .string()
    .min(1, 'Enter a text to search for.')
    .max(500)
    .refine((text) => !/[\0\n]/.test(text), 'A search is for one line. Search for a part of it.'),
  isRegex: z.boolean().default(false),
  matchCase: z.boolean().default(false),
  wholeWord: z.boolean().default(false),
  include: z.array(glob).max(20).default([]),
  exclude: z.array(glob).max(20).default([]),
  maxMatches: z.number().int().min(1).max(5000).default(1000),
});

export type SearchResult = { matches: GrepMatch[]; truncated: boolean; commit: string };

/** How long the room may take to write its live texts down; then the last state that it wrote is searched. */
const materializeWaitMs = 3_000;

/**
 * Searches the files of a session as they are now, what people are typing included.
 * @throws AppError `invalid` for a regular expression that does not parse; `conflict` when `signal` fires
 */
export async function searchSession(
  ctx: Context,
  given: z.input<typeof searchSessionInput>,
  signal?: AbortSignal,
): Promise<SearchResult> {
  const { sessionId, ...query } = searchSessionInput.parse(given);
  const { session, project, teamId } = await authorizeParticipant(ctx, sessionId, 'view');
  const request = { sessionId, teamId, command: { kind: 'materialize' } } as const;
  const outcome = await requestRoomCommand(ctx, request, materializeWaitMs);
  const commit = outcome.state === 'done' ? outcome.result.commit : session.headCommit;
  return { ...(await grepCommit(repoPath(project.id), commit, { ...query, signal })), commit };
}
