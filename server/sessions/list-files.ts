import { z } from 'zod';
import { authorizeParticipant } from '../auth/authorize-participant.ts';
import type { Context } from '../context.ts';
import { diffCommits, readTree, type TreeEntry } from '../workspace/git-objects.ts';
import { repoPath } from '../workspace/git.ts';
import { stateNow } from './session-state.ts';

export const listFilesInput = z.object({ sessionId: z.string() });

export type SessionFile = {
  path: string;
  kind: 'file' | 'executable' | 'symlink' | 'submodule';
  /** Null for a submodule, whose contents are elsewhere. */
  sizeBytes: number | null;
  /** Set while the file's text is in the room. */
  fileId: string | null;
  /** How it differs from the commit the session counts its changes from. */
  change: 'added' | 'modified' | null;
};

export type SessionFiles = { items: SessionFile[]; deleted: string[]; commit: string; isCurrent: boolean };

/** Every file of a session by path, with its mark, and the paths that were deleted since the last commit. */
export async function listFiles(ctx: Context, given: z.infer<typeof listFilesInput>): Promise<SessionFiles> {
  const { sessionId } = listFilesInput.parse(given);
  const access = await authorizeParticipant(ctx, sessionId, 'view');
  const repo = repoPath(access.project.id);
  const { baseCommit, headCommit, isCurrent, openFiles } = await stateNow(ctx, access);
  const [tree, differences] = await Promise.all([
    readTree(repo, headCommit),
    diffCommits(repo, baseCommit, headCommit),
  ]);
  const changes = new Map(differences.map(({ path, status }) => [path, status]));
  const items = tree.map((entry): SessionFile => {
    const status = changes.get(entry.path);
    return {
      path: entry.path,
      kind: kindOf(entry),
      sizeBytes: entry.sizeBytes ?? null,
      fileId: openFiles.get(entry.path) ?? null,
      change: status === undefined ? null : status === 'added' ? 'added' : 'modified',
    };
  });
  const deleted = differences.filter(({ status }) => status === 'deleted').map(({ path }) => path);
  return { items, deleted, commit: headCommit, isCurrent };
}

function kindOf(entry: TreeEntry): SessionFile['kind'] {
  if (entry.mode === '160000') return 'submodule';
  if (entry.mode === '120000') return 'symlink';
  return entry.mode === '100755' ? 'executable' : 'file';
}
