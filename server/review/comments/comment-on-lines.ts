import { z } from 'zod';
import { authorizeParticipant } from '../../auth/authorize-participant.ts';
import type { Context } from '../../context.ts';
import { wordsOf, type TextRange } from '../../core/comment-anchor.ts';
import type { StoredAnchor } from '../../core/stored-anchor.ts';
import { AppError } from '../../core/errors.ts';
import { maxTextBytes, readFileText } from '../../core/file-text.ts';
import { readBlobs, readTree } from '../../workspace/git-objects.ts';
import { repoPath } from '../../workspace/git.ts';
import { requestRoomCommand, requireDone } from '../../workspace/room-command.ts';
import { requireLiveSession } from './authorize-thread.ts';
import { startThread } from './start-thread.ts';
import { commentBody } from './write-comment.ts';

const line = z.number().int().min(1).max(10_000_000);

export const commentOnLinesInput = z.object({
  sessionId: z.string(),
  path: z.string().min(1).max(4096),
  line: line.describe('The first line, from 1'),
  endLine: line.optional().describe('The last line; the first one when it is left out'),
  body: commentBody,
});

/**
 * Opens a thread about whole lines, for programs that do not hold the document: the file comes into the room, and the
 * thread is anchored by its words until a client that has the document sets its position.
 * @throws AppError not_found when there is no such file, invalid when it has no such lines
 */
export async function commentOnLines(
  ctx: Context,
  given: z.input<typeof commentOnLinesInput>,
): Promise<{ threadId: string; commentId: string; fileId: string }> {
  const { sessionId, path, line: first, endLine: last = first, body } = commentOnLinesInput.parse(given);
  const { teamId, project, session } = await authorizeParticipant(ctx, sessionId, 'comment');
  requireLiveSession(session);
  const of = { sessionId, teamId };
  const { fileId } = requireDone(await requestRoomCommand(ctx, { ...of, command: { kind: 'open_file', path } }));
  const { commit } = requireDone(await requestRoomCommand(ctx, { ...of, command: { kind: 'materialize' } }));
  const text = await textAt(repoPath(project.id), commit, path);
  const started = await startThread(ctx, { sessionId, fileId, anchor: anchorOnLines(text, { first, last }), body });
  return { ...started, fileId };
}

async function textAt(repo: string, commit: string, path: string): Promise<string> {
  const entry = (await readTree(repo, commit)).find((one) => one.path === path);
  const blob = entry && (await readBlobs(repo, [entry.oid], { maxBytesEach: maxTextBytes })).get(entry.oid);
  const read = blob?.bytes ? readFileText(blob.bytes, { normaliseEol: true }) : undefined;
  if (!read?.ok)
    throw new AppError('not_found', `There is no text ${path} in this session. Someone may have deleted it.`);
  return read.text;
}

/** @throws AppError invalid */
function anchorOnLines(text: string, lines: { first: number; last: number }): StoredAnchor {
  const range = rangeOfLines(text, lines);
  if (!range || range.end <= range.start)
    throw new AppError('invalid', 'The file has no such lines, or nothing stands in them. Read it and name others.');
  return { position: null, ...wordsOf(text, range) };
}

/** From the first line's first character to the end of the last line, without its line feed. */
function rangeOfLines(text: string, { first, last }: { first: number; last: number }): TextRange | undefined {
  let start = 0;
  let number = 1;
  for (; number < first; number += 1) {
    const feed = text.indexOf('\n', start);
    if (feed === -1) return undefined;
    start = feed + 1;
  }
  let end = start;
  for (; number <= last; number += 1) {
    if (end > text.length) return undefined;
    const feed = text.indexOf('\n', end);
    end = (feed === -1 ? text.length : feed) + 1;
  }
  return { start, end: end - 1 };
}
