import { z } from 'zod';
import { archiveProject } from '../../workspace/archive-project.ts';
import { cancelImport } from '../../workspace/cancel-import.ts';
import { createProject, projectName } from '../../workspace/create-project.ts';
import { deleteProject, restoreProject } from '../../workspace/delete-project.ts';
import { credentialInput } from '../../workspace/project-credential.ts';
import {
  getProject,
  listOwnProjects,
  listProjectBranches,
  listProjects,
  type ProjectView,
} from '../../workspace/project-queries.ts';
import { updateProject, updateProjectInput } from '../../workspace/update-project.ts';
import { absentWhenNull, instant } from './fields.ts';
import { paged, pageOf, pageQuery } from './page.ts';
import { param, reply, restRoute, type RestRoute } from './route.ts';

const credential = z
  .union([
    z
      .string()
      .min(1)
      .max(4000)
      .transform((token) => ({ token })),
    credentialInput,
  ])
  .describe(
    'What the git server is entered with: `{ username, password }`, `{ token }`, `{ sshKey }`, or a text, which is a token',
  );

const source = z
  .discriminatedUnion('type', [
    z.object({
      type: z.literal('git').describe('Cloned from a git server'),
      url: z.string().max(2000).describe('An https or ssh address'),
      credential: credential.optional(),
    }),
    z.object({
      type: z.literal('path').describe('A folder of the server, where its operator allows it'),
      path: z.string().max(4000).describe('An absolute path on the server'),
    }),
    z.object({
      type: z.literal('archive').describe('An uploaded archive'),
      uploadId: z.string().max(100).describe('From `POST /api/v1/uploads`'),
    }),
    z.object({ type: z.literal('empty').describe('A repository with nothing in it yet') }),
    z.object({ type: z.literal('sample').describe('A small TypeScript repository to try things on') }),
  ])
  .describe('Where the repository comes from');

const command = z.string().optional();

const project = z.object({
  id: z.string(),
  name: z.string(),
  slug: z.string(),
  teamId: z.string().describe('Id of the team it belongs to'),
  status: z
    .enum(['ready', 'importing', 'failed'])
    .describe('`importing` until the repository is there, then `ready`, or `failed` with an `error`'),
  progress: absentWhenNull(
    z
      .object({
        phase: z.string(),
        percent: z.number().nullable(),
        detail: z.string().describe('The same in words'),
      })
      .describe('How far the import is'),
  ),
  error: absentWhenNull(z.string().describe('Why the import failed and what to do')),
  source: z.object({
    type: z.enum(['git', 'path', 'archive', 'empty', 'sample']),
    url: z.string().optional().describe('Address of the git server'),
    path: z.string().optional().describe('Folder of the server'),
    uploadId: z.string().optional().describe('The uploaded archive'),
  }),
  defaultBranch: z.string().nullable(),
  upstreamUrl: z.string().nullable().describe('Where commits are pushed to; null: nowhere'),
  hasCredential: z.boolean().describe('Whether a credential for the upstream is set'),
  commands: z.object({ setup: command, test: command, lint: command }).describe('Commands that were set by hand'),
  allowPackageDownloads: z.boolean().describe('Whether commands may download packages'),
  isRestricted: z.boolean().describe('Limited to some members of the team'),
  createdBy: z.string(),
  createdAt: instant,
  archivedAt: instant.nullable(),
});

function toProject(view: ProjectView): z.input<typeof project> {
  const { status, error, ...rest } = view;
  if (status !== 'cancelled') return { ...rest, status, error };
  return { ...rest, status: 'failed', error: error ?? 'The import was cancelled. Make the project again.' };
}

const removal = z.object({ removedAt: instant.describe('When it is removed for good; until then it can be restored') });

const reading: RestRoute[] = [
  restRoute({
    method: 'POST',
    path: '/projects',
    operationId: 'createProject',
    summary: 'Make a project; its import goes on afterwards',
    tag: 'Projects',
    body: z.object({
      team: z.string().describe('The team’s slug'),
      name: projectName.describe('Its name'),
      source,
    }),
    answers: {
      202: {
        description: 'The import has begun: ask for the project until its status is `ready` or `failed`',
        schema: z.object({ id: z.string(), status: z.literal('importing') }),
      },
    },
    async handle({ ctx, body }) {
      return reply(202, await createProject(ctx, body));
    },
  }),
  restRoute({
    method: 'GET',
    path: '/projects',
    operationId: 'listProjects',
    summary: 'Projects you may see',
    tag: 'Projects',
    query: pageQuery.extend({
      team: z.string().optional().describe('Only those of the team with this slug'),
      state: z
        .enum(['active', 'archived', 'deleted'])
        .optional()
        .describe('With `team`: which of them; `active` unless another is asked for'),
    }),
    answers: { 200: { description: 'A page of projects', schema: pageOf(project) } },
    async handle({ ctx, query }) {
      const { team, state } = query;
      const items = team === undefined ? await listOwnProjects(ctx) : await listProjects(ctx, { team, state });
      const page = paged(items, (one) => one.id, query);
      return reply(200, { ...page, items: page.items.map(toProject) });
    },
  }),
  restRoute({
    method: 'GET',
    path: '/projects/{projectId}',
    operationId: 'getProject',
    summary: 'A project and how far its import is',
    tag: 'Projects',
    answers: { 200: { description: 'The project', schema: project } },
    async handle(call) {
      const view = await getProject(call.ctx, { projectId: param(call, 'projectId') });
      return reply(200, toProject(view));
    },
  }),
  restRoute({
    method: 'GET',
    path: '/projects/{projectId}/branches',
    operationId: 'listBranches',
    summary: 'The branches of a project, those changed last first',
    tag: 'Projects',
    query: pageQuery,
    answers: {
      200: {
        description: 'A page of branches',
        schema: pageOf(z.object({ name: z.string(), commit: z.string() })),
      },
    },
    async handle(call) {
      const { branches } = await listProjectBranches(call.ctx, { projectId: param(call, 'projectId') });
      return reply(
        200,
        paged(branches, (one) => one.name, call.query),
      );
    },
  }),
];

const changing: RestRoute[] = [
  restRoute({
    method: 'PATCH',
    path: '/projects/{projectId}',
    operationId: 'updateProject',
    summary: 'Change a project’s settings, or put it away',
    tag: 'Projects',
    body: z.object({
      name: projectName.optional().describe('Its name'),
      commands: updateProjectInput.shape.commands.describe('Replaces all three; an absent one is removed'),
      allowPackageDownloads: z.boolean().optional().describe('Whether commands may download packages'),
      upstreamUrl: updateProjectInput.shape.upstreamUrl.describe('Where commits are pushed to; null removes it'),
      credential: credential.nullable().optional().describe('For the upstream; null removes it'),
      archived: z.boolean().optional().describe('Puts the project away, or takes it out again'),
    }),
    answers: { 200: { description: 'The project as it is now', schema: project } },
    async handle(call) {
      const projectId = param(call, 'projectId');
      const { archived, ...settings } = call.body;
      await updateProject(call.ctx, { projectId, ...settings });
      if (archived !== undefined) await archiveProject(call.ctx, { projectId, archived });
      return reply(200, toProject(await getProject(call.ctx, { projectId })));
    },
  }),
  restRoute({
    method: 'POST',
    path: '/projects/{projectId}/cancel',
    operationId: 'cancelImport',
    summary: 'Stop an import',
    tag: 'Projects',
    answers: { 204: { description: 'The import stops within a second' } },
    async handle(call) {
      await cancelImport(call.ctx, { projectId: param(call, 'projectId') });
      return reply(204, undefined);
    },
  }),
  restRoute({
    method: 'DELETE',
    path: '/projects/{projectId}',
    operationId: 'deleteProject',
    summary: 'Delete a project with its sessions',
    tag: 'Projects',
    answers: { 200: { description: 'It is hidden', schema: removal } },
    async handle(call) {
      return reply(200, await deleteProject(call.ctx, { projectId: param(call, 'projectId') }));
    },
  }),
  restRoute({
    method: 'POST',
    path: '/projects/{projectId}/restore',
    operationId: 'restoreProject',
    summary: 'Bring a deleted project back',
    tag: 'Projects',
    answers: { 204: { description: 'It is back as it was' } },
    async handle(call) {
      await restoreProject(call.ctx, { projectId: param(call, 'projectId') });
      return reply(204, undefined);
    },
  }),
];

export const projectRoutes: RestRoute[] = [...reading, ...changing];
