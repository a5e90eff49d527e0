import { eq } from 'drizzle-orm';
import { beforeEach, describe, expect, it } from 'vitest';
import { db, schema } from '../../db/client.ts';
import { testDatabase } from '../../db/testing.ts';
import { createContext, systemContext } from '../context.ts';
import { createInvitation } from './create-invitation.ts';
import { createPerson } from './create-person.ts';
import { createResetLink } from './create-reset-link.ts';
import { liveAuthSession } from './live-session.ts';
import { listInvitations, listPeople } from './queries.ts';
import { resetPassword } from './reset-password.ts';
import { setInstallationAdmin } from './set-installation-admin.ts';
import { setPersonDisabled } from './set-person-disabled.ts';
import { signIn } from './sign-in.ts';
import { accessChangesDuring, auditOf, newPerson, newTeam, type TestPerson } from './testing.ts';

const { url } = await testDatabase();

let root: TestPerson;
let ana: TestPerson;

const tokenOf = (link: { url: string }) => new URL(link.url).searchParams.get('token') ?? '';
const rowOf = async (person: TestPerson) =>
  (await db().select().from(schema.person).where(eq(schema.person.id, person.personId)))[0];

beforeEach(async () => {
  await db().update(schema.person).set({ isInstallationAdmin: false });
  root = await newPerson('root', { installationAdmin: true });
  ana = await newPerson('ana');
});

describe('setPersonDisabled', () => {
  it('[AC4] ends every sign-in, invitation and link of the person, and tells every process', async () => {
    const teamId = await newTeam('Ledger', [
      [ana, 'admin'],
      [root, 'admin'],
    ]);
    await createInvitation(ana.ctx, { teamId, role: 'admin' });
    const heard = await accessChangesDuring(url, () =>
      setPersonDisabled(root.ctx, { personId: ana.personId, disabled: true }),
    );
    expect(heard).toEqual([`auth_session:${ana.authSessionId}`, `person:${ana.personId}`]);
    expect(await liveAuthSession(ana.authSessionId)).toBeUndefined();
    expect(await listInvitations(root.ctx, teamId)).toEqual([]);
    expect((await auditOf('person', ana.personId)).map(({ action }) => action).sort()).toEqual([
      'auth_session.revoke',
      'person.disable',
    ]);
  });

  it('[AC4] letting someone in again does not revive their old sign-ins', async () => {
    await setPersonDisabled(root.ctx, { personId: ana.personId, disabled: true });
    await setPersonDisabled(root.ctx, { personId: ana.personId, disabled: false });
    expect((await rowOf(ana))?.disabledAt).toBeNull();
    expect(await liveAuthSession(ana.authSessionId)).toBeUndefined();
  });

  it('[AC16] is forbidden to everyone else, and a second time changes nothing', async () => {
    await expect(setPersonDisabled(ana.ctx, { personId: root.personId, disabled: true })).rejects.toMatchObject({
      code: 'forbidden',
    });
    await expect(setPersonDisabled(root.ctx, { personId: 'per_nobody', disabled: true })).rejects.toMatchObject({
      code: 'not_found',
    });
    await setPersonDisabled(root.ctx, { personId: ana.personId, disabled: false });
    expect(await auditOf('person', ana.personId)).toEqual([]);
  });

  it('[AC16] keeps the only installation admin', async () => {
    await expect(setPersonDisabled(root.ctx, { personId: root.personId, disabled: true })).rejects.toMatchObject({
      code: 'conflict',
    });
    expect((await rowOf(root))?.disabledAt).toBeNull();
  });
});

describe('listPeople', () => {
  it('[AC16] shows everyone with when they were seen last, to installation admins only', async () => {
    const unseen = await newPerson('unseen');
    await db().delete(schema.authSession).where(eq(schema.authSession.personId, unseen.personId));
    const people = new Map((await listPeople(root.ctx)).map((each) => [each.personId, each]));
    expect(people.get(ana.personId)).toMatchObject({
      name: 'ana',
      isDisabled: false,
      lastSeenAt: expect.any(Date) as Date,
    });
    expect(people.get(unseen.personId)?.lastSeenAt).toBeNull();
    await expect(listPeople(ana.ctx)).rejects.toMatchObject({ code: 'forbidden' });
  });
});

describe('setInstallationAdmin', () => {
  it('[AC16] gives and takes the right, audited', async () => {
    await setInstallationAdmin(root.ctx, { personId: ana.personId, isInstallationAdmin: true });
    expect((await listPeople(ana.ctx)).find(({ personId }) => personId === ana.personId)).toMatchObject({
      isInstallationAdmin: true,
    });
    const heard = await accessChangesDuring(url, () =>
      setInstallationAdmin(ana.ctx, { personId: root.personId, isInstallationAdmin: false }),
    );
    expect(heard).toEqual([`person:${root.personId}`]);
    await expect(listPeople(root.ctx)).rejects.toMatchObject({ code: 'forbidden' });
    expect(await auditOf('person', ana.personId)).toMatchObject([
      { action: 'person.grant_admin', actorId: root.personId },
    ]);
    expect(await auditOf('person', root.personId)).toMatchObject([
      { action: 'person.revoke_admin', actorId: ana.personId },
    ]);
  });

  it('[AC16] keeps the only installation admin, and refuses everyone else', async () => {
    await expect(
      setInstallationAdmin(root.ctx, { personId: root.personId, isInstallationAdmin: false }),
    ).rejects.toMatchObject({ code: 'conflict' });
    await expect(
      setInstallationAdmin(ana.ctx, { personId: ana.personId, isInstallationAdmin: true }),
    ).rejects.toMatchObject({ code: 'forbidden' });
  });

  it('[AC16] of two who take the right from each other at once, one keeps it', async () => {
    await setInstallationAdmin(root.ctx, { personId: ana.personId, isInstallationAdmin: true });
    const both = await Promise.allSettled([
      setInstallationAdmin(root.ctx, { personId: ana.personId, isInstallationAdmin: false }),
      setPersonDisabled(ana.ctx, { personId: root.personId, disabled: true }),
    ]);
    expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
  });
});

describe('a reset link', () => {
  it('[AC12] sets a new password once and ends every sign-in', async () => {
    const link = await createResetLink(root.ctx, { personId: ana.personId });
    expect(link.url).toMatch(/\/reset\?token=[\w-]{43}$/);
    const heard = await accessChangesDuring(url, () =>
      resetPassword(createContext(), { token: tokenOf(link), password: 'a brand new one' }),
    );
    expect(heard).toEqual([`auth_session:${ana.authSessionId}`]);
    const given = { email: ana.email, password: 'a brand new one', userAgent: '', address: 'a' };
    expect((await signIn(createContext(), given))?.actor.personId).toBe(ana.personId);
    await expect(
      resetPassword(createContext(), { token: tokenOf(link), password: 'yet another one' }),
    ).rejects.toMatchObject({ code: 'forbidden' });
    const actions = (await auditOf('person', ana.personId)).map(({ action, actorId }) => [action, actorId]);
    expect(actions).toContainEqual(['reset_link.create', root.personId]);
    expect(actions).toContainEqual(['person.reset_password', ana.personId]);
  });

  it('[AC12] ends when a newer one is made, after a day, when its person or its maker is disabled', async () => {
    const older = await createResetLink(root.ctx, { personId: ana.personId });
    const newer = await createResetLink(root.ctx, { personId: ana.personId });
    const attempt = (link: { url: string }, now = new Date()) =>
      resetPassword(createContext({ now: () => now }), { token: tokenOf(link), password: 'a brand new one' });
    await expect(attempt(older)).rejects.toMatchObject({ code: 'forbidden' });
    await expect(attempt(newer, new Date(Date.now() + 24 * 3_600_000 + 1_000))).rejects.toMatchObject({
      code: 'forbidden',
    });
    const second = await newPerson('second', { installationAdmin: true });
    const theirs = await createResetLink(second.ctx, { personId: ana.personId });
    await setPersonDisabled(root.ctx, { personId: second.personId, disabled: true });
    await expect(attempt(theirs)).rejects.toMatchObject({ code: 'forbidden' });
    const last = await createResetLink(root.ctx, { personId: ana.personId });
    await setPersonDisabled(root.ctx, { personId: ana.personId, disabled: true });
    await expect(attempt(last)).rejects.toMatchObject({ code: 'forbidden' });
  });

  it('[AC12] is made by installation admins and the command line only', async () => {
    const teamAdmin = await newPerson('ta');
    await newTeam('Ledger', [
      [teamAdmin, 'admin'],
      [ana, 'viewer'],
    ]);
    await expect(createResetLink(teamAdmin.ctx, { personId: ana.personId })).rejects.toMatchObject({
      code: 'forbidden',
    });
    await expect(createResetLink(createContext(), { personId: ana.personId })).rejects.toMatchObject({
      code: 'unauthenticated',
    });
    await expect(createResetLink(root.ctx, { personId: 'per_nobody' })).rejects.toMatchObject({ code: 'not_found' });
    await expect(createResetLink(systemContext('command line'), { personId: ana.personId })).resolves.toBeDefined();
  });
});

describe('createPerson', () => {
  it('[AC12] adds someone to a team and makes the link with which they set their password', async () => {
    const teamId = await newTeam('Ledger', [[root, 'admin']]);
    const [team] = await db().select().from(schema.team).where(eq(schema.team.id, teamId));
    const email = `new-${teamId}@example.com`;
    const made = await createPerson(systemContext('command line'), {
      email,
      name: 'New',
      team: { slug: team?.slug ?? '', role: 'lead' },
    });
    await resetPassword(createContext(), { token: tokenOf(made.link ?? { url: '' }), password: 'a brand new one' });
    const signedIn = await signIn(createContext(), { email, password: 'a brand new one', userAgent: '', address: 'a' });
    expect(signedIn?.actor.personId).toBe(made.personId);
    const audit = await auditOf('person', made.personId);
    expect(audit.map(({ action }) => action)).toEqual(
      expect.arrayContaining(['person.create', 'member.add', 'person.reset_password']),
    );
  });

  it('[AC16] is refused to others, for a taken email and for an unknown team', async () => {
    await expect(createPerson(ana.ctx, { email: 'x@example.com', name: 'X' })).rejects.toMatchObject({
      code: 'forbidden',
    });
    await expect(createPerson(root.ctx, { email: ana.email.toUpperCase(), name: 'X' })).rejects.toMatchObject({
      code: 'conflict',
    });
    const unknown = { email: 'y@example.com', name: 'Y', team: { slug: 'nowhere', role: 'viewer' as const } };
    await expect(createPerson(root.ctx, unknown)).rejects.toMatchObject({ code: 'not_found' });
    expect(await db().select().from(schema.person).where(eq(schema.person.email, 'y@example.com'))).toEqual([]);
  });

  it('[AC7] someone without a password cannot sign in', async () => {
    await createPerson(root.ctx, { email: 'without@example.com', name: 'W' });
    expect(
      await signIn(createContext(), {
        email: 'without@example.com',
        password: 'anything at all',
        userAgent: '',
        address: 'a',
      }),
    ).toBeUndefined();
  });

  it('[AC7] someone made with a password signs in with it, and no link is made', async () => {
    const made = await createPerson(root.ctx, {
      email: 'with@example.com',
      name: 'W',
      password: 'correct horse battery',
    });
    expect(made.link).toBeUndefined();
    const given = { email: 'with@example.com', password: 'correct horse battery', userAgent: '', address: 'a' };
    expect((await signIn(createContext(), given))?.actor.personId).toBe(made.personId);
  });
});
