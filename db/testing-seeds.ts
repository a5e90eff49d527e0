import { createContext, type Context } from '../server/context.ts';
import type { TeamRole } from '../server/core/permissions.ts';
import { newId } from '../server/platform/ids.ts';
import { updateRef } from '../server/workspace/git.ts';
import { commitTree, emptyTree, writeBlob, writeTreeChanges } from '../server/workspace/git-objects.ts';
import { schema, type Database } from './client.ts';

/** Rows that programs which test rooms begin with. */
type Seeded = { db: Database };

const author = { name: 'Test', email: 'test@example.com', at: new Date('2026-01-01T00:00:00Z') };

/** A team with an empty project and its owner. */
export async function seedTeam({ db }: Seeded): Promise<{ teamId: string; projectId: string; owner: string }> {
  const teamId = newId('team');
  const projectId = newId('prj');
  const owner = newId('per');
  await db.insert(schema.person).values({ id: owner, email: `${owner}@example.com`, name: 'Owner' });
  await db.insert(schema.team).values({ id: teamId, slug: teamId.replace('_', '-'), name: 'Team' });
  await db.insert(schema.teamMember).values({ teamId, personId: owner, role: 'admin' });
  await db.insert(schema.project).values({
    id: projectId,
    teamId,
    name: 'Project',
    slug: 'project',
    source: { type: 'empty' },
    status: 'ready',
    defaultBranch: 'main',
    createdBy: owner,
  });
  return { teamId, projectId, owner };
}

/** A signed-in person of the team. */
export async function seedPerson(
  { db }: Seeded,
  given: { teamId: string; role: TeamRole; name: string },
): Promise<Context> {
  const personId = newId('per');
  const email = `${personId}@example.com`;
  const authSessionId = newId('ase');
  await db.insert(schema.person).values({ id: personId, email, name: given.name });
  await db.insert(schema.teamMember).values({ teamId: given.teamId, personId, role: given.role });
  await db
    .insert(schema.authSession)
    .values({ id: authSessionId, personId, expiresAt: new Date(Date.now() + 12 * 3_600_000) });
  return createContext({
    db,
    actor: { kind: 'person', personId, name: given.name, email },
    credential: { kind: 'auth_session', id: authSessionId },
  });
}

type SeedSession = {
  teamId: string;
  projectId: string;
  repo: string;
  owner: string;
  files: Record<string, string | Uint8Array>;
};

/** A session on a commit with these files. */
export async function seedSession({ db }: Seeded, given: SeedSession): Promise<string> {
  const changes = [];
  for (const [file, content] of Object.entries(given.files)) {
    const oid = await writeBlob(given.repo, typeof content === 'string' ? Buffer.from(content) : content);
    changes.push({ path: file, mode: file.endsWith('.sh') ? ('100755' as const) : ('100644' as const), oid });
  }
  const tree =
    changes.length === 0
      ? await storedEmptyTree(given.repo)
      : await writeTreeChanges(given.repo, await storedEmptyTree(given.repo), changes);
  const commit = await commitTree(given.repo, { tree, parents: [], message: 'base', author });
  const id = newId('ses');
  await updateRef(given.repo, `refs/ensemble/sessions/${id}`, { to: commit, expected: null });
  await db.insert(schema.session).values({
    id,
    teamId: given.teamId,
    projectId: given.projectId,
    title: 'Session',
    branch: 'main',
    baseCommit: commit,
    headCommit: commit,
    createdBy: given.owner,
  });
  return id;
}

/** git knows the empty tree without storing it, but a commit's tree should be there. */
async function storedEmptyTree(repo: string): Promise<string> {
  const blob = await writeBlob(repo, Buffer.from(''));
  const one = await writeTreeChanges(repo, emptyTree, [{ path: 'x', mode: '100644', oid: blob }]);
  return writeTreeChanges(repo, one, [{ path: 'x', remove: true }]);
}
