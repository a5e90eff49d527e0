import { eq } from 'drizzle-orm';
import { afterAll } from 'vitest';
import { db, schema } from '../../db/client.ts';
import { newPerson, newTeam, type TestPerson } from '../auth/testing.ts';
import { createProject, type CreateProjectInput } from './create-project.ts';
import { importProject } from './import-project.ts';
import { removeProjectFiles } from './project-files.ts';

/** Projects for tests, made the way people make them. Needs the process's database to be known by address as well. */

/** The data folder is one for all test files of a run, so each file removes what it made. */
const made = new Set<string>();

afterAll(async () => {
  for (const id of made) await removeProjectFiles(id);
});

export type TestTeam = { teamId: string; slug: string; admin: TestPerson; developer: TestPerson; viewer: TestPerson };

/** A team with an admin, a developer and a viewer. */
export async function newStaffedTeam(name: string): Promise<TestTeam> {
  const [admin, developer, viewer] = [await newPerson('Ada'), await newPerson('Dev'), await newPerson('Vic')];
  const teamId = await newTeam(name, [
    [admin, 'admin'],
    [developer, 'developer'],
    [viewer, 'viewer'],
  ]);
  return { teamId, slug: await slugOf(teamId), admin, developer, viewer };
}

async function slugOf(teamId: string): Promise<string> {
  const [row] = await db().select({ slug: schema.team.slug }).from(schema.team).where(eq(schema.team.id, teamId));
  if (!row) throw new Error(`no team ${teamId}`);
  return row.slug;
}

/** An imported project of the team, made by its developer; the sample unless another source is given. @returns its id */
export async function newProject(
  team: TestTeam,
  source: CreateProjectInput['source'] = { type: 'sample' },
  name = 'Ledger',
): Promise<string> {
  const { id } = await createProject(team.developer.ctx, { team: team.slug, name, source });
  made.add(id);
  await importProject({ projectId: id }, new AbortController().signal);
  return id;
}

export async function projectRow(id: string): Promise<typeof schema.project.$inferSelect> {
  const [row] = await db().select().from(schema.project).where(eq(schema.project.id, id));
  if (!row) throw new Error(`no project ${id}`);
  return row;
}
