import { eq } from 'drizzle-orm';
import { encode } from 'next-auth/jwt';
import { beforeAll, describe, expect, it } from 'vitest';
import { db, schema } from '../../db/client.ts';
import { testDatabase } from '../../db/testing.ts';
import { newId } from '../platform/ids.ts';
import { authSecret, hashSecret, newSecret } from '../platform/secrets.ts';
import { actorFromBearer, sessionCookieName, sessionFromCookie, sessionTokenOf } from './live-session.ts';
import { newAuthSession, newPerson, type TestPerson } from './testing.ts';

let ana: TestPerson;

const cookieOf = async (claims: Record<string, unknown>, secret = authSecret()) =>
  `theme=dark; next-auth.session-token=${await encode({ token: claims, secret })}`;

async function newToken(person: TestPerson, expiresAt?: Date) {
  const secret = `ens_${newSecret()}`;
  const id = newId('tok');
  await db()
    .insert(schema.apiToken)
    .values({
      id,
      personId: person.personId,
      name: 't',
      tokenHash: hashSecret(secret),
      scopes: ['read'],
      expiresAt: expiresAt ?? null,
    });
  return { id, secret };
}

beforeAll(async () => {
  await testDatabase();
  ana = await newPerson('ana');
});

describe('sessionTokenOf', () => {
  it('[AC3] joins the chunks of a long cookie in their order and ignores other cookies', () => {
    const header = 'n.10=k; x=1; n.0=a; n.2=c; n.1=b; n.evil=z; nn=q';
    expect(sessionTokenOf(header, 'n')).toBe('abck');
    expect(sessionTokenOf('other=1', 'n')).toBeUndefined();
    expect(sessionTokenOf(undefined, 'n')).toBeUndefined();
  });

  it('[AC3] has a cookie that only secure pages may set where people come over https', () => {
    expect(sessionCookieName('https://ensemble.example.com')).toBe('__Secure-next-auth.session-token');
    expect(sessionCookieName('http://127.0.0.1:3000')).toBe('next-auth.session-token');
  });
});

describe('sessionFromCookie', () => {
  it('[AC3] finds the person behind a live sign-in', async () => {
    const live = await sessionFromCookie(await cookieOf({ sid: ana.authSessionId }));
    expect(live).toEqual({
      actor: { kind: 'person', personId: ana.personId, name: 'ana', email: ana.email },
      credential: { kind: 'auth_session', id: ana.authSessionId },
    });
  });

  it('[AC3] finds nobody behind no cookie, garbage, a foreign secret, or a token without a sign-in', async () => {
    expect(await sessionFromCookie(undefined)).toBeUndefined();
    expect(await sessionFromCookie('next-auth.session-token=garbage')).toBeUndefined();
    expect(await sessionFromCookie(await cookieOf({ sid: ana.authSessionId }, 'another secret'))).toBeUndefined();
    expect(await sessionFromCookie(await cookieOf({ sub: ana.personId }))).toBeUndefined();
    expect(await sessionFromCookie(await cookieOf({ sid: 'ase_unknown' }))).toBeUndefined();
  });

  it('[AC4] finds nobody once the sign-in was ended or ran out', async () => {
    const ended = await newAuthSession(ana.personId);
    const old = await newAuthSession(ana.personId);
    await db().update(schema.authSession).set({ revokedAt: new Date() }).where(eq(schema.authSession.id, ended));
    await db()
      .update(schema.authSession)
      .set({ expiresAt: new Date(Date.now() - 1) })
      .where(eq(schema.authSession.id, old));
    expect(await sessionFromCookie(await cookieOf({ sid: ended }))).toBeUndefined();
    expect(await sessionFromCookie(await cookieOf({ sid: old }))).toBeUndefined();
  });

  it('[AC4] finds nobody once the person is disabled', async () => {
    const gone = await newPerson('gone');
    await db().update(schema.person).set({ disabledAt: new Date() }).where(eq(schema.person.id, gone.personId));
    expect(await sessionFromCookie(await cookieOf({ sid: gone.authSessionId }))).toBeUndefined();
  });

  it('[AC5] notes when the sign-in was last used, at most once a minute', async () => {
    const sid = await newAuthSession(ana.personId);
    const long = new Date(Date.now() - 3_600_000);
    const seen = async () =>
      (await db().select().from(schema.authSession).where(eq(schema.authSession.id, sid)))[0]?.lastSeenAt;
    await db().update(schema.authSession).set({ lastSeenAt: long }).where(eq(schema.authSession.id, sid));
    await sessionFromCookie(await cookieOf({ sid }));
    const first = await seen();
    expect(first?.getTime()).toBeGreaterThan(long.getTime());
    await sessionFromCookie(await cookieOf({ sid }));
    expect(await seen()).toEqual(first);
  });
});

describe('actorFromBearer', () => {
  it('[AC17] finds the person and the scopes behind a token, and notes its use', async () => {
    const token = await newToken(ana);
    const live = await actorFromBearer(`Bearer ${token.secret}`);
    expect(live?.actor.personId).toBe(ana.personId);
    expect(live?.credential).toEqual({ kind: 'api_token', id: token.id, scopes: ['read'] });
    const [row] = await db().select().from(schema.apiToken).where(eq(schema.apiToken.id, token.id));
    expect(row?.lastUsedAt).toBeInstanceOf(Date);
  });

  it('[AC17] finds nobody behind what is no token, an expired, a revoked one, or a disabled person', async () => {
    const expired = await newToken(ana, new Date(Date.now() - 1));
    const revoked = await newToken(ana);
    await db().update(schema.apiToken).set({ revokedAt: new Date() }).where(eq(schema.apiToken.id, revoked.id));
    const gone = await newPerson('gone');
    const theirs = await newToken(gone);
    await db().update(schema.person).set({ disabledAt: new Date() }).where(eq(schema.person.id, gone.personId));
    const headers = [undefined, '', 'Bearer', 'Bearer nonsense', 'Basic ens_x', `Bearer ens_${newSecret()}`];
    for (const { secret } of [expired, revoked, theirs]) headers.push(`Bearer ${secret}`);
    for (const header of headers) expect(await actorFromBearer(header)).toBeUndefined();
  });
});
