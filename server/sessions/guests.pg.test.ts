import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { schema, setDatabaseUrl } from '../../db/client.ts';
import { testDatabase } from '../../db/testing.ts';
import { acceptInvitation } from '../auth/accept-invitation.ts';
import { changeMemberRole } from '../auth/change-member-role.ts';
import { createInvitation } from '../auth/create-invitation.ts';
import { createResetLink } from '../auth/create-reset-link.ts';
import { createToken } from '../auth/create-token.ts';
import { getPersonId } from '../auth/find-person.ts';
import { listMembers, listPeople } from '../auth/queries.ts';
import { removeMember } from '../auth/remove-member.ts';
import { setInstallationAdmin } from '../auth/set-installation-admin.ts';
import { setPersonDisabled } from '../auth/set-person-disabled.ts';
import { accessChangesDuring, auditOf, newPerson, newTeam } from '../auth/testing.ts';
import { updateProfile } from '../auth/update-profile.ts';
import { createContext, type Context } from '../context.ts';
import { isAppError, type ErrorCode } from '../core/errors.ts';
import { guestLevels } from '../core/permissions.ts';
import { closeQueue } from '../jobs/queue.ts';
import { closeNotifications } from '../platform/notifications.ts';
import { startEmptyRooms } from '../workspace/testing-rooms.ts';
import { newProject, newStaffedTeam } from '../workspace/testing.ts';
import { limitProject } from '../workspace/update-project.ts';
import { answerKnock } from './answer-knock.ts';
import { archiveSession } from './archive-session.ts';
import { changeGuest, endGuest } from './change-guest.ts';
import { createCommit } from './create-commit.ts';
import { createSession } from './create-session.ts';
import { createSessionLink } from './create-session-link.ts';
import { endSessionLink } from './end-session-link.ts';
import { createFile } from './file-commands.ts';
import { guestStandingOf, sessionLinkView } from './guest-view.ts';
import { issueTicket } from './issue-ticket.ts';
import { knock } from './knock.ts';
import { listFiles } from './list-files.ts';
import { getSession, listSessions } from './queries.ts';
import { sendPrompt } from './send-prompt.ts';
import { whoHasAccess } from './session-access.ts';
import { guestIdOf, newGuest, newSessionLink, newVisitor } from './testing-guests.ts';
import { renameSession } from './update-session.ts';

const { db, url } = await testDatabase();
setDatabaseUrl(url);
const team = await newStaffedTeam('Alpha');
const other = await newStaffedTeam('Beta');
const projectId = await newProject(team);
const { developer, viewer, admin } = team;
let stopRooms: () => void;

beforeAll(async () => {
  stopRooms = await startEmptyRooms();
});

afterAll(async () => {
  stopRooms();
  await closeQueue();
  await closeNotifications();
});

const open = async (title = 'Walls') => (await createSession(developer.ctx, { projectId, title })).id;
const codeOf = async (attempt: Promise<unknown>): Promise<ErrorCode | 'done'> => {
  const answer = await attempt.then(
    () => undefined,
    (error: unknown) => error,
  );
  if (answer === undefined) return 'done';
  if (isAppError(answer)) return answer.code;
  throw answer;
};
const standing = async (ctx: Context, sessionId: string) => (await guestStandingOf(ctx, { sessionId })).standing;
const sees = (ctx: Context, sessionId: string) => codeOf(getSession(ctx, { sessionId }));
const expire = (sessionId: string) =>
  db.update(schema.sessionGuest).set({ expiresAt: new Date() }).where(eq(schema.sessionGuest.sessionId, sessionId));

describe('inside', () => {
  test.each(guestLevels)('[AC26][AC27] a guest who may %s does that and no more', async (level) => {
    const sessionId = await open();
    const { ctx } = await newGuest(developer.ctx, { sessionId, level });
    expect(await sees(ctx, sessionId)).toBe('done');
    expect((await listFiles(ctx, { sessionId })).items.length).toBeGreaterThan(0);
    const { rights } = await issueTicket(ctx, { sessionId, rights: ['view', 'comment', 'edit', 'prompt', 'approve'] });
    expect(rights.at(-1)).toBe(level);
    // Nobody owns the room here: what may be done is asked for and not answered, what may not is refused.
    const path = `${level}.txt`;
    const wrote = await codeOf(createFile(ctx, { sessionId, path }));
    expect(wrote === 'forbidden').toBe(level !== 'edit');
    expect(await codeOf(createCommit(ctx, { sessionId, message: 'Mine' }))).toBe('not_found');
    expect(await codeOf(sendPrompt(ctx, { sessionId, text: 'Do', agent: 'refactor' }))).toBe('not_found');
    expect(await codeOf(renameSession(ctx, { sessionId, title: 'Mine' }))).toBe('not_found');
    expect(await codeOf(whoHasAccess(ctx, { sessionId }))).toBe('not_found');
    expect(await codeOf(createSessionLink(ctx, { sessionId, level: 'view' }))).toBe('not_found');
  });

  test('[AC27] nothing else of the team exists', async () => {
    const sessionId = await open();
    const beside = await open('Beside');
    const { ctx } = await newGuest(developer.ctx, { sessionId });
    expect(await sees(ctx, beside)).toBe('not_found');
    expect(await codeOf(listMembers(ctx, team.teamId))).toBe('not_found');
    expect(await listSessions(ctx, {})).toEqual([]);
    expect((await getSession(ctx, { sessionId })).othersOnBranch).toEqual([]);
    expect((await getSession(ctx, { sessionId })).may).toEqual({ archive: false, delete: false, share: false });
  });

  test('[AC26] a person of another team is a guest as themselves, a token of theirs is not, a member needs no link', async () => {
    const sessionId = await open();
    const olga = await newPerson('Olga');
    await newTeam('Gamma', [[olga, 'admin']]);
    const { token } = await newSessionLink(developer.ctx, { sessionId, asksFirst: false });
    expect(await sessionLinkView(olga.ctx, token)).toMatchObject({ visitor: { kind: 'account', name: 'Olga' } });
    await knock(olga.ctx, { token });
    expect(await sees(olga.ctx, sessionId)).toBe('done');
    const { tokenId } = await createToken(olga.ctx, { name: 'ci', scopes: ['read', 'write'], expiresInDays: null });
    const program = { ...olga.ctx, credential: { kind: 'api_token', id: tokenId, scopes: ['read', 'write'] } as const };
    expect(await sees(program, sessionId)).toBe('not_found');
    expect(await sessionLinkView(viewer.ctx, token)).toMatchObject({
      visitor: { kind: 'member', teamSlug: team.slug },
    });
    await knock(viewer.ctx, { token });
    expect((await getSession(viewer.ctx, { sessionId })).rights).toEqual(['view', 'comment']);
    expect((await whoHasAccess(developer.ctx, { sessionId })).guests.map(({ name }) => name)).toEqual(['Olga (guest)']);
  });

  test('[AC33] a guest without an account has none of what an account has', async () => {
    const sessionId = await open();
    const { ctx, personId } = await newGuest(developer.ctx, { sessionId, name: ' Ada  (guest) ' });
    const root = await newPerson('Root', { installationAdmin: true });
    const { url: invitation } = await createInvitation(admin.ctx, { teamId: team.teamId, role: 'admin' });
    const token = new URL(invitation).searchParams.get('token') ?? '';
    expect(await codeOf(createToken(ctx, { name: 'x', scopes: ['read'], expiresInDays: 1 }))).toBe('forbidden');
    expect(await codeOf(acceptInvitation(ctx, { token }))).toBe('forbidden');
    expect(await codeOf(updateProfile(ctx, { name: 'Ada' }))).toBe('forbidden');
    expect(await codeOf(createResetLink(root.ctx, { personId }))).toBe('not_found');
    const email = `${personId}@guests.ensemble.invalid`;
    expect(await codeOf(getPersonId(root.ctx, email))).toBe('not_found');
    expect(await codeOf(setInstallationAdmin(root.ctx, { personId, isInstallationAdmin: true }))).toBe('not_found');
    expect((await listPeople(root.ctx)).map((person) => person.personId)).not.toContain(personId);
    expect((await whoHasAccess(viewer.ctx, { sessionId })).guests).toMatchObject([{ name: 'Ada (guest)', personId }]);
  });
});

describe('who has access', () => {
  test('[AC30] members read it, with what each may do', async () => {
    const sessionId = await open();
    await newGuest(developer.ctx, { sessionId, level: 'view' });
    const { members, guests, links, isLimited, may } = await whoHasAccess(viewer.ctx, { sessionId });
    expect(members.map(({ name, role }) => [name, role])).toEqual([
      ['Ada', 'admin'],
      ['Dev', 'developer'],
      ['Vic', 'viewer'],
    ]);
    expect(members.find(({ role }) => role === 'viewer')?.rights).toEqual(['view', 'comment']);
    expect(guests).toMatchObject([{ name: 'Bo (guest)', level: 'view', standing: 'in', letInBy: 'Dev' }]);
    expect(links).toMatchObject([{ uses: 1, madeBy: 'Dev', isAnsweredFor: true }]);
    expect([isLimited, may.share]).toEqual([false, false]);
    expect(await codeOf(whoHasAccess(other.admin.ctx, { sessionId }))).toBe('not_found');
  });

  test('[AC30] a level is changed and access is ended by those who may share, of this session alone', async () => {
    const sessionId = await open();
    const beside = await open('Beside');
    const { ctx, guestId, personId } = await newGuest(developer.ctx, { sessionId });
    const change = { sessionId, guestId, level: 'view' } as const;
    expect(await codeOf(changeGuest(viewer.ctx, change))).toBe('forbidden');
    expect(await codeOf(changeGuest(other.admin.ctx, change))).toBe('not_found');
    expect(await codeOf(changeGuest(developer.ctx, { ...change, sessionId: beside }))).toBe('not_found');
    const heard = await accessChangesDuring(url, () => changeGuest(admin.ctx, change));
    expect(heard).toEqual([`person:${personId}`]);
    expect((await getSession(ctx, { sessionId })).rights).toEqual(['view']);
    expect(await codeOf(endGuest(viewer.ctx, { sessionId, guestId }))).toBe('forbidden');
    expect(await codeOf(endGuest(developer.ctx, { sessionId: beside, guestId }))).toBe('not_found');
    expect(await endGuest(admin.ctx, { sessionId, guestId })).toEqual({ linkAsksNow: false });
    expect(await codeOf(endGuest(admin.ctx, { sessionId, guestId }))).toBe('not_found');
    expect(await sees(ctx, sessionId)).toBe('not_found');
    await expect(getSession(ctx, { sessionId })).rejects.toThrow('ended your access');
    expect((await auditOf('session', sessionId)).slice(-2).map(({ action }) => action)).toEqual([
      'guest.change',
      'guest.revoke',
    ]);
  });

  test('[AC30] an ended link declines who waits, and keeps who came unless told otherwise', async () => {
    const sessionId = await open();
    const { token, linkId } = await newSessionLink(developer.ctx, { sessionId });
    const [inside, waiting] = [await newVisitor(token, 'In'), await newVisitor(token, 'Out')];
    await knock(inside.ctx, { token });
    const guestId = await guestIdOf(developer.ctx, { sessionId, personId: inside.personId });
    await answerKnock(developer.ctx, { sessionId, guestId, admit: true });
    await knock(waiting.ctx, { token });
    await endSessionLink(developer.ctx, { sessionId, linkId });
    expect(await codeOf(endSessionLink(developer.ctx, { sessionId, linkId }))).toBe('not_found');
    expect([await standing(inside.ctx, sessionId), await standing(waiting.ctx, sessionId)]).toEqual(['in', 'denied']);
    const second = await newGuest(developer.ctx, { sessionId });
    await endSessionLink(developer.ctx, { sessionId, linkId: second.linkId, withGuests: true });
    expect(await standing(second.ctx, sessionId)).toBe('revoked');
    expect(await standing(inside.ctx, sessionId)).toBe('in');
  });

  test('[AC32] whoever was thrown out comes back by a newer link only, and an open link asks from then on', async () => {
    const sessionId = await open();
    const { token } = await newSessionLink(developer.ctx, { sessionId, asksFirst: false });
    const older = await newSessionLink(developer.ctx, { sessionId });
    const { ctx, personId } = await newVisitor(token);
    await knock(ctx, { token });
    const guestId = await guestIdOf(developer.ctx, { sessionId, personId });
    expect(await endGuest(developer.ctx, { sessionId, guestId })).toEqual({ linkAsksNow: true });
    expect(await codeOf(knock(ctx, { token }))).toBe('forbidden');
    expect(await codeOf(knock(ctx, { token: older.token }))).toBe('forbidden');
    const again = await newVisitor(token, 'Also Bo');
    await knock(again.ctx, { token });
    expect(await standing(again.ctx, sessionId)).toBe('waiting');
    const newer = await newSessionLink(developer.ctx, { sessionId });
    await knock(ctx, { token: newer.token });
    expect(await standing(ctx, sessionId)).toBe('waiting');
  });
});

describe('whoever answers for a guest', () => {
  const withHost = async () => {
    const host = await newPerson('Host');
    await db.insert(schema.teamMember).values({ teamId: team.teamId, personId: host.personId, role: 'developer' });
    const sessionId = await open();
    const guest = await newGuest(host.ctx, { sessionId });
    return { host, sessionId, guest };
  };

  test.each<[string, (personId: string) => Promise<unknown>]>([
    ['was removed', (personId) => removeMember(admin.ctx, { teamId: team.teamId, personId })],
    ['became a viewer', (personId) => changeMemberRole(admin.ctx, { teamId: team.teamId, personId, role: 'viewer' })],
    [
      'was disabled',
      async (personId) => {
        const root = await newPerson('Root', { installationAdmin: true });
        await setPersonDisabled(root.ctx, { personId, disabled: true });
      },
    ],
  ])('[AC29] takes their guests and links along when they %s, for good', async (_what, happens) => {
    const { host, sessionId, guest } = await withHost();
    const heard = await accessChangesDuring(url, () => happens(host.personId));
    expect(heard).toContain(`person:${host.personId}`);
    expect(await sees(guest.ctx, sessionId)).toBe('not_found');
    expect((await sessionLinkView(createContext(), guest.token)).state).toBe('ended');
    await db
      .insert(schema.teamMember)
      .values({ teamId: team.teamId, personId: host.personId, role: 'admin' })
      .onConflictDoUpdate({ target: [schema.teamMember.teamId, schema.teamMember.personId], set: { role: 'admin' } });
    await db.update(schema.person).set({ disabledAt: null }).where(eq(schema.person.id, host.personId));
    expect(await sees(guest.ctx, sessionId)).toBe('not_found');
  });

  test('[AC29] their guests see nothing while the project is limited to others', async () => {
    const { host, sessionId, guest } = await withHost();
    const limited = { projectId, isRestricted: true, personIds: [developer.personId] };
    await limitProject(admin.ctx, limited);
    expect(await standing(guest.ctx, sessionId)).toBe('withdrawn');
    expect(await sees(host.ctx, sessionId)).toBe('not_found');
    await db.update(schema.project).set({ isRestricted: false }).where(eq(schema.project.id, projectId));
    expect(await standing(guest.ctx, sessionId)).toBe('in');
  });

  test('[AC31] a place that ran out, and a session that was put away, are told as such', async () => {
    const { sessionId, guest } = await withHost();
    await archiveSession(developer.ctx, { sessionId, archived: true });
    await expect(getSession(guest.ctx, { sessionId })).rejects.toThrow('put away');
    await archiveSession(developer.ctx, { sessionId, archived: false });
    expect(await sees(guest.ctx, sessionId)).toBe('done');
    await expire(sessionId);
    await expect(getSession(guest.ctx, { sessionId })).rejects.toThrow('has run out');
    expect(await codeOf(issueTicket(guest.ctx, { sessionId }))).toBe('not_found');
  });
});
