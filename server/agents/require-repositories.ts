import { lstat } from 'node:fs/promises';
import { and, desc, eq, isNull } from 'drizzle-orm';
import { db, schema } from '../../db/client.ts';
import { env, EnvError } from '../platform/env.ts';
import { repoPath } from '../workspace/git.ts';

/**
 * A worker that shares a data folder finds the projects' repositories there; in a folder of its own it would import projects to
 * where no web process sees them.
 * @throws EnvError when the folder is another one
 */
export async function requireRepositories(): Promise<void> {
  if (env().webUrl !== undefined) return;
  const { project } = schema;
  const [newest] = await db()
    .select({ id: project.id })
    .from(project)
    .where(and(eq(project.status, 'ready'), isNull(project.deletedAt)))
    .orderBy(desc(project.createdAt))
    .limit(1);
  if (!newest || (await lstat(repoPath(newest.id)).catch(() => undefined))) return;
  throw new EnvError(
    `ENSEMBLE_DATA is ${env().dataDir}, which has not the repositories of this installation. Set it to the data folder of the web process, or set ENSEMBLE_WEB_URL to the address of the web process.`,
  );
}
