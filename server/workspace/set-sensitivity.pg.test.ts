import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { db, schema, setDatabaseUrl } from '../../db/client.ts';
import { testDatabase } from '../../db/testing.ts';
import { auditOf, newPerson, newTeam, type TestPerson } from '../auth/testing.ts';
import { newId } from '../platform/ids.ts';
import { closeNotifications } from '../platform/notifications.ts';
import { setSensitivity } from './set-sensitivity.ts';
import { newStaffedTeam, projectRow, type TestTeam } from './testing.ts';

const { url } = await testDatabase();
setDatabaseUrl(url);

let team: TestTeam;
let lead: TestPerson;
beforeAll(async () => {
  team = await newStaffedTeam('Alpha');
  lead = await newPerson('Lea');
  await db().insert(schema.teamMember).values({ teamId: team.teamId, personId: lead.personId, role: 'lead' });
});
afterAll(() => closeNotifications());

async function newProject(): Promise<string> {
  const id = newId('prj');
  await db()
    .insert(schema.project)
    .values({
      id,
      teamId: team.teamId,
      name: 'Ledger',
      slug: id,
      source: { type: 'empty' },
      status: 'ready',
      createdBy: team.admin.personId,
    });
  return id;
}

describe('[PO8] the sensitivity of a project', () => {
  it('is internal unless told, raised by leads and lowered by admins, and audited', async () => {
    const projectId = await newProject();
    expect((await projectRow(projectId)).sensitivity).toBe('internal');
    await setSensitivity(lead.ctx, { projectId, sensitivity: 'restricted' });
    expect((await projectRow(projectId)).sensitivity).toBe('restricted');
    await expect(setSensitivity(lead.ctx, { projectId, sensitivity: 'open' })).rejects.toMatchObject({
      code: 'forbidden',
    });
    await setSensitivity(team.admin.ctx, { projectId, sensitivity: 'open' });
    await setSensitivity(team.admin.ctx, { projectId, sensitivity: 'open' });
    expect(await auditOf('project', projectId)).toMatchObject([
      { action: 'project.set_sensitivity', actorId: lead.personId, detail: { after: { sensitivity: 'restricted' } } },
      {
        action: 'project.set_sensitivity',
        actorId: team.admin.personId,
        detail: { before: { sensitivity: 'restricted' } },
      },
    ]);
  });

  it('is nothing to who may not change the project', async () => {
    const projectId = await newProject();
    const stranger = await newPerson('Olga');
    await newTeam('Beta', [[stranger, 'admin']]);
    for (const [person, code] of [
      [team.developer, 'forbidden'],
      [team.viewer, 'forbidden'],
      [stranger, 'not_found'],
    ] as const)
      await expect(setSensitivity(person.ctx, { projectId, sensitivity: 'restricted' })).rejects.toMatchObject({
        code,
      });
    expect((await projectRow(projectId)).sensitivity).toBe('internal');
  });
});
