import { realpath, stat } from 'node:fs/promises';
import path from 'node:path';
import { and, eq, gt, like, or } from 'drizzle-orm';
import { z } from 'zod';
import { schema } from '../../db/client.ts';
import type { ProjectSource } from '../../db/schema/project.ts';
import { appendAudit } from '../audit/append.ts';
import { authorizeTeamBySlug } from '../auth/authorize.ts';
import { withTransaction, type Context } from '../context.ts';
import { AppError } from '../core/errors.ts';
import { parseGitUrl } from '../core/git-url.ts';
import { freeSlug, slugify } from '../core/slug.ts';
import { enqueue } from '../jobs/queue.ts';
import { env } from '../platform/env.ts';
import { newId } from '../platform/ids.ts';
import { credentialInput, sealCredential, type CredentialInput } from './project-credential.ts';

export const projectName = z
  .string()
  .trim()
  .min(1, 'A project needs a name.')
  .max(100, 'A name has at most 100 characters.');

export const createProjectInput = z.object({
  team: z.string(),
  name: projectName,
  source: z.discriminatedUnion('type', [
    z.object({ type: z.literal('git'), url: z.string().max(2000), credential: credentialInput.optional() }),
    z.object({ type: z.literal('path'), path: z.string().max(4000) }),
    z.object({ type: z.literal('archive'), uploadId: z.string().max(100) }),
    z.object({ type: z.literal('empty') }),
    z.object({ type: z.literal('sample') }),
  ]),
});
export type CreateProjectInput = z.infer<typeof createProjectInput>;

/**
 * Makes a project and starts its import in a worker. Its state is to be read with `getProject` or watched.
 * @throws AppError `invalid` for a source that cannot be, `unsupported` for local paths where none are allowed
 */
export async function createProject(
  ctx: Context,
  given: CreateProjectInput,
): Promise<{ id: string; status: 'importing' }> {
  const input = createProjectInput.parse(given);
  const { teamId, actor } = await authorizeTeamBySlug(ctx, input.team, 'project.create');
  const { source, credential } = await checkSource(ctx, { given: input.source, personId: actor.personId });
  return withTransaction(ctx, async (tx) => {
    const id = newId('prj');
    const slug = freeSlug(slugify(input.name, 'project'), await takenSlugs(tx, { teamId, name: input.name }));
    await tx.db.insert(schema.project).values({
      id,
      teamId,
      slug,
      source,
      name: input.name,
      status: 'importing',
      progress: { phase: 'queued', percent: null, detail: 'Waiting for a worker' },
      upstreamUrl: source.type === 'git' ? source.url : null,
      credentialSealed: credential ? sealCredential(credential) : null,
      createdBy: actor.personId,
    });
    await enqueue(tx, 'import', { payload: { projectId: id } });
    await appendAudit(tx, {
      teamId,
      action: 'project.create',
      resource: { type: 'project', id },
      detail: { name: input.name, source },
    });
    return { id, status: 'importing' };
  });
}

async function takenSlugs(ctx: Context, project: { teamId: string; name: string }): Promise<Set<string>> {
  const slug = slugify(project.name, 'project');
  // Two people who choose the same name at once: the second waits here and gets the next number.
  await ctx.db.select().from(schema.team).where(eq(schema.team.id, project.teamId)).for('update');
  const rows = await ctx.db
    .select({ slug: schema.project.slug })
    .from(schema.project)
    .where(
      and(
        eq(schema.project.teamId, project.teamId),
        or(eq(schema.project.slug, slug), like(schema.project.slug, `${slug}-%`)),
      ),
    );
  return new Set(rows.map((row) => row.slug));
}

type CheckedSource = { source: ProjectSource; credential?: CredentialInput | undefined };

/** What can be told before any work: the rest fails in the import, with its cause in the project's error. */
async function checkSource(
  ctx: Context,
  input: { given: CreateProjectInput['source']; personId: string },
): Promise<CheckedSource> {
  const { given } = input;
  switch (given.type) {
    case 'git': {
      const url = parseGitUrl(given.url);
      if ('problem' in url) throw new AppError('invalid', url.problem);
      return { source: { type: 'git', url: url.url }, credential: given.credential };
    }
    case 'path':
      return { source: { type: 'path', path: await allowedLocalPath(given.path) } };
    case 'archive':
      await requireUpload(ctx, { uploadId: given.uploadId, personId: input.personId });
      return { source: { type: 'archive', uploadId: given.uploadId } };
    case 'empty':
    case 'sample':
      return { source: { type: given.type } };
  }
}

async function requireUpload(ctx: Context, wanted: { uploadId: string; personId: string }): Promise<void> {
  const [row] = await ctx.db
    .select({ id: schema.upload.id })
    .from(schema.upload)
    .where(
      and(
        eq(schema.upload.id, wanted.uploadId),
        eq(schema.upload.personId, wanted.personId),
        gt(schema.upload.expiresAt, ctx.now()),
      ),
    );
  if (!row) throw new AppError('not_found', 'There is no such upload, or it has expired. Upload the archive again.');
}

/**
 * The real path of a folder below one of the installation's local folders; links are followed before it is decided.
 * @throws AppError `unsupported` when no folder is configured, `forbidden` for any other place, whether it exists or not
 */
export async function allowedLocalPath(given: string): Promise<string> {
  const roots = env().localRepos;
  if (roots.length === 0) {
    throw new AppError(
      'unsupported',
      'Importing from a folder of the server is switched off. The operator can name folders in ENSEMBLE_LOCAL_REPOS.',
    );
  }
  const refused = new AppError(
    'forbidden',
    `${given} is not a folder below ${roots.join(' or ')}. Choose one there, or ask the operator to add it to ENSEMBLE_LOCAL_REPOS.`,
  );
  if (!path.isAbsolute(given) || given.includes('\0')) throw refused;
  const real = await realpath(given).catch(() => undefined);
  if (real === undefined) throw refused;
  const realRoots = await Promise.all(roots.map((root) => realpath(root).catch(() => undefined)));
  const isBelow = realRoots.some((root) => root !== undefined && (real === root || real.startsWith(`${root}/`)));
  if (!isBelow || !(await stat(real)).isDirectory()) throw refused;
  return real;
}
