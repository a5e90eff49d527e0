import { and, eq } from 'drizzle-orm';
import { beforeEach, describe, expect, it } from 'vitest';
import { db, schema } from '../../db/client.ts';
import { testDatabase } from '../../db/testing.ts';
import { appointTeamAdmin } from './appoint-team-admin.ts';
import { changeMemberRole } from './change-member-role.ts';
import { createTeam } from './create-team.ts';
import { createInvitation } from './create-invitation.ts';
import { getMe, listInvitations, listMembers, listTeams } from './queries.ts';
import { removeMember } from './remove-member.ts';
import { renameTeam } from './rename-team.ts';
import { accessChangesDuring, auditOf, newPerson, newTeam, type TestPerson } from './testing.ts';

const { url } = await testDatabase();

let ana: TestPerson;
let bo: TestPerson;
let outsider: TestPerson;
let teamId: string;
let otherTeamId: string;

const roleOf = async (person: TestPerson, team = teamId) =>
  (
    await db()
      .select()
      .from(schema.teamMember)
      .where(and(eq(schema.teamMember.teamId, team), eq(schema.teamMember.personId, person.personId)))
  )[0]?.role;

beforeEach(async () => {
  ana = await newPerson('ana');
  bo = await newPerson('bo');
  outsider = await newPerson('olga');
  teamId = await newTeam('Ledger', [
    [ana, 'admin'],
    [bo, 'developer'],
  ]);
  otherTeamId = await newTeam('Other', [[outsider, 'admin']]);
});

describe('createTeam', () => {
  it('[AC13] makes a team with a slug of its own and the installation admin as its admin', async () => {
    const root = await newPerson('root', { installationAdmin: true });
    const team = await createTeam(root.ctx, { name: 'Café Ops' });
    const twin = await createTeam(root.ctx, { name: 'Cafe ops' });
    expect([team.slug, twin.slug]).toEqual(['cafe-ops', 'cafe-ops-2']);
    expect(await roleOf(root, team.id)).toBe('admin');
    expect(await auditOf('team', team.id)).toMatchObject([
      { action: 'team.create', teamId: team.id, actorId: root.personId },
    ]);
  });

  it('[AC13] gives two teams made at once slugs of their own', async () => {
    const root = await newPerson('root', { installationAdmin: true });
    const both = await Promise.all([createTeam(root.ctx, { name: 'Same' }), createTeam(root.ctx, { name: 'Same' })]);
    expect(both.map(({ slug }) => slug).sort()).toEqual(['same', 'same-2']);
  });

  it('[AC16] is refused to everyone who is no installation admin', async () => {
    await expect(createTeam(ana.ctx, { name: 'Mine' })).rejects.toMatchObject({ code: 'forbidden' });
  });
});

describe('renameTeam', () => {
  it('[AC13] changes the name and keeps the address', async () => {
    const [before] = await db().select().from(schema.team).where(eq(schema.team.id, teamId));
    await renameTeam(ana.ctx, { teamId, name: 'General ledger' });
    const [after] = await db().select().from(schema.team).where(eq(schema.team.id, teamId));
    expect(after).toMatchObject({ name: 'General ledger', slug: before?.slug });
    expect(await auditOf('team', teamId)).toMatchObject([
      { action: 'team.update', detail: { before: { name: 'Ledger' }, after: { name: 'General ledger' } } },
    ]);
  });

  it('[AC15] is forbidden to a developer, and the team does not exist for anyone else', async () => {
    await expect(renameTeam(bo.ctx, { teamId, name: 'x' })).rejects.toMatchObject({ code: 'forbidden' });
    await expect(renameTeam(outsider.ctx, { teamId, name: 'x' })).rejects.toMatchObject({ code: 'not_found' });
  });
});

describe('listMembers', () => {
  it('[AC15] shows a team’s people to its members only', async () => {
    const members = await listMembers(bo.ctx, teamId);
    expect(members.map(({ name, role }) => [name, role])).toEqual([
      ['ana', 'admin'],
      ['bo', 'developer'],
    ]);
    await expect(listMembers(outsider.ctx, teamId)).rejects.toMatchObject({ code: 'not_found' });
    expect((await getMe(bo.ctx)).teams).toMatchObject([{ id: teamId, role: 'developer' }]);
  });
});

describe('changeMemberRole', () => {
  it('[AC15] changes the role, tells every process, and audits both roles', async () => {
    const heard = await accessChangesDuring(url, () =>
      changeMemberRole(ana.ctx, { teamId, personId: bo.personId, role: 'lead' }),
    );
    expect(await roleOf(bo)).toBe('lead');
    expect(heard).toEqual([`person:${bo.personId}`]);
    expect(await auditOf('person', bo.personId)).toMatchObject([
      { action: 'member.change_role', teamId, detail: { before: { role: 'developer' }, after: { role: 'lead' } } },
    ]);
  });

  it('[AC15] is forbidden to others, even for oneself', async () => {
    await expect(changeMemberRole(bo.ctx, { teamId, personId: bo.personId, role: 'admin' })).rejects.toMatchObject({
      code: 'forbidden',
    });
    await expect(
      changeMemberRole(outsider.ctx, { teamId, personId: bo.personId, role: 'viewer' }),
    ).rejects.toMatchObject({ code: 'not_found' });
    await expect(
      changeMemberRole(ana.ctx, { teamId: otherTeamId, personId: outsider.personId, role: 'viewer' }),
    ).rejects.toMatchObject({ code: 'not_found' });
    await expect(
      changeMemberRole(ana.ctx, { teamId, personId: outsider.personId, role: 'viewer' }),
    ).rejects.toMatchObject({ code: 'not_found' });
    expect(await roleOf(bo)).toBe('developer');
  });

  it('[AC15] keeps the only admin, also when the other one is disabled', async () => {
    await expect(changeMemberRole(ana.ctx, { teamId, personId: ana.personId, role: 'lead' })).rejects.toMatchObject({
      code: 'conflict',
    });
    await changeMemberRole(ana.ctx, { teamId, personId: bo.personId, role: 'admin' });
    await db().update(schema.person).set({ disabledAt: new Date() }).where(eq(schema.person.id, bo.personId));
    await expect(changeMemberRole(ana.ctx, { teamId, personId: ana.personId, role: 'lead' })).rejects.toMatchObject({
      code: 'conflict',
    });
  });

  it('[AC15] of two admins who demote each other at once, one stays', async () => {
    await changeMemberRole(ana.ctx, { teamId, personId: bo.personId, role: 'admin' });
    const both = await Promise.allSettled([
      changeMemberRole(ana.ctx, { teamId, personId: bo.personId, role: 'viewer' }),
      changeMemberRole(bo.ctx, { teamId, personId: ana.personId, role: 'viewer' }),
    ]);
    expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    expect(new Set([await roleOf(ana), await roleOf(bo)])).toEqual(new Set(['admin', 'viewer']));
  });

  it('[AC14] ends the open invitations of an admin who is none any more', async () => {
    await changeMemberRole(ana.ctx, { teamId, personId: bo.personId, role: 'admin' });
    await createInvitation(bo.ctx, { teamId, role: 'admin' });
    await changeMemberRole(ana.ctx, { teamId, personId: bo.personId, role: 'developer' });
    expect(await listInvitations(ana.ctx, teamId)).toEqual([]);
  });
});

describe('removeMember', () => {
  it('[AC15] takes the person out of the team and its restricted projects, and tells every process', async () => {
    const projectId = `prj_${teamId.slice(5)}`;
    await db()
      .insert(schema.project)
      .values({
        id: projectId,
        teamId,
        name: 'p',
        slug: 'p',
        source: { type: 'empty' },
        status: 'ready',
        createdBy: ana.personId,
        isRestricted: true,
      });
    await db().insert(schema.projectMember).values({ projectId, personId: bo.personId, teamId });
    const heard = await accessChangesDuring(url, () => removeMember(ana.ctx, { teamId, personId: bo.personId }));
    expect(await roleOf(bo)).toBeUndefined();
    expect(await db().select().from(schema.projectMember).where(eq(schema.projectMember.projectId, projectId))).toEqual(
      [],
    );
    expect(heard).toEqual([`person:${bo.personId}`]);
    expect(await auditOf('person', bo.personId)).toMatchObject([
      { action: 'member.remove', teamId, actorId: ana.personId },
    ]);
  });

  it('[AC15] lets anyone leave, but the only admin', async () => {
    await removeMember(bo.ctx, { teamId, personId: bo.personId });
    expect(await auditOf('person', bo.personId)).toMatchObject([{ action: 'member.leave', actorId: bo.personId }]);
    await expect(removeMember(ana.ctx, { teamId, personId: ana.personId })).rejects.toMatchObject({ code: 'conflict' });
    expect(await roleOf(ana)).toBe('admin');
  });

  it('[AC15] is forbidden to a developer and to another team’s admin', async () => {
    await expect(removeMember(bo.ctx, { teamId, personId: ana.personId })).rejects.toMatchObject({ code: 'forbidden' });
    await expect(removeMember(outsider.ctx, { teamId, personId: bo.personId })).rejects.toMatchObject({
      code: 'not_found',
    });
  });

  it('[AC15] of two admins who leave at once, one stays', async () => {
    await changeMemberRole(ana.ctx, { teamId, personId: bo.personId, role: 'admin' });
    const both = await Promise.allSettled([
      removeMember(ana.ctx, { teamId, personId: ana.personId }),
      removeMember(bo.ctx, { teamId, personId: bo.personId }),
    ]);
    expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
  });
});

describe('appointTeamAdmin', () => {
  it('[AC16] gives a team an admin only when none of its admins can sign in', async () => {
    const root = await newPerson('root', { installationAdmin: true });
    await expect(appointTeamAdmin(root.ctx, { teamId, email: bo.email })).rejects.toMatchObject({ code: 'conflict' });
    await db().update(schema.person).set({ disabledAt: new Date() }).where(eq(schema.person.id, ana.personId));
    expect((await listTeams(root.ctx)).find(({ id }) => id === teamId)).toMatchObject({ members: 2, admins: 0 });
    await expect(appointTeamAdmin(root.ctx, { teamId, email: ana.email })).rejects.toMatchObject({ code: 'not_found' });
    await appointTeamAdmin(root.ctx, { teamId, email: bo.email });
    expect(await roleOf(bo)).toBe('admin');
    expect(await auditOf('person', bo.personId)).toMatchObject([{ action: 'member.appoint_admin', teamId }]);
    await expect(appointTeamAdmin(ana.ctx, { teamId, email: bo.email })).rejects.toMatchObject({ code: 'forbidden' });
  });
});
