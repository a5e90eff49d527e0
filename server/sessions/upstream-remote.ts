import type { ProjectRow } from '../auth/authorize.ts';
import type { Context } from '../context.ts';
import { AppError } from '../core/errors.ts';
import { allowGitUrl, privateGitHosts } from '../workspace/address-policy.ts';
import type { Remote } from '../workspace/git-remote.ts';
import { projectCredential } from '../workspace/project-credential.ts';

/** The most that a repository may take on disk after a fetch. */
export const maxUpstreamBytes = 4 * 1024 ** 3;

/**
 * Where a project's upstream is and how to sign in there. The host is looked up and judged anew each time.
 * @throws AppError `conflict` when the project has none, `forbidden` by policy
 */
export async function upstreamRemote(
  ctx: Context,
  project: ProjectRow,
): Promise<Pick<Remote, 'url' | 'address' | 'credential'>> {
  if (project.upstreamUrl === null) {
    throw new AppError('conflict', 'The project has no upstream. Enter its address in the project’s settings first.');
  }
  const { url, address } = await allowGitUrl(project.upstreamUrl, { privateHosts: await privateGitHosts(ctx) });
  return { url, address, credential: projectCredential(project) };
}
