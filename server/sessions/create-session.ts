import { z } from 'zod';
import { schema } from '../../db/client.ts';
import { appendAudit } from '../audit/append.ts';
import { authorizeProject, type ProjectRow } from '../auth/authorize.ts';
import { withTransaction, type Context } from '../context.ts';
import { actorRef } from '../core/actor.ts';
import { AppError } from '../core/errors.ts';
import { freeSlug, slugify } from '../core/slug.ts';
import { newId } from '../platform/ids.ts';
import { appendSessionEvent } from '../runs/event-log.ts';
import { checkpointRef, recordCheckpoint } from '../workspace/checkpoint.ts';
import { assertRefName, deleteRef, listBranches, repoPath, resolveCommit, updateRef } from '../workspace/git.ts';

export const sessionTitle = z
  .string()
  .trim()
  .min(1, 'A session needs a title.')
  .max(200, 'A title has at most 200 characters.');

export const createSessionInput = z.object({
  projectId: z.string(),
  title: sessionTitle,
  /** An existing branch, or the name of a new one; without it a new branch named after the title. */
  branch: z.string().trim().max(200).optional(),
  /** Where a new branch begins; the project's default branch otherwise. */
  from: z.string().trim().max(200).optional(),
});

export type CreatedSession = { id: string; room: string; branch: string; baseCommit: string };

/** The ref whose tip is the session's state. */
export const sessionRef = (sessionId: string): string => `refs/ensemble/sessions/${sessionId}`;

/**
 * Opens a session on a branch, which is made when it does not exist. Several sessions may be on one branch.
 * @throws AppError `conflict` while the project is not ready or is archived, `invalid` for a name that no branch can have
 */
export async function createSession(ctx: Context, given: z.infer<typeof createSessionInput>): Promise<CreatedSession> {
  const input = createSessionInput.parse(given);
  const { teamId, actor, project } = await authorizeProject(ctx, input.projectId, 'session.create');
  requireUsable(project);
  const repo = repoPath(project.id);
  const branch = await chooseBranch(repo, { ...input, defaultBranch: project.defaultBranch ?? 'main' });
  const id = newId('ses');
  let pointId: string | undefined;
  try {
    return await withTransaction(ctx, async (tx) => {
      await tx.db.insert(schema.session).values({
        id,
        teamId,
        projectId: project.id,
        title: input.title,
        branch: branch.name,
        baseCommit: branch.commit,
        headCommit: branch.commit,
        createdBy: actor.personId,
      });
      await appendSessionEvent(tx.db, {
        sessionId: id,
        teamId,
        actor: actorRef(actor),
        body: { type: 'session_created', title: input.title, branch: branch.name },
      });
      await appendAudit(tx, {
        teamId,
        action: 'session.create',
        resource: { type: 'session', id },
        detail: { projectId: project.id, title: input.title, branch: branch.name, baseCommit: branch.commit },
      });
      pointId = await recordCheckpoint(tx, {
        session: { id, teamId },
        projectId: project.id,
        commit: branch.commit,
        updateId: 0,
        cause: { type: 'start' },
      });
      // Last, so that a refused row leaves no ref.
      await updateRef(repo, sessionRef(id), { to: branch.commit, expected: null });
      if (branch.isNew && !(await updateRef(repo, branch.ref, { to: branch.commit, expected: null })))
        throw new AppError('conflict', `Someone made the branch ${branch.name} just now. Try again to work on it.`);
      return { id, room: id, branch: branch.name, baseCommit: branch.commit };
    });
  } catch (error) {
    await deleteRef(repo, sessionRef(id), branch.commit);
    if (pointId !== undefined) await deleteRef(repo, checkpointRef(pointId), branch.commit);
    throw error;
  }
}

/** @throws AppError `conflict` with the reason */
function requireUsable(project: ProjectRow): void {
  if (project.archivedAt)
    throw new AppError('conflict', `The project ${project.name} is archived. Unarchive it to open sessions in it.`);
  if (project.status === 'importing')
    throw new AppError('conflict', `The project ${project.name} is still being imported. Wait until it is ready.`);
  if (project.status !== 'ready') {
    throw new AppError(
      'conflict',
      `The import of ${project.name} did not succeed: ${project.error ?? 'unknown cause'}`,
    );
  }
}

type ChosenBranch = { name: string; ref: string; commit: string; isNew: boolean };

async function chooseBranch(
  repo: string,
  wanted: { title: string; branch?: string | undefined; from?: string | undefined; defaultBranch: string },
): Promise<ChosenBranch> {
  const branches = await listBranches(repo);
  const known = branches.find((branch) => branch.name === wanted.branch);
  if (known) return { name: known.name, ref: `refs/heads/${known.name}`, commit: known.commit, isNew: false };
  const taken = new Set(branches.map((branch) => branch.name));
  const name = wanted.branch || freeBranchName(slugify(wanted.title, 'session'), taken);
  const ref = `refs/heads/${name}`;
  assertRefName(ref);
  requireBranchName(name);
  requireNoFolderClash(name, taken);
  const from = wanted.from ?? wanted.defaultBranch;
  const commit = await resolveCommit(repo, `refs/heads/${from}`);
  if (commit === undefined)
    throw new AppError('not_found', `There is no branch ${from} to begin from. Choose another one.`);
  return { name, ref, commit, isNew: true };
}

/** What git or the file system would refuse although the ref is well formed. */
function requireBranchName(name: string): void {
  if (name === 'HEAD') throw new AppError('invalid', 'A branch cannot be called HEAD. Choose another name.');
  if (name.startsWith('-'))
    throw new AppError('invalid', 'The name of a branch cannot begin with "-". Choose another name.');
  if (name.split('/').some((part) => Buffer.byteLength(part) > 200))
    throw new AppError('invalid', 'A part of the name of a branch has at most 200 bytes. Choose a shorter name.');
}

/** A name that neither exists nor is a folder of other branches (`fix` beside `fix/rounding`). */
function freeBranchName(slug: string, taken: ReadonlySet<string>): string {
  const folders = [...taken].flatMap((name) =>
    name.split('/').map((_part, index, parts) => parts.slice(0, index + 1).join('/')),
  );
  return freeSlug(slug, new Set([...taken, ...folders]));
}

/** git keeps branches like files: `a` and `a/b` cannot both exist. */
function requireNoFolderClash(name: string, taken: ReadonlySet<string>): void {
  const other = [...taken].find((branch) => branch.startsWith(`${name}/`) || name.startsWith(`${branch}/`));
  if (other !== undefined)
    throw new AppError('invalid', `A branch ${name} cannot exist beside the branch ${other}. Choose another name.`);
}
