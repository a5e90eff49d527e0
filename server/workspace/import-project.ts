import { mkdir, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { and, eq, isNull } from 'drizzle-orm';
import { schema } from '../../db/client.ts';
import type { ProjectCommands } from '../../db/schema/project.ts';
import { appendAudit } from '../audit/append.ts';
import type { ProjectRow } from '../auth/authorize.ts';
import { systemContext, withTransaction, type Context } from '../context.ts';
import { AppError, isAppError } from '../core/errors.ts';
import { newId } from '../platform/ids.ts';
import { notify } from '../platform/notify.ts';
import { defaultBranch, repoPath, resolveCommit } from './git.ts';
import { importCancelled, startImportReporter, type ImportReporter } from './import-progress.ts';
import { importSource } from './import-source.ts';
import { importPath, uploadPath } from './project-files.ts';
import { readCommands } from './read-commands.ts';

/**
 * Imports a project's repository: the work behind the `import` queue. Builds below the data folder's `imports` and moves
 * the repository into place whole, so a death in between leaves nothing that counts, and a second delivery of the job
 * starts anew. Failures end in the project's row with their cause in words; nothing of the repository stays then.
 * @param signal the job's: when it fires the import is left as it is for another worker, and this throws
 */
export async function importProject(payload: { projectId: string }, signal: AbortSignal): Promise<void> {
  const ctx = systemContext('import');
  const project = await takeProject(ctx, payload.projectId);
  if (!project) return;
  const reporter = await startImportReporter(ctx, project.id);
  const folder = path.join(importPath(project.id), newId('node'));
  try {
    const built = await buildRepo(ctx, { project, folder, reporter, signal });
    signal.throwIfAborted();
    reporter.signal.throwIfAborted();
    await publish(ctx, { project, ...built });
  } catch (error) {
    signal.throwIfAborted();
    await fail(ctx, { project, error: reporter.signal.aborted ? reporter.signal.reason : error });
  } finally {
    await reporter.stop();
    await rm(importPath(project.id), { recursive: true, force: true });
  }
  await dropUpload(ctx, project);
}

/** The project when it still wants importing; a cancellation that came before the work began is settled here. */
async function takeProject(ctx: Context, projectId: string): Promise<ProjectRow | undefined> {
  const [project] = await ctx.db
    .select()
    .from(schema.project)
    .where(and(eq(schema.project.id, projectId), eq(schema.project.status, 'importing')));
  if (!project) return undefined;
  if (project.importCancelRequestedAt === null) return project;
  await fail(ctx, { project, error: importCancelled() });
  await dropUpload(ctx, project);
  return undefined;
}

type Build = { project: ProjectRow; folder: string; reporter: ImportReporter; signal: AbortSignal };

type Built = { repo: string; notice: string | undefined };

async function buildRepo(ctx: Context, build: Build): Promise<Built> {
  const { project, folder, reporter } = build;
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const repo = path.join(folder, 'repo.git');
  const notice = await importSource(ctx, {
    project,
    repo,
    workFolder: folder,
    signal: AbortSignal.any([reporter.signal, build.signal]),
    report: (progress) => reporter.report(progress),
  });
  return { repo, notice };
}

async function publish(ctx: Context, built: Built & { project: ProjectRow }): Promise<void> {
  const { project, repo, notice } = built;
  const branch = await defaultBranch(repo);
  const commit = await resolveCommit(repo, `refs/heads/${branch}`);
  if (commit === undefined) throw new AppError('invalid', emptyRepository);
  const commands: ProjectCommands = await readCommands(repo, commit);
  await withTransaction(ctx, async (tx) => {
    const [ready] = await tx.db
      .update(schema.project)
      .set({ status: 'ready', progress: done(notice), error: null, defaultBranch: branch, commands })
      .where(
        and(
          eq(schema.project.id, project.id),
          eq(schema.project.status, 'importing'),
          isNull(schema.project.importCancelRequestedAt),
        ),
      )
      .returning({ id: schema.project.id });
    if (!ready) throw importCancelled();
    await appendAudit(tx, {
      teamId: project.teamId,
      action: 'project.import',
      resource: { type: 'project', id: project.id },
      detail: { defaultBranch: branch, commit, commands, ...(notice !== undefined && { notice }) },
    });
    await notify(tx.db, 'project', project.id);
    // Last, so that whatever fails before leaves no repository, and what is visible is always whole.
    const target = repoPath(project.id);
    await mkdir(path.dirname(target), { recursive: true, mode: 0o700 });
    await rm(target, { recursive: true, force: true });
    await rename(repo, target);
  });
}

/** A ready project's progress is what its people should still know: what was left out. */
const done = (notice: string | undefined) =>
  notice === undefined ? null : { phase: 'done', percent: 100, detail: notice };

const emptyRepository =
  'The repository has no commits on its default branch. Push one first, or create an empty project instead.';

async function fail(ctx: Context, failed: { project: ProjectRow; error: unknown }): Promise<void> {
  const { project } = failed;
  const message = await describeFailure(failed.error);
  const isCancelled = message === importCancelled().message;
  await rm(importPath(project.id), { recursive: true, force: true });
  await withTransaction(ctx, async (tx) => {
    const [row] = await tx.db
      .update(schema.project)
      .set({ status: isCancelled ? 'cancelled' : 'failed', progress: null, error: message })
      .where(and(eq(schema.project.id, project.id), eq(schema.project.status, 'importing')))
      .returning({ id: schema.project.id });
    if (!row) return;
    await appendAudit(tx, {
      teamId: project.teamId,
      action: isCancelled ? 'project.import_cancel' : 'project.import_fail',
      resource: { type: 'project', id: project.id },
      detail: { error: message },
    });
    await notify(tx.db, 'project', project.id);
  });
}

/** The cause in words. A bug is none: it is thrown on, the queue tries again, and the log has it. */
async function describeFailure(error: unknown): Promise<string> {
  if (isAppError(error)) return error.message;
  if (error instanceof Error && 'code' in error && (error.code === 'ENOSPC' || error.code === 'EDQUOT'))
    return 'There is no space left on the server. Free some space, then import again.';
  throw error;
}

/** Removes an archive once its project has been made of it, or never will be. */
async function dropUpload(ctx: Context, project: ProjectRow): Promise<void> {
  if (project.source.type !== 'archive') return;
  const { uploadId } = project.source;
  await ctx.db.delete(schema.upload).where(eq(schema.upload.id, uploadId));
  await rm(uploadPath(uploadId), { force: true });
}
