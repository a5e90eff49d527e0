import { eq } from 'drizzle-orm';
import { expect, test } from 'vitest';
import type * as Y from 'yjs';
import { schema } from '@/db/client.ts';
import { eventually, roomFixture, type Client } from '@/db/testing-room.ts';
import type { Context } from '@/server/context.ts';
import { lineAt } from '@/server/core/comment-anchor.ts';
import { startThread } from '@/server/review/comments/start-thread.ts';
import { listThreads } from '@/server/review/comments/queries.ts';
import { decideHunk } from '@/server/review/decide-hunk.ts';
import { getSuggestion } from '@/server/review/queries.ts';
import { openInRoom, roomText, suggest } from '@/server/review/testing.ts';
import { requestRoomCommand, requireDone, type RoomCommand } from '@/server/workspace/room-command.ts';
import { anchorRange, liveText, locate } from './anchor-range.ts';

/** Anchors against the real room: what it does to a text, and what it stores of it. */

const room = await roomFixture();
const [ana, bo] = [await room.person('developer', 'Ana'), await room.person('viewer', 'Bo')];
const line = 'const total = price * 100;';
const before = `alpha();\n${line}\nomega();\nend();\n`;

async function ask<Asked extends RoomCommand>(ctx: Context, sessionId: string, command: Asked) {
  return requireDone(await requestRoomCommand(ctx, { sessionId, teamId: room.teamId, command }));
}

async function textIn(client: Client, path: string): Promise<Y.Text> {
  await eventually(() => expect(roomText(client.doc, path)).toBeDefined());
  const text = roomText(client.doc, path);
  if (!text) throw new Error(`no ${path}`);
  return text;
}

async function commented() {
  const sessionId = await room.session({ 'money.ts': before });
  const fileId = await openInRoom(room, ana, { sessionId, path: 'money.ts' });
  const client = await room.enter(ana, sessionId);
  const text = await textIn(client, 'money.ts');
  const start = before.indexOf(line);
  const anchor = anchorRange(text, { start, end: start + line.length });
  await startThread(ana, { sessionId, fileId, anchor, body: 'Why 100?' });
  return { sessionId, fileId, client, text };
}

/** What someone who comes now sees of the thread. */
async function seenBy(ctx: Context, sessionId: string, path = 'money.ts') {
  const [thread] = await listThreads(ctx, sessionId);
  const text = await textIn(await room.enter(ctx, sessionId), path);
  if (!thread) throw new Error('no thread');
  const place = locate(liveText(text), thread.anchor, true);
  if (place.state === 'gone') return { state: place.state };
  const words = text.toString().slice(place.start, place.end);
  return { state: place.state, words, line: lineAt(text.toString(), place.start) };
}

test('[CM2] anchors outlast typing, a folded log, another owner, a rename and what an agent changed around them', async () => {
  const { sessionId, text } = await commented();
  text.insert(0, 'first();\n');
  for (let count = 0; count < 600; count += 1) text.insert(text.length, 'x');
  await eventually(async () => expect((await seenBy(bo, sessionId)).line).toBe(3));
  await room.server.restart();
  const snapshots = await room.db
    .select()
    .from(schema.roomSnapshot)
    .where(eq(schema.roomSnapshot.sessionId, sessionId));
  expect(snapshots).toHaveLength(1);
  expect(await seenBy(bo, sessionId)).toEqual({ state: 'here', words: line, line: 3 });
  await ask(ana, sessionId, { kind: 'rename_path', from: 'money.ts', to: 'cash.ts' });
  expect(await seenBy(bo, sessionId, 'cash.ts')).toEqual({ state: 'here', words: line, line: 3 });

  const { commit: base } = await ask(ana, sessionId, { kind: 'materialize' });
  const now = (await textIn(await room.enter(ana, sessionId), 'cash.ts')).toString();
  const files = { 'cash.ts': now.replace('alpha();', 'alpha(1);\nbeta();').replace('price * 100', 'price * scale') };
  const suggestionId = (await suggest(room, sessionId, { base, files })) ?? '';
  const hunks = (await getSuggestion(ana, suggestionId)).files.flatMap((file) => file.hunks);
  for (const { id: hunkId } of hunks) await decideHunk(ana, { suggestionId, hunkId, decision: 'accept' });
  expect(await seenBy(bo, sessionId, 'cash.ts')).toMatchObject({ state: 'here', line: 4 });
  expect((await seenBy(bo, sessionId, 'cash.ts')).words).toMatch(/^const total = price \* scale;$/);
});

test('[CM3] [CM4] [CM6] a deleted file that is restored, and a text that is set back, have the words again', async () => {
  const { sessionId, text } = await commented();
  const { restoreCommit } = await ask(ana, sessionId, { kind: 'delete_path', path: 'money.ts' });
  await ask(ana, sessionId, { kind: 'restore_text', path: 'money.ts', commit: restoreCommit });
  await openInRoom(room, ana, { sessionId, path: 'money.ts' });
  expect(await seenBy(bo, sessionId)).toEqual({ state: 'found', words: line, line: 2 });
  expect(text.doc).not.toBeNull();

  const second = await commented();
  const { commit } = await ask(ana, second.sessionId, { kind: 'materialize' });
  second.text.delete(0, second.text.length);
  second.text.insert(0, 'all of it is new\n');
  await eventually(async () => expect(await seenBy(bo, second.sessionId)).toEqual({ state: 'gone' }));
  await ask(ana, second.sessionId, { kind: 'restore_text', path: 'money.ts', commit });
  expect(await seenBy(bo, second.sessionId)).toMatchObject({ words: line, line: 2 });
});
