import { z } from 'zod';
import { authorizeParticipant } from '../auth/authorize-participant.ts';
import type { Context } from '../context.ts';
import { AppError } from '../core/errors.ts';
import { maxTextBytes, readFileText } from '../core/file-text.ts';
import { readBlobs, readTree } from '../workspace/git-objects.ts';
import { repoPath } from '../workspace/git.ts';
import { stateNow } from './session-state.ts';

export const readFileInput = z.object({ sessionId: z.string(), path: z.string().min(1).max(4096) });

export type FileText = { path: string; text: string; sizeBytes: number; commit: string; isCurrent: boolean };

/**
 * The text of a file as it is in the session now, with LF inside.
 * @throws AppError `not_found`; `unsupported` with `details.reason` for what is no text or over 5 MB
 */
export async function readSessionFile(ctx: Context, given: z.infer<typeof readFileInput>): Promise<FileText> {
  const { sessionId, path } = readFileInput.parse(given);
  const access = await authorizeParticipant(ctx, sessionId, 'view');
  const repo = repoPath(access.project.id);
  const { headCommit, isCurrent } = await stateNow(ctx, access);
  const entry = (await readTree(repo, headCommit)).find((one) => one.path === path);
  if (!entry) throw new AppError('not_found', `There is no file ${path} in this session.`);
  if (entry.type !== 'blob' || entry.mode === '120000') {
    const reason = entry.type === 'blob' ? 'symlink' : 'submodule';
    throw new AppError('unsupported', `${path} is a ${reason}, which has no text.`, { details: { reason } });
  }
  const blob = (await readBlobs(repo, [entry.oid], { maxBytesEach: maxTextBytes })).get(entry.oid);
  if (!blob?.bytes)
    throw new AppError('unsupported', `${path} is larger than 5 MB.`, { details: { reason: 'too_large' } });
  const read = readFileText(blob.bytes, { normaliseEol: true });
  if (!read.ok) throw new AppError('unsupported', read.message, { details: { reason: read.reason } });
  return { path, text: read.text, sizeBytes: blob.sizeBytes, commit: headCommit, isCurrent };
}
