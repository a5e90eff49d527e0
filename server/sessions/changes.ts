import { z } from 'zod';
import { authorizeParticipant } from '../auth/authorize-participant.ts';
import type { Context } from '../context.ts';
import { AppError } from '../core/errors.ts';
import { maxTextBytes, readFileText } from '../core/file-text.ts';
import { diffCommits, readBlobs, type TreeDifference } from '../workspace/git-objects.ts';
import { repoPath } from '../workspace/git.ts';
import { stateNow } from './session-state.ts';

export const listChangesInput = z.object({ sessionId: z.string() });
export const getChangeInput = z.object({ sessionId: z.string(), path: z.string() });

export type Change = { path: string; status: 'added' | 'modified' | 'deleted'; isModeChange: boolean };
export type Changes = { items: Change[]; baseCommit: string; commit: string; isCurrent: boolean };

/** A side of a comparison: its text with LF inside, or why it is not shown as text. */
export type ChangeSide =
  | { kind: 'absent' }
  | { kind: 'text'; text: string; sizeBytes: number }
  | {
      kind: 'other';
      reason: 'binary' | 'encoding' | 'mixed_eol' | 'too_large' | 'symlink' | 'submodule';
      sizeBytes: number | null;
    };

/** What is not committed yet, by path. */
export async function listChanges(ctx: Context, given: z.infer<typeof listChangesInput>): Promise<Changes> {
  const { sessionId } = listChangesInput.parse(given);
  const access = await authorizeParticipant(ctx, sessionId, 'view');
  const { baseCommit, headCommit, isCurrent } = await stateNow(ctx, access);
  const differences = await diffCommits(repoPath(access.project.id), baseCommit, headCommit);
  return { items: differences.map(changeOf), baseCommit, commit: headCommit, isCurrent };
}

export function changeOf({ path, status, oldMode, newMode }: TreeDifference): Change {
  const isModeChange = status !== 'added' && status !== 'deleted' && oldMode !== newMode;
  return { path, status: status === 'typechange' ? 'modified' : status, isModeChange };
}

/** Both sides of one uncommitted change, to be compared. @throws AppError not_found when the file is unchanged */
export async function getChange(
  ctx: Context,
  given: z.infer<typeof getChangeInput>,
): Promise<Change & { base: ChangeSide; current: ChangeSide }> {
  const { sessionId, path } = getChangeInput.parse(given);
  const access = await authorizeParticipant(ctx, sessionId, 'view');
  const repo = repoPath(access.project.id);
  const { baseCommit, headCommit } = await stateNow(ctx, access);
  const difference = (await diffCommits(repo, baseCommit, headCommit)).find((one) => one.path === path);
  if (!difference)
    throw new AppError('not_found', `${path} has no uncommitted change. Someone may have discarded or committed it.`);
  return { ...changeOf(difference), ...(await readSides(repo, difference)) };
}

/** Both sides of a difference. */
export async function readSides(
  repo: string,
  { oldMode, oldOid, newMode, newOid }: TreeDifference,
): Promise<{ base: ChangeSide; current: ChangeSide }> {
  return {
    base: await readSide(repo, { mode: oldMode, oid: oldOid }),
    current: await readSide(repo, { mode: newMode, oid: newOid }),
  };
}

/** A file of a state as it is compared. */
export async function readSide(repo: string, { mode, oid }: { mode: string; oid: string }): Promise<ChangeSide> {
  const isThere = !/^0+$/.test(oid);
  const blobs = await readBlobs(repo, isThere ? [oid] : [], { maxBytesEach: maxTextBytes });
  return sideOf(mode, blobs.get(oid));
}

type Blob = { sizeBytes: number; bytes?: Uint8Array };

function sideOf(mode: string, blob: Blob | undefined): ChangeSide {
  if (/^0+$/.test(mode)) return { kind: 'absent' };
  if (mode === '160000' || !blob) return { kind: 'other', reason: 'submodule', sizeBytes: null };
  const { sizeBytes, bytes } = blob;
  if (mode === '120000') return { kind: 'other', reason: 'symlink', sizeBytes };
  if (!bytes) return { kind: 'other', reason: 'too_large', sizeBytes };
  const read = readFileText(bytes, { normaliseEol: true });
  return read.ok ? { kind: 'text', text: read.text, sizeBytes } : { kind: 'other', reason: read.reason, sizeBytes };
}
