import { existsSync } from 'node:fs';
import { eq } from 'drizzle-orm';
import { afterAll, expect, test } from 'vitest';
import { schema, setDatabaseUrl } from '../../db/client.ts';
import { testDatabase } from '../../db/testing.ts';
import { systemContext } from '../context.ts';
import { closeQueue } from '../jobs/queue.ts';
import { closeNotifications } from '../platform/notifications.ts';
import { newId } from '../platform/ids.ts';
import { initBareRepo, repoPath } from '../workspace/git.ts';
import { newProject, newStaffedTeam } from '../workspace/testing.ts';
import { tidyMirrors } from './tidy-mirrors.ts';

const { db, url } = await testDatabase();
setDatabaseUrl(url);

afterAll(async () => {
  await closeQueue();
  await closeNotifications();
});

test('[RN31] a machine keeps no mirror of a deleted project, and every one that the database does not know', async () => {
  const team = await newStaffedTeam('Alpha');
  const [kept, deleted] = [
    await newProject(team, { type: 'empty' }, 'One'),
    await newProject(team, { type: 'empty' }, 'Two'),
  ];
  const unknown = newId('prj');
  await initBareRepo(repoPath(unknown));
  await db.update(schema.project).set({ deletedAt: new Date() }).where(eq(schema.project.id, deleted));
  await tidyMirrors(systemContext('worker'));
  expect([kept, deleted, unknown].map((id) => existsSync(repoPath(id)))).toEqual([true, false, true]);
});
