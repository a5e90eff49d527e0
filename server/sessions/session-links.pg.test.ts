import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { schema, setDatabaseUrl } from '../../db/client.ts';
import { testDatabase } from '../../db/testing.ts';
import { enterAsGuest } from '../auth/enter-as-guest.ts';
import { accessChangesDuring, auditOf } from '../auth/testing.ts';
import { createContext, type Context } from '../context.ts';
import { isAppError, type ErrorCode } from '../core/errors.ts';
import { type GuestLevel } from '../core/permissions.ts';
import { closeQueue } from '../jobs/queue.ts';
import { closeNotifications } from '../platform/notifications.ts';
import { listSessionEvents } from '../runs/queries.ts';
import { startEmptyRooms } from '../workspace/testing-rooms.ts';
import { newProject, newStaffedTeam } from '../workspace/testing.ts';
import { answerKnock } from './answer-knock.ts';
import { archiveSession } from './archive-session.ts';
import { createSession } from './create-session.ts';
import { createSessionLink } from './create-session-link.ts';
import { deleteSession } from './delete-session.ts';
import { endSessionLink } from './end-session-link.ts';
import { guestStandingOf, sessionLinkView } from './guest-view.ts';
import { home } from './home.ts';
import { knock } from './knock.ts';
import { leaveSession } from './leave-session.ts';
import { getSession } from './queries.ts';
import { whoHasAccess } from './session-access.ts';
import { guestIdOf, newSessionLink, newVisitor } from './testing-guests.ts';

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
const eventsOf = async (sessionId: string) => {
  const events = await listSessionEvents(developer.ctx, { sessionId, afterSeq: 0, limit: 200 });
  return events.filter(({ body }) => body.type.startsWith('guest_'));
};

describe('links', () => {
  test('[AC25] developers and up make them, viewers and other teams do not', async () => {
    const sessionId = await open();
    const asked = { sessionId, level: 'view' } as const;
    expect(await codeOf(createSessionLink(developer.ctx, asked))).toBe('done');
    expect(await codeOf(createSessionLink(admin.ctx, asked))).toBe('done');
    expect(await codeOf(createSessionLink(viewer.ctx, asked))).toBe('forbidden');
    expect(await codeOf(createSessionLink(other.admin.ctx, asked))).toBe('not_found');
  });

  test('[AC25] a link is stored as a hash, shown once, audited, and in no log', async () => {
    const sessionId = await open();
    const { url: address, linkId, expiresAt } = await createSessionLink(developer.ctx, { sessionId, level: 'comment' });
    const token = address.split('/join/')[1] ?? '';
    expect(Buffer.from(token, 'base64url')).toHaveLength(32);
    const rows = await db.select().from(schema.sessionLink).where(eq(schema.sessionLink.id, linkId));
    const { links } = await whoHasAccess(viewer.ctx, { sessionId });
    const audit = await auditOf('session', sessionId);
    const events = await eventsOf(sessionId);
    for (const told of [rows, links, audit, events]) expect(JSON.stringify(told)).not.toContain(token);
    expect(rows).toMatchObject([{ asksFirst: true, maxUses: null, level: 'comment' }]);
    expect(Math.round((expiresAt.getTime() - Date.now()) / 3_600_000)).toBe(24);
    expect(audit.at(-1)).toMatchObject({ action: 'session_link.create', actorId: developer.personId });
    expect(events.map(({ body }) => body)).toEqual([{ type: 'guest_link_created', linkId, level: 'comment' }]);
  });

  test.each([
    ['less than an hour', { expiresInHours: 0 }],
    ['more than 30 days', { expiresInHours: 721 }],
    ['nobody', { maxUses: 0 }],
    ['prompting', { level: 'prompt' as GuestLevel }],
    ['approving', { level: 'approve' as GuestLevel }],
  ])('[AC25][AC26] there is no link for %s', async (_what, change) => {
    const given = { sessionId: await open(), level: 'view' as const, ...change };
    await expect(createSessionLink(developer.ctx, given)).rejects.toThrow();
  });

  test('[AC31] what became of a link is said to whoever opens it', async () => {
    const sessionId = await open();
    const said = async (token: string) => {
      const view = await sessionLinkView(createContext(), token);
      return view.state === 'ended' ? view.message : view.state;
    };
    const { token, linkId } = await newSessionLink(developer.ctx, { sessionId });
    expect(await said(token)).toBe('open');
    expect(await said('no-such-token')).toContain('no such link');
    await archiveSession(developer.ctx, { sessionId, archived: true });
    expect(await said(token)).toContain('put away');
    await archiveSession(developer.ctx, { sessionId, archived: false });
    await db.update(schema.sessionLink).set({ expiresAt: new Date() }).where(eq(schema.sessionLink.id, linkId));
    expect(await said(token)).toContain('has run out. Ask Dev');
    const ended = await newSessionLink(developer.ctx, { sessionId });
    await endSessionLink(admin.ctx, { sessionId, linkId: ended.linkId });
    expect(await said(ended.token)).toContain('was ended. Ask Dev');
    const full = await newSessionLink(developer.ctx, { sessionId, asksFirst: false, maxUses: 1 });
    await knock((await newVisitor(full.token)).ctx, { token: full.token });
    expect(await said(full.token)).toContain('As many people');
    const late = await newVisitor((await newSessionLink(developer.ctx, { sessionId })).token);
    expect(await codeOf(knock(late.ctx, { token: full.token }))).toBe('forbidden');
    await deleteSession(admin.ctx, { sessionId });
    expect(await said(full.token)).toContain('was deleted');
  });
});

describe('a knock', () => {
  test('[AC28] waits until a member lets the person in, and everyone in the session reads it', async () => {
    const sessionId = await open();
    const { token } = await newSessionLink(developer.ctx, { sessionId, level: 'comment' });
    const bo = await newVisitor(token);
    expect(await codeOf(guestStandingOf(bo.ctx, { sessionId }))).toBe('not_found');
    expect(await knock(bo.ctx, { token })).toEqual({ sessionId });
    await knock(bo.ctx, { token });
    expect(await standing(bo.ctx, sessionId)).toBe('waiting');
    expect(await sees(bo.ctx, sessionId)).toBe('not_found');
    const guestId = await guestIdOf(developer.ctx, { sessionId, personId: bo.personId });
    expect(await codeOf(answerKnock(viewer.ctx, { sessionId, guestId, admit: true }))).toBe('forbidden');
    expect(await codeOf(answerKnock(other.admin.ctx, { sessionId, guestId, admit: true }))).toBe('not_found');
    const heard = await accessChangesDuring(url, () => answerKnock(admin.ctx, { sessionId, guestId, admit: true }));
    expect(heard).toEqual([`person:${bo.personId}`]);
    expect(await codeOf(answerKnock(developer.ctx, { sessionId, guestId, admit: false }))).toBe('conflict');
    expect(await standing(bo.ctx, sessionId)).toBe('in');
    expect((await getSession(bo.ctx, { sessionId })).rights).toEqual(['view', 'comment']);
    expect((await eventsOf(sessionId)).map(({ body, actor }) => [body.type, actor.name])).toEqual([
      ['guest_link_created', 'Dev'],
      ['guest_knocked', 'Bo (guest)'],
      ['guest_admitted', 'Ada'],
    ]);
    const audit = await auditOf('session', sessionId);
    expect(audit.slice(-2)).toMatchObject([
      { action: 'guest.knock', actorId: bo.personId, actorName: 'Bo (guest)' },
      { action: 'guest.admit', actorId: admin.personId, detail: { guest: guestId, level: 'comment' } },
    ]);
  });

  test('[AC28][AC31] is declined, knocks again, runs out, or is taken back', async () => {
    const sessionId = await open();
    const { token } = await newSessionLink(developer.ctx, { sessionId });
    const bo = await newVisitor(token);
    await knock(bo.ctx, { token });
    const guestId = await guestIdOf(developer.ctx, { sessionId, personId: bo.personId });
    await answerKnock(developer.ctx, { sessionId, guestId, admit: false });
    expect(await sessionLinkView(bo.ctx, token)).toMatchObject({
      visitor: { place: { standing: 'denied', message: expect.stringContaining('declined'), mayKnock: true } },
    });
    await knock(bo.ctx, { token });
    expect(await standing(bo.ctx, sessionId)).toBe('waiting');
    await db
      .update(schema.sessionGuest)
      .set({ knockedAt: new Date(Date.now() - 61 * 60_000) })
      .where(eq(schema.sessionGuest.id, guestId));
    expect(await standing(bo.ctx, sessionId)).toBe('unanswered');
    await knock(bo.ctx, { token });
    await leaveSession(bo.ctx, { sessionId });
    await leaveSession(bo.ctx, { sessionId });
    expect(await standing(bo.ctx, sessionId)).toBe('left');
    expect((await eventsOf(sessionId)).at(-1)?.body).toMatchObject({ type: 'guest_left', wasIn: false });
  });

  test('[AC28] needs those who may share, until someone answered', async () => {
    const sessionId = await open('Waits');
    const needsOf = async ({ ctx }: { ctx: Context }) => {
      const { needsYou } = await home(ctx, { team: team.slug });
      return needsYou.find(({ id }) => id === sessionId)?.needs;
    };
    const { token } = await newSessionLink(developer.ctx, { sessionId });
    const bo = await newVisitor(token);
    await knock(bo.ctx, { token });
    expect([await needsOf(developer), await needsOf(viewer)]).toEqual([['knock'], undefined]);
    const guestId = await guestIdOf(developer.ctx, { sessionId, personId: bo.personId });
    await answerKnock(developer.ctx, { sessionId, guestId, admit: false });
    expect(await needsOf(developer)).toBeUndefined();
  });

  test('[AC28] a link that does not ask lets in at once, as many as it has places for', async () => {
    const sessionId = await open();
    const { token } = await newSessionLink(developer.ctx, { sessionId, level: 'view', asksFirst: false, maxUses: 2 });
    const visitors = await Promise.all(['Bo', 'Cy', 'Di'].map((name) => newVisitor(token, name)));
    const codes = await Promise.all(visitors.map(({ ctx }) => codeOf(knock(ctx, { token }))));
    expect(codes.toSorted()).toEqual(['done', 'done', 'forbidden']);
    const { guests, links } = await whoHasAccess(developer.ctx, { sessionId });
    expect(guests.map((guest) => [guest.standing, guest.letInBy])).toEqual([
      ['in', 'Dev'],
      ['in', 'Dev'],
    ]);
    expect(links).toMatchObject([{ uses: 2, maxUses: 2 }]);
  });

  test('[AC34] a person and a link have so many knocks, an address so many names', async () => {
    const sessionId = await open();
    const { token } = await newSessionLink(developer.ctx, { sessionId });
    const { ctx } = await newVisitor(token);
    const codes: string[] = [];
    for (let i = 0; i < 11; i++) {
      codes.push(await codeOf(knock(ctx, { token })));
      await leaveSession(ctx, { sessionId });
    }
    expect(codes).toEqual([...Array.from({ length: 10 }, () => 'done'), 'rate_limited']);
    const names: string[] = [];
    for (let i = 0; i < 21; i++)
      names.push(
        await codeOf(enterAsGuest(createContext(), { token, name: `B${i}`, userAgent: '', address: '203.0.113.7' })),
      );
    expect(names.filter((code) => code === 'done')).toHaveLength(20);
    expect(names.at(-1)).toBe('rate_limited');
    const rows = await db.select().from(schema.rateLimit);
    expect(JSON.stringify(rows)).not.toContain(token);
  });
});
