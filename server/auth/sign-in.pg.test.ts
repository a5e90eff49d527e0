import { eq } from 'drizzle-orm';
import { beforeAll, describe, expect, it } from 'vitest';
import { db, schema } from '../../db/client.ts';
import { testDatabase } from '../../db/testing.ts';
import { createContext } from '../context.ts';
import { liveAuthSession } from './live-session.ts';
import { hashPassword, verifyPassword } from './passwords.ts';
import { signIn } from './sign-in.ts';
import { auditOf, newPerson, type TestPerson } from './testing.ts';

const password = 'correct horse battery';
let ana: TestPerson;

const attempt = (given: Partial<Parameters<typeof signIn>[1]> = {}, now?: Date) =>
  signIn(createContext(now ? { now: () => now } : {}), {
    email: ana.email,
    password,
    userAgent: 'Firefox',
    address: '203.0.113.1',
    ...given,
  });

beforeAll(async () => {
  await testDatabase();
  ana = await newPerson('ana', { passwordHash: await hashPassword(password) });
});

describe('passwords', () => {
  it('[AC6] are stored as argon2id with 19 MiB, two passes and a salt of their own', async () => {
    const stored = await hashPassword(password);
    expect(stored).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
    expect(stored).not.toBe(await hashPassword(password));
    expect(await verifyPassword(stored, password)).toBe(true);
    expect(await verifyPassword(stored, 'another password')).toBe(false);
    expect(await verifyPassword(undefined, password)).toBe(false);
  });
});

describe('signIn', () => {
  it('[AC7] makes a sign-in that lives 30 days, and audits it', async () => {
    const signedIn = await attempt({ email: ` ${ana.email.toUpperCase()} ` });
    const id = signedIn?.authSessionId ?? '';
    expect((await liveAuthSession(id))?.actor).toEqual(signedIn?.actor);
    const [row] = await db().select().from(schema.authSession).where(eq(schema.authSession.id, id));
    expect(row?.userAgent).toBe('Firefox');
    expect((row?.expiresAt.getTime() ?? 0) - (row?.createdAt.getTime() ?? 0)).toBe(30 * 24 * 3_600_000);
    const [entry] = await auditOf('auth_session', id);
    expect(entry).toMatchObject({ action: 'auth_session.create', actorId: ana.personId, teamId: null });
  });

  it('[AC7] refuses a wrong password, an unknown email, a person without a password and a disabled one alike', async () => {
    const disabled = await newPerson('off', { passwordHash: await hashPassword(password) });
    await db().update(schema.person).set({ disabledAt: new Date() }).where(eq(schema.person.id, disabled.personId));
    const without = await newPerson('new');
    expect(await attempt({ password: 'wrong password' })).toBeUndefined();
    expect(await attempt({ email: 'nobody@example.com' })).toBeUndefined();
    expect(await attempt({ email: 'no email at all' })).toBeUndefined();
    expect(await attempt({ email: without.email })).toBeUndefined();
    expect(await attempt({ email: disabled.email })).toBeUndefined();
  });

  it('[AC8] refuses the eleventh attempt for an email and says when to try again, even with the right password', async () => {
    const bo = await newPerson('bo', { passwordHash: await hashPassword(password) });
    const now = new Date('2026-01-01T10:05:00Z');
    for (let n = 0; n < 10; n++)
      expect(await attempt({ email: bo.email, password: 'wrong password' }, now)).toBeUndefined();
    await expect(attempt({ email: bo.email }, now)).rejects.toMatchObject({
      code: 'rate_limited',
      message: 'There were too many attempts. Try again in 10 minutes.',
      details: { retryAt: '2026-01-01T10:15:00.000Z' },
    });
    expect(await attempt({ email: bo.email }, new Date('2026-01-01T10:15:00Z'))).toBeDefined();
  });

  it('[AC8] refuses the fifty-first attempt from an address, whatever the email', async () => {
    const now = new Date('2026-02-01T10:00:00Z');
    const from = { address: '198.51.100.9', password: 'wrong password' };
    for (let n = 0; n < 50; n++) await attempt({ ...from, email: `nobody-${n}@example.com` }, now);
    await expect(attempt({ ...from, email: 'one-more@example.com' }, now)).rejects.toMatchObject({
      code: 'rate_limited',
    });
    await expect(attempt({ ...from, address: '198.51.100.10' }, now)).resolves.toBeUndefined();
  });

  it('[AC8] a success forgets the failures of that email', async () => {
    const cy = await newPerson('cy', { passwordHash: await hashPassword(password) });
    const now = new Date('2026-03-01T10:00:00Z');
    for (let n = 0; n < 9; n++) await attempt({ email: cy.email, password: 'wrong password' }, now);
    expect(await attempt({ email: cy.email }, now)).toBeDefined();
    expect(await attempt({ email: cy.email, password: 'wrong password' }, now)).toBeUndefined();
    expect(await attempt({ email: cy.email }, now)).toBeDefined();
  });
});
