import { eq } from 'drizzle-orm';
import { describe, expect, it, beforeEach } from 'vitest';
import { db, schema } from '../../db/client.ts';
import { testDatabase } from '../../db/testing.ts';
import { createContext, systemContext } from '../context.ts';
import { createSetupLink } from './create-setup-link.ts';
import { ensureAdminFromEnv } from './ensure-admin-from-env.ts';
import { verifyPassword } from './passwords.ts';
import { setUpInstallation } from './set-up-installation.ts';
import { signIn } from './sign-in.ts';
import { auditOf, newPerson } from './testing.ts';

await testDatabase();

const start = (now?: Date) => systemContext('start', now ? { now: () => now } : {});
const tokenOf = (url: string | undefined) => new URL(url ?? '').searchParams.get('token') ?? '';
const form = (token: string) => ({
  token,
  name: 'Ana',
  email: 'Ana@Example.com',
  password: 'correct horse battery',
  teamName: 'Ledger',
});

beforeEach(async () => {
  await db().delete(schema.invitation);
  await db().delete(schema.person);
  await db().delete(schema.team);
  await db().delete(schema.oneTimeLink);
});

describe('the set-up link', () => {
  it('[AC1] leads to the set-up page and makes the first admin and team, once', async () => {
    const url = await createSetupLink(start());
    expect(url).toMatch(/^http:\/\/127\.0\.0\.1:3000\/setup\?token=[\w-]{43}$/);
    const made = await setUpInstallation(createContext(), form(tokenOf(url)));
    expect(made.teamSlug).toBe('ledger');
    const [person] = await db().select().from(schema.person).where(eq(schema.person.id, made.personId));
    expect(person).toMatchObject({ email: 'ana@example.com', name: 'Ana', isInstallationAdmin: true });
    const [member] = await db().select().from(schema.teamMember).where(eq(schema.teamMember.personId, made.personId));
    expect(member?.role).toBe('admin');
    const signedIn = await signIn(createContext(), {
      email: 'ana@example.com',
      password: 'correct horse battery',
      userAgent: '',
      address: 'a',
    });
    expect(signedIn?.actor.personId).toBe(made.personId);
    expect((await auditOf('person', made.personId)).map(({ action }) => action).sort()).toEqual([
      'installation.set_up',
      'person.create',
    ]);
    await expect(setUpInstallation(createContext(), form(tokenOf(url)))).rejects.toMatchObject({ code: 'conflict' });
  });

  it('[AC1] a new start makes a new link and ends the older one', async () => {
    const older = await createSetupLink(start());
    const newer = await createSetupLink(start());
    await expect(setUpInstallation(createContext(), form(tokenOf(older)))).rejects.toMatchObject({ code: 'forbidden' });
    await expect(setUpInstallation(createContext(), form(tokenOf(newer)))).resolves.toMatchObject({
      teamSlug: 'ledger',
    });
  });

  it('[AC1] ends after a day, and a made-up one never works', async () => {
    const url = await createSetupLink(start(new Date(Date.now() - 24 * 3_600_000 - 1)));
    await expect(setUpInstallation(createContext(), form(tokenOf(url)))).rejects.toMatchObject({ code: 'forbidden' });
    await expect(setUpInstallation(createContext(), form('made-up'))).rejects.toMatchObject({ code: 'forbidden' });
  });

  it('[AC1] is not made once anyone exists, nor for anyone but the server itself', async () => {
    const ana = await newPerson('ana');
    expect(await createSetupLink(start())).toBeUndefined();
    await expect(createSetupLink(ana.ctx)).rejects.toMatchObject({ code: 'forbidden' });
  });

  it('[AC2] of two people who set up at once, one becomes the admin and the other is told so', async () => {
    const token = tokenOf(await createSetupLink(start()));
    const both = await Promise.allSettled([
      setUpInstallation(createContext(), form(token)),
      setUpInstallation(createContext(), { ...form(token), email: 'bo@example.com' }),
    ]);
    expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    expect(await db().select().from(schema.person)).toHaveLength(1);
  });

  it('[AC2] a password that is too short is refused and spends nothing', async () => {
    const token = tokenOf(await createSetupLink(start()));
    await expect(setUpInstallation(createContext(), { ...form(token), password: 'short' })).rejects.toThrow(
      'at least 10',
    );
    await expect(setUpInstallation(createContext(), form(token))).resolves.toBeDefined();
  });
});

describe('the admin that the environment names', () => {
  const admin = { email: 'ops@example.com', password: 'from the environment' };

  it('[AC2] is made with a first team, and audited as made by the system', async () => {
    await ensureAdminFromEnv(start(), admin);
    const [person] = await db().select().from(schema.person);
    expect(person).toMatchObject({ email: 'ops@example.com', name: 'ops', isInstallationAdmin: true });
    expect(await db().select().from(schema.team)).toMatchObject([{ name: 'Team', slug: 'team' }]);
    expect(await auditOf('person', person?.id ?? '')).toMatchObject([
      { actorKind: 'system', action: 'person.create' },
      { actorKind: 'system', action: 'installation.admin_from_environment' },
    ]);
    expect(await createSetupLink(start())).toBeUndefined();
  });

  it('[AC2] keeps the password that the person has', async () => {
    await ensureAdminFromEnv(start(), admin);
    await ensureAdminFromEnv(start(), { ...admin, password: 'another password' });
    const [person] = await db().select().from(schema.person);
    expect(await verifyPassword(person?.passwordHash, admin.password)).toBe(true);
    expect(await db().select().from(schema.team)).toHaveLength(1);
  });

  it('[AC2] is nobody when the environment names nobody', async () => {
    await ensureAdminFromEnv(start(), undefined);
    expect(await db().select().from(schema.person)).toEqual([]);
  });
});
