import { z } from 'zod';
import { archiveProject } from '../../workspace/archive-project.ts';
import { cancelImport } from '../../workspace/cancel-import.ts';
import { createProject, createProjectInput } from '../../workspace/create-project.ts';
import { deleteProject, restoreProject } from '../../workspace/delete-project.ts';
import {
  getProject,
  listProjectBranches,
  listProjectMembers,
  listProjects,
  listProjectsInput,
} from '../../workspace/project-queries.ts';
import { setSensitivity, setSensitivityInput } from '../../workspace/set-sensitivity.ts';
import { limitProject, limitProjectInput, updateProject, updateProjectInput } from '../../workspace/update-project.ts';
import { procedure, router } from '../trpc.ts';

const byId = z.object({ projectId: z.string() });

export const projectsRouter = router({
  create: procedure.input(createProjectInput).mutation(({ ctx, input }) => createProject(ctx, input)),
  cancelImport: procedure.input(byId).mutation(({ ctx, input }) => cancelImport(ctx, input)),
  update: procedure.input(updateProjectInput).mutation(({ ctx, input }) => updateProject(ctx, input)),
  limit: procedure.input(limitProjectInput).mutation(({ ctx, input }) => limitProject(ctx, input)),
  setSensitivity: procedure.input(setSensitivityInput).mutation(({ ctx, input }) => setSensitivity(ctx, input)),
  archive: procedure
    .input(byId.extend({ archived: z.boolean() }))
    .mutation(({ ctx, input }) => archiveProject(ctx, input)),
  delete: procedure.input(byId).mutation(({ ctx, input }) => deleteProject(ctx, input)),
  restore: procedure.input(byId).mutation(({ ctx, input }) => restoreProject(ctx, input)),
  get: procedure.input(byId).query(({ ctx, input }) => getProject(ctx, input)),
  list: procedure.input(listProjectsInput).query(({ ctx, input }) => listProjects(ctx, input)),
  branches: procedure.input(byId).query(({ ctx, input }) => listProjectBranches(ctx, input)),
  members: procedure.input(byId).query(({ ctx, input }) => listProjectMembers(ctx, input)),
});
