import { eq } from 'drizzle-orm';
import { describe, expect, test } from 'vitest';
import { schema } from '../../../db/client.ts';
import { roomFixture } from '../../../db/testing-room.ts';
import { newPerson, newTeam } from '../../auth/testing.ts';
import type { Context } from '../../context.ts';
import { home } from '../../sessions/home.ts';
import { requestRoomCommand, requireDone, type RoomCommand } from '../../workspace/room-command.ts';
import { auditTrail, eventsOf, openInRoom } from '../testing.ts';
import { commentOnLines } from './comment-on-lines.ts';
import { deleteComment } from './delete-comment.ts';
import { editComment } from './edit-comment.ts';
import { markThreadRead } from './mark-thread-read.ts';
import { moveAnchor } from './move-anchor.ts';
import { getThread, listMentionable, listThreads } from './queries.ts';
import { replyToThread } from './reply-to-thread.ts';
import { resolveThread } from './resolve-thread.ts';
import { startThread } from './start-thread.ts';
import { anchorOn, money, sessionWithThread } from './testing.ts';

const room = await roomFixture();
const [ana, bo, vic, lea] = [
  await room.person('developer', 'Ana Lima'),
  await room.person('developer', 'Bo Berg'),
  await room.person('viewer', 'Vic Ott'),
  await room.person('lead', 'Lea Roth'),
];
const idOf = ({ actor }: Context) => (actor?.kind === 'person' ? actor.personId : '');

async function stranger(): Promise<Context> {
  const person = await newPerson('Olga');
  await newTeam('Elsewhere', [[person, 'admin']]);
  return person.ctx;
}

async function command<Asked extends RoomCommand>(ctx: Context, sessionId: string, asked: Asked) {
  return requireDone(await requestRoomCommand(ctx, { sessionId, teamId: room.teamId, command: asked }));
}

async function commentAs(ctx: Context, sessionId: string) {
  const fileId = await openInRoom(room, ctx, { sessionId, path: 'money.ts' });
  return startThread(ctx, { sessionId, fileId, anchor: anchorOn(money, 'parseMoney'), body: '@Ana and @Bo, look' });
}

async function archive(sessionId: string): Promise<void> {
  await room.db.update(schema.session).set({ archivedAt: new Date() }).where(eq(schema.session.id, sessionId));
}

const needsOf = async (ctx: Context, sessionId: string) => {
  const [team] = await room.db.select().from(schema.team).where(eq(schema.team.id, room.teamId));
  const { needsYou } = await home(ctx, { team: team?.slug ?? '' });
  return needsYou.find(({ id }) => id === sessionId)?.needs ?? [];
};

describe('starting a thread', () => {
  test('[CM10] [CM11] [CM14] whoever may comment starts one on a file in the room, with event and audit', async () => {
    const { sessionId, fileId, threadId, commentId } = await sessionWithThread(room, vic, 'Why **100**?');
    expect(await listThreads(ana, sessionId)).toMatchObject([
      {
        id: threadId,
        fileId,
        path: 'money.ts',
        anchor: { quote: 'Number(text) * 100', startLine: 2, endLine: 2, position: null },
        state: 'open',
        opening: { author: { name: 'Vic Ott' }, excerpt: 'Why **100**?' },
        commentCount: 1,
        unreadCount: 1,
        mentionsMe: false,
        isMine: false,
      },
    ]);
    expect(await eventsOf(room, sessionId, 'comment_added')).toEqual([
      expect.objectContaining({
        threadId,
        commentId,
        path: 'money.ts',
        line: 2,
        excerpt: 'Why **100**?',
        isReply: false,
      }),
    ]);
    expect(await auditTrail(room, sessionId)).toEqual(['Vic Ott comment.start']);
    const [entry] = await room.db.select().from(schema.auditEntry).where(eq(schema.auditEntry.resourceId, sessionId));
    expect(JSON.stringify(entry?.detail)).not.toContain('100');
  });

  test('[CM11] a file that is not in the room, or in another session’s, is refused', async () => {
    const { fileId } = await sessionWithThread(room, ana);
    const other = await room.session({ 'money.ts': money });
    const anchor = anchorOn(money, 'Number');
    for (const id of [fileId, 'fil_unknown'])
      await expect(startThread(ana, { sessionId: other, fileId: id, anchor, body: 'x' })).rejects.toThrow(
        /Open it again/,
      );
  });

  test('[CM10] another team’s people, too long words and an archived session are refused', async () => {
    const { sessionId, fileId, threadId, commentId } = await sessionWithThread(room, ana);
    const anchor = anchorOn(money, 'Number');
    const olga = await stranger();
    const given = { sessionId, fileId, anchor, body: 'x' };
    await expect(startThread(olga, given)).rejects.toMatchObject({ code: 'not_found' });
    await expect(listThreads(olga, sessionId)).rejects.toMatchObject({ code: 'not_found' });
    await expect(listMentionable(olga, sessionId)).rejects.toMatchObject({ code: 'not_found' });
    await expect(getThread(olga, threadId)).rejects.toMatchObject({ code: 'not_found' });
    await expect(startThread(ana, { ...given, body: ' \n ' })).rejects.toThrow(/needs words/);
    await expect(startThread(ana, { ...given, body: 'x'.repeat(20_001) })).rejects.toThrow();
    await expect(startThread(ana, { ...given, anchor: { ...anchor, quote: 'x'.repeat(2_001) } })).rejects.toThrow();
    await archive(sessionId);
    await expect(startThread(ana, given)).rejects.toMatchObject({ code: 'conflict' });
    await expect(replyToThread(ana, { threadId, body: 'x' })).rejects.toMatchObject({ code: 'conflict' });
    await expect(editComment(ana, { commentId, body: 'x' })).rejects.toMatchObject({ code: 'conflict' });
    await expect(deleteComment(ana, { commentId })).rejects.toMatchObject({ code: 'conflict' });
    await expect(resolveThread(ana, { threadId, resolved: true })).rejects.toMatchObject({ code: 'conflict' });
    expect(await listThreads(ana, sessionId)).toHaveLength(1);
  });

  test('[CM10] a session has 1,000 threads at most, a thread 500 comments, a person 60 writes a minute', async () => {
    const { sessionId, fileId, threadId } = await sessionWithThread(room, ana);
    const { commentThread } = schema;
    await room.db.update(commentThread).set({ lastPosition: 500 }).where(eq(commentThread.id, threadId));
    await expect(replyToThread(ana, { threadId, body: 'x' })).rejects.toThrow(/500 comments/);
    const [row] = await room.db.select().from(commentThread).where(eq(commentThread.id, threadId));
    if (!row) throw new Error('no thread');
    await room.db
      .insert(commentThread)
      .values(Array.from({ length: 999 }, (_, index) => ({ ...row, id: `${threadId}_${index}` })));
    const given = { sessionId, fileId, anchor: anchorOn(money, 'Number'), body: 'x' };
    await expect(startThread(ana, given)).rejects.toThrow(/1000 threads/);
    const busy = { ...(await room.person('developer', 'Busy')), now: () => new Date('2026-01-01T00:00:10Z') };
    for (let count = 0; count < 60; count += 1)
      await expect(startThread(busy, given)).rejects.toMatchObject({ code: 'conflict' });
    await expect(startThread(busy, given)).rejects.toMatchObject({ code: 'rate_limited' });
  });
});

test('[CM11] [CM14] a program comments on lines of a file that nobody has open', async () => {
  const sessionId = await room.session({ 'money.ts': money });
  const given = { sessionId, path: 'money.ts', body: 'Why?' };
  const { threadId, fileId } = await commentOnLines(vic, { ...given, line: 2, endLine: 3 });
  expect(await listThreads(ana, sessionId)).toMatchObject([
    {
      id: threadId,
      fileId,
      path: 'money.ts',
      anchor: { position: null, quote: '  return Number(text) * 100;\n}', startLine: 2, endLine: 3 },
    },
  ]);
  expect(await auditTrail(room, sessionId)).toContain('Vic Ott comment.start');
  for (const lines of [{ line: 4 }, { line: 9 }, { line: 2, endLine: 9 }, { line: 3, endLine: 2 }])
    await expect(commentOnLines(ana, { ...given, ...lines })).rejects.toMatchObject({ code: 'invalid' });
  await expect(commentOnLines(ana, { ...given, path: 'no.ts', line: 1 })).rejects.toMatchObject({ code: 'not_found' });
  await expect(commentOnLines(await stranger(), { ...given, line: 1 })).rejects.toMatchObject({ code: 'not_found' });
  await archive(sessionId);
  await expect(commentOnLines(ana, { ...given, line: 1 })).rejects.toMatchObject({ code: 'conflict' });
});

test('[CM10] what may only read writes nothing', async () => {
  const { sessionId, fileId, threadId, commentId } = await sessionWithThread(room, ana);
  const reader: Context = { ...ana, credential: { kind: 'api_token', id: 'tok_1', scopes: ['read'] } };
  const anchor = anchorOn(money, 'Number(text) * 100');
  const writes = [
    () => startThread(reader, { sessionId, fileId, anchor, body: 'x' }),
    () => replyToThread(reader, { threadId, body: 'x' }),
    () => editComment(reader, { commentId, body: 'x' }),
    () => deleteComment(reader, { commentId }),
    () => resolveThread(reader, { threadId, resolved: true }),
    () => moveAnchor(reader, { threadId, version: 1, fileId, anchor }),
  ];
  for (const write of writes) await expect(write()).rejects.toMatchObject({ code: 'forbidden' });
  await markThreadRead(reader, { threadId, position: 1 });
  expect(await listThreads(reader, sessionId)).toMatchObject([{ commentCount: 1, state: 'open', anchorVersion: 1 }]);
});

describe('a thread', () => {
  test('[CM10] [CM14] takes replies in order, from many at once', async () => {
    const { sessionId, threadId } = await sessionWithThread(room, ana);
    await Promise.all([bo, vic, lea].map((ctx) => replyToThread(ctx, { threadId, body: `as ${idOf(ctx)}` })));
    const thread = await getThread(ana, threadId);
    expect(thread.comments.map(({ position }) => position)).toEqual([1, 2, 3, 4]);
    expect(new Set(thread.comments.slice(1).map(({ author }) => author.name))).toEqual(
      new Set(['Bo Berg', 'Vic Ott', 'Lea Roth']),
    );
    expect((await eventsOf(room, sessionId, 'comment_added')).map(({ isReply }) => isReply)).toEqual([
      false,
      true,
      true,
      true,
    ]);
    expect((await auditTrail(room, sessionId)).filter((entry) => entry.endsWith('comment.reply'))).toHaveLength(3);
    await expect(replyToThread(await stranger(), { threadId, body: 'x' })).rejects.toMatchObject({ code: 'not_found' });
  });

  test('[CM12] [CM14] a comment is changed by its author alone, and says so', async () => {
    const { sessionId, threadId, commentId } = await sessionWithThread(room, ana, 'secret words');
    await expect(editComment(lea, { commentId, body: 'mine' })).rejects.toMatchObject({ code: 'forbidden' });
    await expect(editComment(await stranger(), { commentId, body: 'x' })).rejects.toMatchObject({ code: 'not_found' });
    await editComment(ana, { commentId, body: 'plain words' });
    const [comment] = (await getThread(bo, threadId)).comments;
    expect(comment).toMatchObject({ body: 'plain words', editedAt: expect.any(Date) });
    expect(await eventsOf(room, sessionId, 'comment_edited')).toMatchObject([{ commentId, excerpt: 'plain words' }]);
    expect(await eventsOf(room, sessionId, 'comment_added')).toMatchObject([{ commentId, excerpt: 'plain words' }]);
    expect(await auditTrail(room, sessionId)).toEqual(['Ana Lima comment.start', 'Ana Lima comment.edit']);
  });

  test('[CM12] [CM14] a deleted comment leaves its place and no words; an empty thread is not shown', async () => {
    const { sessionId, threadId, commentId } = await sessionWithThread(room, ana, 'secret words');
    const { commentId: reply } = await replyToThread(bo, { threadId, body: 'I see' });
    await expect(deleteComment(bo, { commentId })).rejects.toMatchObject({ code: 'forbidden' });
    await expect(deleteComment(await stranger(), { commentId })).rejects.toMatchObject({ code: 'not_found' });
    await deleteComment(ana, { commentId });
    expect((await getThread(bo, threadId)).comments).toMatchObject([
      { body: '', deletedAt: expect.any(Date) },
      { body: 'I see', deletedAt: null },
    ]);
    expect(await listThreads(bo, sessionId)).toMatchObject([{ opening: { excerpt: 'I see' }, commentCount: 1 }]);
    const log = await room.db.select().from(schema.sessionEvent).where(eq(schema.sessionEvent.sessionId, sessionId));
    expect(JSON.stringify(log)).not.toContain('secret');
    await expect(deleteComment(ana, { commentId })).rejects.toMatchObject({ code: 'not_found' });
    await deleteComment(lea, { commentId: reply });
    expect(await listThreads(bo, sessionId)).toEqual([]);
    await expect(getThread(bo, threadId)).rejects.toThrow(/were deleted/);
    expect(await auditTrail(room, sessionId)).toContain('Lea Roth comment.delete');
  });

  test('[CM13] [CM14] is resolved by one of two, reopened, and keeps its state when somebody replies', async () => {
    const { sessionId, threadId } = await sessionWithThread(room, ana);
    const both = await Promise.allSettled([bo, vic].map((ctx) => resolveThread(ctx, { threadId, resolved: true })));
    expect(both.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected']);
    await replyToThread(bo, { threadId, body: 'Thanks' });
    const [thread] = await listThreads(ana, sessionId);
    expect(thread).toMatchObject({ state: 'resolved', resolved: { by: { name: expect.stringMatching(/Bo|Vic/) } } });
    await resolveThread(ana, { threadId, resolved: false });
    expect(await listThreads(ana, sessionId)).toMatchObject([{ state: 'open', resolved: null }]);
    await expect(resolveThread(ana, { threadId, resolved: false })).rejects.toThrow(/reopened this thread first/);
    await expect(resolveThread(await stranger(), { threadId, resolved: true })).rejects.toMatchObject({
      code: 'not_found',
    });
    expect((await eventsOf(room, sessionId, 'comment_resolved')).map(({ resolved }) => resolved)).toEqual([
      true,
      false,
    ]);
    expect(await auditTrail(room, sessionId)).toContain('Ana Lima comment.reopen');
  });
});

describe('mentions and marks', () => {
  test('[CM20] [CM21] a mention needs its person until the thread is read up to it', async () => {
    const { sessionId, threadId } = await sessionWithThread(room, ana, 'ask @Bo Berg, not `@Vic Ott`; me: @Ana');
    expect((await getThread(ana, threadId)).comments[0]?.mentions).toEqual([idOf(bo)]);
    expect(await needsOf(bo, sessionId)).toEqual(['mention']);
    expect(await needsOf(vic, sessionId)).toEqual([]);
    expect(await needsOf(ana, sessionId)).toEqual([]);
    expect(await listThreads(bo, sessionId)).toMatchObject([{ mentionsMe: true, isMine: true, unreadCount: 1 }]);
    await markThreadRead(bo, { threadId, position: 1 });
    expect(await needsOf(bo, sessionId)).toEqual([]);
    expect(await listThreads(bo, sessionId)).toMatchObject([{ mentionsMe: false, isMine: true, unreadCount: 0 }]);
  });

  test('[CM21] an edit that names someone anew is unread for them, a deletion needs nobody', async () => {
    const { sessionId, threadId, commentId } = await sessionWithThread(room, ana, 'look');
    await markThreadRead(vic, { threadId, position: 1 });
    await editComment(ana, { commentId, body: 'look @vic' });
    expect(await needsOf(vic, sessionId)).toEqual(['mention']);
    await editComment(ana, { commentId, body: 'look' });
    expect(await needsOf(vic, sessionId)).toEqual([]);
    await editComment(ana, { commentId, body: 'look @vic' });
    await deleteComment(ana, { commentId });
    expect(await needsOf(vic, sessionId)).toEqual([]);
  });

  test('[CM22] a mark moves forward only, and what one wrote is read', async () => {
    const { sessionId, threadId } = await sessionWithThread(room, ana);
    for (const body of ['two', 'three']) await replyToThread(bo, { threadId, body });
    const unread = async (ctx: Context) => (await listThreads(ctx, sessionId))[0]?.unreadCount;
    expect([await unread(ana), await unread(bo), await unread(vic)]).toEqual([2, 0, 3]);
    await markThreadRead(vic, { threadId, position: 2 });
    await markThreadRead(vic, { threadId, position: 1 });
    expect(await unread(vic)).toBe(1);
    expect((await getThread(vic, threadId)).readPosition).toBe(2);
    await markThreadRead(vic, { threadId, position: 999 });
    await replyToThread(ana, { threadId, body: 'four' });
    expect(await unread(vic)).toBe(1);
    await expect(markThreadRead(await stranger(), { threadId, position: 1 })).rejects.toMatchObject({
      code: 'not_found',
    });
  });

  test('[CM20] a restricted project’s sessions name those on its list, its admins and admitted guests', async () => {
    const { sessionId } = await sessionWithThread(room, ana);
    const { project, projectMember, sessionGuest, sessionLink } = schema;
    const guests = [await newPerson('Gil Guest'), await newPerson('Kit Knocks')];
    const of = { teamId: room.teamId, sessionId };
    const expiresAt = new Date(Date.now() + 60_000);
    await room.db.insert(sessionLink).values({
      id: 'lnk_1',
      ...of,
      tokenHash: 'hash',
      level: 'comment',
      asksFirst: true,
      createdBy: idOf(ana),
      expiresAt,
    });
    for (const [index, { personId }] of guests.entries())
      await room.db.insert(sessionGuest).values({
        id: `gst_${index}`,
        ...of,
        personId,
        linkId: 'lnk_1',
        level: 'comment',
        state: index === 0 ? 'admitted' : 'knocking',
        admittedBy: idOf(ana),
        knockedAt: new Date(),
        expiresAt,
      });
    const names = async () => (await listMentionable(ana, sessionId)).map(({ name }) => name);
    expect(await names()).toEqual(
      expect.arrayContaining(['Ana Lima', 'Bo Berg', 'Gil Guest (guest)', 'Owner', 'Vic Ott']),
    );
    expect(await names()).not.toContain('Kit Knocks (guest)');
    // To a guest only those exist whom they meet in the session.
    const gil = guests[0]?.ctx ?? ana;
    expect((await listMentionable(gil, sessionId)).map(({ name }) => name)).toEqual(['Ana Lima', 'Gil Guest (guest)']);
    const { threadId } = await commentAs(gil, sessionId);
    expect((await getThread(ana, threadId)).comments).toMatchObject([
      { author: { name: 'Gil Guest (guest)' }, mentions: [idOf(ana)] },
    ]);
    await room.db.insert(projectMember).values({ projectId: room.projectId, personId: idOf(ana), teamId: room.teamId });
    await room.db.update(project).set({ isRestricted: true }).where(eq(project.id, room.projectId));
    try {
      expect(await names()).toEqual(['Ana Lima', 'Gil Guest (guest)', 'Owner']);
    } finally {
      await room.db.update(project).set({ isRestricted: false }).where(eq(project.id, room.projectId));
    }
  });
});

describe('anchors', () => {
  test('[CM5] [CM14] the first who finds the words sets the anchor anew; the words stay', async () => {
    const { sessionId, fileId, threadId } = await sessionWithThread(room, ana);
    const [thread] = await listThreads(ana, sessionId);
    if (!thread) throw new Error('no thread');
    const position = {
      start: { item: { client: 7, clock: 1 }, assoc: 0 },
      end: { item: { client: 7, clock: 9 }, assoc: -1 },
    };
    const anchor = { ...thread.anchor, position, startLine: 5, endLine: 5 };
    const given = { threadId, version: 1, fileId, anchor };
    const both = await Promise.all([vic, bo].map((ctx) => moveAnchor(ctx, given)));
    expect(both.map(({ moved }) => moved).toSorted()).toEqual([false, true]);
    expect(await listThreads(ana, sessionId)).toMatchObject([{ anchor, anchorVersion: 2 }]);
    expect(await eventsOf(room, sessionId, 'comment_moved')).toHaveLength(1);
    expect((await auditTrail(room, sessionId)).filter((entry) => entry.endsWith('comment.move'))).toHaveLength(1);
    const others = { ...given, version: 2, anchor: { ...anchor, quote: 'other words' } };
    await expect(moveAnchor(ana, others)).rejects.toMatchObject({ code: 'invalid' });
    await expect(moveAnchor(await stranger(), given)).rejects.toMatchObject({ code: 'not_found' });
    await archive(sessionId);
    await expect(moveAnchor(ana, { ...given, version: 2 })).rejects.toMatchObject({ code: 'conflict' });
  });

  test('[CM6] a thread follows its file through a rename, and keeps the last path of one that is deleted', async () => {
    const { sessionId, fileId, threadId } = await sessionWithThread(room, ana);
    await command(ana, sessionId, { kind: 'rename_path', from: 'money.ts', to: 'src/cash.ts' });
    expect(await listThreads(ana, sessionId)).toMatchObject([{ fileId, path: 'src/cash.ts' }]);
    const { restoreCommit } = await command(ana, sessionId, { kind: 'delete_path', path: 'src/cash.ts' });
    expect(await listThreads(ana, sessionId)).toMatchObject([{ fileId, path: 'src/cash.ts' }]);
    const [thread] = await listThreads(ana, sessionId);
    if (!thread) throw new Error('no thread');
    await expect(moveAnchor(ana, { threadId, version: 1, fileId, anchor: thread.anchor })).rejects.toMatchObject({
      code: 'not_found',
    });
    await command(ana, sessionId, { kind: 'restore_text', path: 'src/cash.ts', commit: restoreCommit });
    const again = await openInRoom(room, ana, { sessionId, path: 'src/cash.ts' });
    expect(again).not.toBe(fileId);
    await moveAnchor(ana, { threadId, version: 1, fileId: again, anchor: thread.anchor });
    expect(await listThreads(ana, sessionId)).toMatchObject([{ fileId: again, path: 'src/cash.ts' }]);
  });
});
