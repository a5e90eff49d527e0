import { and, eq, inArray } from 'drizzle-orm';
import { z } from 'zod';
import { schema } from '../../db/client.ts';
import { appendAudit } from '../audit/append.ts';
import { authorizeProject, type ProjectRow } from '../auth/authorize.ts';
import { withTransaction, type Context } from '../context.ts';
import { AppError } from '../core/errors.ts';
import { parseGitUrl } from '../core/git-url.ts';
import { notify } from '../platform/notify.ts';
import { projectName } from './create-project.ts';
import { credentialInput, sealCredential } from './project-credential.ts';

const command = z
  .string()
  .trim()
  .min(1)
  .max(2000)
  .refine((text) => !text.includes('\0'), 'A command must not contain a NUL byte.');

export const updateProjectInput = z.object({
  projectId: z.string(),
  name: projectName.optional(),
  /** Replaces all three; an absent one is removed. */
  commands: z.object({ setup: command.optional(), test: command.optional(), lint: command.optional() }).optional(),
  allowPackageDownloads: z.boolean().optional(),
  /** Null removes the upstream. */
  upstreamUrl: z.string().max(2000).nullable().optional(),
  /** Null removes the credential. */
  credential: credentialInput.nullable().optional(),
});

/**
 * Changes a project's settings. Its address (slug) stays. The credential goes when the upstream moves to another server
 * and none is given for it.
 * @throws AppError `invalid` for an upstream that cannot be
 */
export async function updateProject(ctx: Context, given: z.infer<typeof updateProjectInput>): Promise<void> {
  const input = updateProjectInput.parse(given);
  const { project } = await authorizeProject(ctx, input.projectId, 'project.update');
  const change = withoutForeignCredential(project, changedColumns(input));
  if (Object.keys(change).length === 0) return;
  await withTransaction(ctx, async (tx) => {
    await tx.db
      .update(schema.project)
      .set(change)
      .where(and(eq(schema.project.id, project.id), eq(schema.project.teamId, project.teamId)));
    await appendAudit(tx, {
      teamId: project.teamId,
      action: 'project.update',
      resource: { type: 'project', id: project.id },
      detail: { before: pick(project, change), after: change },
    });
    await notify(tx.db, 'project', project.id);
  });
}

type ProjectChange = Partial<
  Pick<ProjectRow, 'name' | 'commands' | 'allowPackageDownloads' | 'upstreamUrl' | 'credentialSealed'>
>;

function changedColumns(input: z.infer<typeof updateProjectInput>): ProjectChange {
  const { commands, credential } = input;
  return {
    ...(input.name !== undefined && { name: input.name }),
    ...(commands && { commands: withoutAbsent(commands) }),
    ...(input.allowPackageDownloads !== undefined && { allowPackageDownloads: input.allowPackageDownloads }),
    ...(input.upstreamUrl !== undefined && { upstreamUrl: input.upstreamUrl && upstream(input.upstreamUrl) }),
    ...(credential !== undefined && { credentialSealed: credential && sealCredential(credential) }),
  };
}

/** A credential was entered for one server; it is never sent to another that somebody enters later. */
function withoutForeignCredential(project: ProjectRow, change: ProjectChange): ProjectChange {
  if (change.upstreamUrl === undefined || change.credentialSealed !== undefined || project.credentialSealed === null)
    return change;
  return serverOf(change.upstreamUrl) === serverOf(project.upstreamUrl)
    ? change
    : { ...change, credentialSealed: null };
}

function serverOf(address: string | null): string | undefined {
  const url = address === null ? undefined : parseGitUrl(address);
  return url === undefined || 'problem' in url ? undefined : `${url.protocol}://${url.host}:${url.port}`;
}

function withoutAbsent(commands: {
  setup?: string | undefined;
  test?: string | undefined;
  lint?: string | undefined;
}): ProjectRow['commands'] {
  return Object.fromEntries(Object.entries(commands).filter(([, text]) => text !== undefined));
}

function upstream(text: string): string {
  const url = parseGitUrl(text);
  if ('problem' in url) throw new AppError('invalid', url.problem);
  return url.url;
}

function pick(project: ProjectRow, change: ProjectChange): Record<string, unknown> {
  return Object.fromEntries(Object.entries(project).filter(([name]) => name in change));
}

export const limitProjectInput = z.object({
  projectId: z.string(),
  isRestricted: z.boolean(),
  /** The members of the team who may see a restricted project; admins always may. */
  personIds: z.array(z.string()).max(1000),
});

/**
 * Limits a project to some of the team's members, or opens it to the whole team.
 * @throws AppError `invalid` when one of them is not a member of the team
 */
export async function limitProject(ctx: Context, given: z.infer<typeof limitProjectInput>): Promise<void> {
  const input = limitProjectInput.parse(given);
  const { project, teamId } = await authorizeProject(ctx, input.projectId, 'project.update');
  const personIds = [...new Set(input.personIds)];
  await withTransaction(ctx, async (tx) => {
    await requireMembers(tx, { teamId, personIds });
    await tx.db
      .update(schema.project)
      .set({ isRestricted: input.isRestricted })
      .where(and(eq(schema.project.id, project.id), eq(schema.project.teamId, teamId)));
    const { projectMember } = schema;
    await tx.db
      .delete(projectMember)
      .where(and(eq(projectMember.projectId, project.id), eq(projectMember.teamId, teamId)));
    if (personIds.length > 0)
      await tx.db
        .insert(projectMember)
        .values(personIds.map((personId) => ({ projectId: project.id, teamId, personId })));
    await appendAudit(tx, {
      teamId,
      action: 'project.limit',
      resource: { type: 'project', id: project.id },
      detail: {
        before: { isRestricted: project.isRestricted },
        after: { isRestricted: input.isRestricted, personIds },
      },
    });
    await notify(tx.db, 'access_changed', `project:${project.id}`);
  });
}

async function requireMembers(ctx: Context, wanted: { teamId: string; personIds: string[] }): Promise<void> {
  if (wanted.personIds.length === 0) return;
  const { teamMember } = schema;
  const rows = await ctx.db
    .select({ personId: teamMember.personId })
    .from(teamMember)
    .where(and(eq(teamMember.teamId, wanted.teamId), inArray(teamMember.personId, wanted.personIds)));
  if (rows.length !== wanted.personIds.length)
    throw new AppError('invalid', 'One of these people is not a member of the team. Invite them first.');
}
