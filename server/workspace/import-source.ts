import { eq } from 'drizzle-orm';
import { schema } from '../../db/client.ts';
import type { ImportProgress } from '../../db/schema/project.ts';
import type { ProjectRow } from '../auth/authorize.ts';
import type { Context } from '../context.ts';
import { allowGitUrl, privateGitHosts } from './address-policy.ts';
import { makeArchiveRepo } from './archive-source.ts';
import type { GitProgress } from './git-progress.ts';
import { cloneBare } from './git-remote.ts';
import { allowedLocalPath } from './create-project.ts';
import { makeEmptyRepo, makeSampleRepo } from './made-source.ts';
import { projectCredential } from './project-credential.ts';
import { requireSpace } from './project-files.ts';

export type ImportWork = {
  project: ProjectRow;
  /** The bare repository to make; it does not exist yet. */
  repo: string;
  /** A folder for whatever is needed on the way; it is removed afterwards. */
  workFolder: string;
  signal: AbortSignal;
  report: (progress: ImportProgress) => void;
};

/** The most that a repository may take on disk. */
export const maxRepositoryBytes = 4 * 1024 ** 3;
const spaceToBeginBytes = 64 * 1024 ** 2;

/**
 * Makes the project's bare repository from its source.
 * @returns what a person should know about it, if anything
 * @throws AppError with the cause in words
 */
export async function importSource(ctx: Context, work: ImportWork): Promise<string | undefined> {
  const { project, repo } = work;
  const { source } = project;
  await requireSpace(work.workFolder, spaceToBeginBytes);
  switch (source.type) {
    case 'git':
      return cloneUrl(ctx, { work, url: source.url });
    case 'path':
      // Looked at again: the folder, or a link on the way to it, may have changed since it was asked for.
      return clone(work, { url: await allowedLocalPath(source.path) });
    case 'archive':
      return makeArchiveRepo({ ...work, uploadId: source.uploadId, author: await creatorOf(ctx, project) });
    case 'empty':
      await makeEmptyRepo(repo, { name: project.name, author: await creatorOf(ctx, project) });
      return undefined;
    case 'sample':
      await makeSampleRepo(repo);
      return undefined;
  }
}

async function cloneUrl(ctx: Context, { work, url }: { work: ImportWork; url: string }): Promise<undefined> {
  work.report({ phase: 'connecting', percent: null, detail: 'Looking the host up' });
  const allowed = await allowGitUrl(url, { privateHosts: await privateGitHosts(ctx) });
  const credential = projectCredential(work.project);
  await clone(work, { url: allowed.url, address: allowed.address, credential });
}

async function clone(
  work: ImportWork,
  remote: Pick<Parameters<typeof cloneBare>[0], 'url' | 'address' | 'credential'>,
): Promise<undefined> {
  work.report({ phase: 'connecting', percent: null, detail: 'Connecting' });
  const onProgress = (progress: GitProgress) => work.report({ ...progress, detail: sentence(progress.phase) });
  await cloneBare({ ...remote, into: work.repo, maxBytes: maxRepositoryBytes, signal: work.signal, onProgress });
}

const sentence = (phase: string) => phase.charAt(0).toUpperCase() + phase.slice(1);

async function creatorOf(ctx: Context, project: ProjectRow): Promise<{ name: string; email: string; at: Date }> {
  const [person] = await ctx.db.select().from(schema.person).where(eq(schema.person.id, project.createdBy));
  return { name: person?.name ?? 'Unknown', email: person?.email ?? 'unknown@localhost', at: project.createdAt };
}
