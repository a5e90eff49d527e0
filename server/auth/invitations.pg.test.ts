import { eq } from 'drizzle-orm';
import { beforeEach, describe, expect, it } from 'vitest';
import { db, schema } from '../../db/client.ts';
import { testDatabase } from '../../db/testing.ts';
import { createContext } from '../context.ts';
import { acceptInvitation, joinByInvitation } from './accept-invitation.ts';
import { createInvitation } from './create-invitation.ts';
import { invitationView } from './link-states.ts';
import { getMe, listInvitations } from './queries.ts';
import { revokeInvitation } from './revoke-invitation.ts';
import { signIn } from './sign-in.ts';
import { auditOf, newPerson, newTeam, type TestPerson } from './testing.ts';

await testDatabase();

let ana: TestPerson;
let dev: TestPerson;
let guest: TestPerson;
let teamId: string;

const tokenOf = (link: { url: string }) => new URL(link.url).searchParams.get('token') ?? '';
const invite = (given: Partial<Parameters<typeof createInvitation>[1]> = {}) =>
  createInvitation(ana.ctx, { teamId, role: 'developer', ...given });
let nth = 0;
const newcomer = (token: string) => ({
  token,
  name: 'New',
  email: `new-${++nth}@example.com`,
  password: 'correct horse battery',
});

beforeEach(async () => {
  ana = await newPerson('ana');
  dev = await newPerson('dev');
  guest = await newPerson('guest');
  teamId = await newTeam('Ledger', [
    [ana, 'admin'],
    [dev, 'lead'],
  ]);
});

describe('createInvitation', () => {
  it('[AC14] makes a link for a role that lives a week, stores only its hash, and audits it', async () => {
    const made = await invite();
    expect(made.url).toMatch(/\/invite\?token=[\w-]{43}$/);
    expect(Math.round((made.expiresAt.getTime() - Date.now()) / 3_600_000)).toBe(7 * 24);
    const [row] = await db().select().from(schema.invitation).where(eq(schema.invitation.id, made.invitationId));
    expect(JSON.stringify(row)).not.toContain(tokenOf(made));
    expect(await listInvitations(ana.ctx, teamId)).toMatchObject([
      { id: made.invitationId, role: 'developer', isExpired: false },
    ]);
    const audit = await auditOf('invitation', made.invitationId);
    expect(audit).toMatchObject([{ action: 'invitation.create', teamId, actorId: ana.personId }]);
    expect(JSON.stringify(audit)).not.toContain(tokenOf(made));
  });

  it('[AC14] is for the team’s admins: forbidden to a lead, unknown to others', async () => {
    await expect(createInvitation(dev.ctx, { teamId, role: 'viewer' })).rejects.toMatchObject({ code: 'forbidden' });
    await expect(listInvitations(dev.ctx, teamId)).rejects.toMatchObject({ code: 'forbidden' });
    await expect(createInvitation(guest.ctx, { teamId, role: 'viewer' })).rejects.toMatchObject({ code: 'not_found' });
  });
});

describe('an invitation', () => {
  it('[AC14] lets a new person in with an account of their own, once', async () => {
    const made = await invite({ role: 'viewer' });
    const form = newcomer(tokenOf(made));
    const joined = await joinByInvitation(createContext(), form);
    const signedIn = await signIn(createContext(), {
      email: joined.email,
      password: form.password,
      userAgent: '',
      address: 'a',
    });
    const me = await getMe(createContext({ actor: signedIn?.actor }));
    expect(me.teams).toMatchObject([{ id: teamId, slug: joined.teamSlug, role: 'viewer' }]);
    expect(me.isInstallationAdmin).toBe(false);
    await expect(joinByInvitation(createContext(), newcomer(tokenOf(made)))).rejects.toMatchObject({
      code: 'forbidden',
      message: expect.stringContaining('used already') as string,
    });
    expect(await auditOf('invitation', made.invitationId)).toMatchObject([
      { action: 'invitation.create' },
      { action: 'invitation.accept', teamId, actorId: me.id },
    ]);
  });

  it('[AC14] lets someone with an account in, and a member keeps it for another', async () => {
    const link = { token: tokenOf(await invite({ role: 'lead' })) };
    await expect(acceptInvitation(dev.ctx, link)).rejects.toMatchObject({ code: 'conflict' });
    await acceptInvitation(guest.ctx, link);
    expect((await getMe(guest.ctx)).teams).toMatchObject([{ id: teamId, role: 'lead' }]);
    await expect(acceptInvitation(createContext(), link)).rejects.toMatchObject({ code: 'unauthenticated' });
  });

  it('[AC14] of two who use it at once, one gets in', async () => {
    const token = tokenOf(await invite());
    const both = await Promise.allSettled([
      acceptInvitation(guest.ctx, { token }),
      joinByInvitation(createContext(), newcomer(token)),
    ]);
    expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    expect(await db().select().from(schema.teamMember).where(eq(schema.teamMember.teamId, teamId))).toHaveLength(3);
  });

  it('[AC14] for an address works for that address only', async () => {
    const token = tokenOf(await invite({ email: 'Cy@Example.com' }));
    await expect(acceptInvitation(guest.ctx, { token })).rejects.toMatchObject({
      code: 'forbidden',
      message: expect.stringContaining('cy@example.com') as string,
    });
    await expect(joinByInvitation(createContext(), newcomer(token))).rejects.toMatchObject({ code: 'forbidden' });
    await expect(
      joinByInvitation(createContext(), { ...newcomer(token), email: 'cy@example.com' }),
    ).resolves.toBeDefined();
  });

  it('[AC14] does not give a second account to an address that has one', async () => {
    const token = tokenOf(await invite());
    await expect(joinByInvitation(createContext(), { ...newcomer(token), email: guest.email })).rejects.toMatchObject({
      code: 'conflict',
    });
    expect(await invitationView(createContext(), token)).toMatchObject({ state: 'open' });
  });

  it('[AC14] says whether it was used, withdrawn, has run out or never was', async () => {
    const open = await invite({ email: guest.email });
    const view = (link: { url: string }, now = new Date()) =>
      invitationView(createContext({ now: () => now }), tokenOf(link));
    expect(await view(open)).toMatchObject({ state: 'open', teamName: 'Ledger', invitedBy: 'ana', hasAccount: true });
    expect(await view(open, new Date(Date.now() + 8 * 24 * 3_600_000))).toEqual({ state: 'expired', invitedBy: 'ana' });
    await revokeInvitation(ana.ctx, { teamId, invitationId: open.invitationId });
    expect(await view(open)).toEqual({ state: 'revoked', invitedBy: 'ana' });
    await expect(acceptInvitation(guest.ctx, { token: tokenOf(open) })).rejects.toMatchObject({
      message: expect.stringContaining('withdrawn') as string,
    });
    expect(await view({ url: 'http://h/invite?token=none' })).toEqual({ state: 'unknown' });
    const used = await invite();
    await acceptInvitation(guest.ctx, { token: tokenOf(used) });
    expect(await view(used)).toEqual({ state: 'used', invitedBy: 'ana' });
  });
});

describe('revokeInvitation', () => {
  it('[AC14] ends an open invitation of one’s own team, audited', async () => {
    const { invitationId } = await invite();
    const other = await newPerson('olga');
    const otherTeam = await newTeam('Other', [[other, 'admin']]);
    await expect(revokeInvitation(other.ctx, { teamId: otherTeam, invitationId })).rejects.toMatchObject({
      code: 'not_found',
    });
    await expect(revokeInvitation(other.ctx, { teamId, invitationId })).rejects.toMatchObject({ code: 'not_found' });
    await expect(revokeInvitation(dev.ctx, { teamId, invitationId })).rejects.toMatchObject({ code: 'forbidden' });
    await revokeInvitation(ana.ctx, { teamId, invitationId });
    await expect(revokeInvitation(ana.ctx, { teamId, invitationId })).rejects.toMatchObject({ code: 'not_found' });
    expect(await auditOf('invitation', invitationId)).toMatchObject([
      { action: 'invitation.create' },
      { action: 'invitation.revoke' },
    ]);
  });
});
