import type { SessionAccess } from '../auth/authorize.ts';
import { deleteRef, isAncestor, repoPath, resolveCommit, updateRef } from '../workspace/git.ts';
import { branchTip } from './merge-branch.ts';

/** Names the commit that is being merged into a session, until the session's next commit makes it a parent. */
const mergeRef = (sessionId: string) => `refs/ensemble/merges/${sessionId}`;

/** The commit that the session's next commit has as its second parent. */
export async function findMergeHead(access: SessionAccess): Promise<string | undefined> {
  const repo = repoPath(access.project.id);
  const head = await resolveCommit(repo, mergeRef(access.session.id));
  if (head === undefined || (await isAncestor(repo, head, await branchTip(access)))) return undefined;
  return head;
}

export async function beginMerge({ project, session }: SessionAccess, head: string): Promise<void> {
  const repo = repoPath(project.id);
  const expected = (await resolveCommit(repo, mergeRef(session.id))) ?? null;
  await updateRef(repo, mergeRef(session.id), { to: head, expected });
}

export async function endMerge({ project, session }: SessionAccess, head: string): Promise<void> {
  await deleteRef(repoPath(project.id), mergeRef(session.id), head);
}
