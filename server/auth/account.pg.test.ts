import { beforeEach, describe, expect, it } from 'vitest';
import { testDatabase } from '../../db/testing.ts';
import { createContext, systemContext } from '../context.ts';
import { changePassword } from './change-password.ts';
import { createInvitation } from './create-invitation.ts';
import { createToken } from './create-token.ts';
import { endAuthSession, endOtherAuthSessions } from './end-auth-sessions.ts';
import { actorFromToken, liveAuthSession } from './live-session.ts';
import { hashPassword } from './passwords.ts';
import { getMe, listAuthSessions, listTokens } from './queries.ts';
import { revokeToken } from './revoke-token.ts';
import { signIn } from './sign-in.ts';
import { accessChangesDuring, auditOf, newAuthSession, newPerson, newTeam, type TestPerson } from './testing.ts';
import { updateProfile } from './update-profile.ts';

const { url } = await testDatabase();
const password = 'correct horse battery';
const passwordHash = await hashPassword(password);

let ana: TestPerson;
let bo: TestPerson;

beforeEach(async () => {
  ana = await newPerson('ana', { passwordHash });
  bo = await newPerson('bo');
});

const actionsOf = async (type: string, id: string) => (await auditOf(type, id)).map(({ action }) => action);

describe('signed-in devices', () => {
  it('[AC11] lists the actor’s own live sign-ins and marks the one that asks', async () => {
    const other = await newAuthSession(ana.personId);
    await newAuthSession(bo.personId);
    const devices = await listAuthSessions(ana.ctx);
    expect(new Map(devices.map(({ id, isCurrent }) => [id, isCurrent]))).toEqual(
      new Map([
        [ana.authSessionId, true],
        [other, false],
      ]),
    );
  });

  it('[AC11] one of them can be ended, and every process is told', async () => {
    const other = await newAuthSession(ana.personId);
    const heard = await accessChangesDuring(url, () => endAuthSession(ana.ctx, { authSessionId: other }));
    expect(heard).toEqual([`auth_session:${other}`]);
    expect(await liveAuthSession(other)).toBeUndefined();
    expect(await actionsOf('auth_session', other)).toEqual(['auth_session.revoke']);
    await expect(endAuthSession(ana.ctx, { authSessionId: other })).rejects.toMatchObject({ code: 'not_found' });
  });

  it('[AC11] someone else’s sign-in does not exist', async () => {
    await expect(endAuthSession(ana.ctx, { authSessionId: bo.authSessionId })).rejects.toMatchObject({
      code: 'not_found',
    });
    expect(await liveAuthSession(bo.authSessionId)).toBeDefined();
  });

  it('[AC11] all others can be ended at once', async () => {
    const others = [await newAuthSession(ana.personId), await newAuthSession(ana.personId)];
    expect(await endOtherAuthSessions(ana.ctx)).toBe(2);
    for (const id of others) expect(await liveAuthSession(id)).toBeUndefined();
    expect(await liveAuthSession(ana.authSessionId)).toBeDefined();
    expect(await actionsOf('person', ana.personId)).toEqual(['auth_session.revoke']);
  });
});

describe('changePassword', () => {
  const next = 'a brand new one';

  it('[AC12] needs the current password and ends the other sign-ins', async () => {
    const other = await newAuthSession(ana.personId);
    expect(await changePassword(ana.ctx, { current: password, next })).toEqual({ ended: 1 });
    expect(await liveAuthSession(other)).toBeUndefined();
    expect(await liveAuthSession(ana.authSessionId)).toBeDefined();
    const attempt = (word: string) =>
      signIn(createContext(), { email: ana.email, password: word, userAgent: '', address: 'a' });
    expect(await attempt(password)).toBeUndefined();
    expect(await attempt(next)).toBeDefined();
    expect(await actionsOf('person', ana.personId)).toContain('person.change_password');
  });

  it('[AC12] refuses a wrong current password, and the eleventh try', async () => {
    for (let n = 0; n < 10; n++)
      await expect(changePassword(ana.ctx, { current: 'wrong password', next })).rejects.toMatchObject({
        code: 'invalid',
      });
    await expect(changePassword(ana.ctx, { current: password, next })).rejects.toMatchObject({ code: 'rate_limited' });
    expect(await actionsOf('person', ana.personId)).toEqual([]);
  });

  it('[AC18] is not for tokens or strangers', async () => {
    const { token } = await createToken(ana.ctx, {
      name: 'all',
      scopes: ['read', 'write', 'admin'],
      expiresInDays: null,
    });
    const live = await actorFromToken(token);
    const ctx = createContext(live ?? {});
    await expect(changePassword(ctx, { current: password, next })).rejects.toMatchObject({ code: 'forbidden' });
    await expect(listAuthSessions(ctx)).rejects.toMatchObject({ code: 'forbidden' });
    await expect(createToken(ctx, { name: 'more', scopes: ['admin'], expiresInDays: null })).rejects.toMatchObject({
      code: 'forbidden',
    });
    await expect(changePassword(createContext(), { current: password, next })).rejects.toMatchObject({
      code: 'unauthenticated',
    });
  });
});

describe('updateProfile', () => {
  it('[AC11] changes the name that others see, audited', async () => {
    await updateProfile(ana.ctx, { name: '  Ana María ' });
    expect((await liveAuthSession(ana.authSessionId))?.actor.name).toBe('Ana María');
    expect(await actionsOf('person', ana.personId)).toEqual(['person.update']);
    await expect(updateProfile(createContext(), { name: 'x' })).rejects.toMatchObject({ code: 'unauthenticated' });
  });
});

describe('personal tokens', () => {
  const wish = { name: 'ci', scopes: ['write' as const, 'read' as const], expiresInDays: 90 };

  it('[AC17] are shown once, listed without their secret, and audited', async () => {
    const made = await createToken(ana.ctx, wish);
    expect(made.token).toMatch(/^ens_[\w-]{43}$/);
    const [row] = await listTokens(ana.ctx);
    expect(row).toMatchObject({
      id: made.tokenId,
      name: 'ci',
      scopes: ['read', 'write'],
      lastUsedAt: null,
      isExpired: false,
    });
    expect(JSON.stringify(row)).not.toContain(made.token);
    const audit = await auditOf('api_token', made.tokenId);
    expect(audit).toMatchObject([{ action: 'api_token.create', actorId: ana.personId }]);
    expect(JSON.stringify(audit)).not.toContain(made.token);
    expect((await getMe(createContext((await actorFromToken(made.token)) ?? {}))).id).toBe(ana.personId);
  });

  it('[AC17] stop working when revoked, and every process is told', async () => {
    const made = await createToken(ana.ctx, wish);
    await expect(revokeToken(bo.ctx, { tokenId: made.tokenId })).rejects.toMatchObject({ code: 'not_found' });
    const heard = await accessChangesDuring(url, () => revokeToken(ana.ctx, { tokenId: made.tokenId }));
    expect(heard).toEqual([`token:${made.tokenId}`]);
    expect(await actorFromToken(made.token)).toBeUndefined();
    expect(await listTokens(ana.ctx)).toEqual([]);
    expect(await actionsOf('api_token', made.tokenId)).toEqual(['api_token.create', 'api_token.revoke']);
  });

  it('[AC18] are made for someone else by the command line only', async () => {
    const made = await createToken(systemContext('command line'), wish, { forPersonId: ana.personId });
    expect((await actorFromToken(made.token))?.actor.personId).toBe(ana.personId);
    await createToken(bo.ctx, wish, { forPersonId: ana.personId });
    expect(await listTokens(bo.ctx)).toHaveLength(1);
    expect(await listTokens(ana.ctx)).toHaveLength(1);
  });

  it('[AC18] manage people with the scope admin only', async () => {
    const teamId = await newTeam('Ledger', [[ana, 'admin']]);
    const by = async (scopes: ('write' | 'admin')[]) => {
      const { token } = await createToken(ana.ctx, { ...wish, scopes });
      return createInvitation(createContext((await actorFromToken(token)) ?? {}), { teamId, role: 'admin' });
    };
    await expect(by(['write'])).rejects.toMatchObject({ code: 'forbidden' });
    await expect(by(['admin'])).resolves.toBeDefined();
  });

  it('[AC18] need a name and a scope', async () => {
    await expect(createToken(ana.ctx, { ...wish, scopes: [] })).rejects.toThrow('at least one scope');
    await expect(createToken(ana.ctx, { ...wish, name: ' ' })).rejects.toThrow('what the token is for');
  });
});
