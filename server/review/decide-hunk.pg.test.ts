import { and, eq } from 'drizzle-orm';
import { expect, test } from 'vitest';
import { schema } from '../../db/client.ts';
import { eventually, roomFixture } from '../../db/testing-room.ts';
import { createContext, systemContext, type Context } from '../context.ts';
import { newPerson, newTeam } from '../auth/testing.ts';
import type { HunkState } from '../core/suggestion.ts';
import { newId } from '../platform/ids.ts';
import { notify } from '../platform/notify.ts';
import { requestRoomCommand, requireDone } from '../workspace/room-command.ts';
import { readTestFile } from '../workspace/testing-git.ts';
import { decideAll } from './decide-all.ts';
import { decideHunk } from './decide-hunk.ts';
import { getSuggestion, listSuggestions, type SuggestionHunk } from './queries.ts';
import { revertSuggestion } from './revert-suggestion.ts';
import { reconcileHunks } from './settle-hunk.ts';
import { auditTrail, eventsOf, openInRoom, roomText, suggest, type FileChanges } from './testing.ts';

const room = await roomFixture();
const [ada, bob] = [await room.person('developer', 'Ada'), await room.person('developer', 'Bob')];
const lines = (...list: string[]) => list.map((line) => `${line}\n`).join('');
const base = lines('one', 'two', 'three', 'four', 'five', 'six', 'seven');
const result = lines('one', 'TWO', 'three', 'four', 'five', 'SIX', 'seven');

async function start(
  files: FileChanges = { 'a.ts': result },
  before: Record<string, string | Uint8Array> = { 'a.ts': base },
) {
  const sessionId = await room.session(before);
  const suggestionId = (await suggest(room, sessionId, { files })) ?? '';
  const hunks = await hunksOf(suggestionId);
  return { sessionId, suggestionId, hunks };
}

async function hunksOf(suggestionId: string, ctx: Context = ada): Promise<SuggestionHunk[]> {
  return (await getSuggestion(ctx, suggestionId)).files.flatMap((file) => file.hunks);
}

const statesOf = async (suggestionId: string): Promise<HunkState[]> =>
  (await hunksOf(suggestionId)).map((hunk) => hunk.state);
const idAt = (hunks: readonly SuggestionHunk[], index: number) => hunks[index]?.id ?? '';

/** The session's file as a commit would have it. */
async function fileNow(sessionId: string, path: string): Promise<string> {
  const command = { kind: 'materialize' as const };
  const { commit } = requireDone(await requestRoomCommand(ada, { sessionId, teamId: room.teamId, command }));
  return readTestFile(room.repo, path, commit);
}

test('[RV60] an accepted hunk is merged into what people typed, as the run’s, with event and audit', async () => {
  const { sessionId, suggestionId, hunks } = await start();
  const client = await room.enter(bob, sessionId);
  await openInRoom(room, bob, { sessionId, path: 'a.ts' });
  await eventually(() => expect(roomText(client.doc, 'a.ts')?.toJSON()).toBe(base));
  roomText(client.doc, 'a.ts')?.insert(0, 'typed\n');
  await eventually(async () => expect(await fileNow(sessionId, 'a.ts')).toBe(`typed\n${base}`));
  const decided = await decideHunk(ada, { suggestionId, hunkId: idAt(hunks, 0), decision: 'accept' });
  expect(decided).toMatchObject({ suggestionId, state: 'accepted', hunk: { path: 'a.ts', resultText: 'TWO\n' } });
  const merged = `typed\n${base.replace('two', 'TWO')}`;
  await eventually(() => expect(roomText(client.doc, 'a.ts')?.toJSON()).toBe(merged));
  const updates = await room.db
    .select()
    .from(schema.roomUpdate)
    .where(and(eq(schema.roomUpdate.sessionId, sessionId), eq(schema.roomUpdate.kind, 'accept')));
  expect(updates.map((row) => row.actorKind)).toEqual(['run']);
  expect(await statesOf(suggestionId)).toEqual(['accepted', 'unreviewed']);
  expect(await listSuggestions(ada, sessionId)).toMatchObject([
    { id: suggestionId, hunkCount: 2, decidedCount: 1, agent: 'refactor' },
  ]);
  const body = { type: 'hunk_decided', suggestionId, hunkId: idAt(hunks, 0), path: 'a.ts', decision: 'accept' };
  expect(await eventsOf(room, sessionId, 'hunk_decided')).toEqual([body]);
  expect(await auditTrail(room, suggestionId)).toEqual([
    'refactor suggestion.create',
    'Ada hunk.accept_request',
    'Ada hunk.accept',
  ]);
});

test('[RV61] lines that people changed are a conflict with both versions, and the hunk stays unreviewed', async () => {
  const { sessionId, suggestionId, hunks } = await start();
  const client = await room.enter(bob, sessionId);
  await openInRoom(room, bob, { sessionId, path: 'a.ts' });
  await eventually(() => expect(roomText(client.doc, 'a.ts')).toBeDefined());
  roomText(client.doc, 'a.ts')?.insert(7, ' by Bob');
  await eventually(async () => expect(await fileNow(sessionId, 'a.ts')).toContain('two by Bob'));
  const hunkId = idAt(hunks, 0);
  await expect(decideHunk(ada, { suggestionId, hunkId, decision: 'accept' })).rejects.toMatchObject({
    code: 'conflict',
    details: { path: 'a.ts', base: 'two\n', live: 'two by Bob\n', suggested: 'TWO\n' },
  });
  expect(await statesOf(suggestionId)).toEqual(['unreviewed', 'unreviewed']);
  expect((await auditTrail(room, suggestionId)).at(-1)).toBe('Ada hunk.accept_refused');
  const resolution = { decision: 'accept' as const, resolution: 'TWO by Bob\n' };
  await expect(decideHunk(ada, { suggestionId, hunkId, ...resolution, resolutionFor: 'two\n' })).rejects.toMatchObject({
    code: 'conflict',
  });
  const decided = await decideHunk(ada, { suggestionId, hunkId, ...resolution, resolutionFor: 'two by Bob\n' });
  expect(decided.state).toBe('accepted');
  expect(await fileNow(sessionId, 'a.ts')).toBe(base.replace('two', 'TWO by Bob'));
});

test('[RV62] of two people who decide at once the first wins, the second learns who it was', async () => {
  const { suggestionId, hunks } = await start();
  const hunkId = idAt(hunks, 0);
  const decisions = await Promise.allSettled([
    decideHunk(ada, { suggestionId, hunkId, decision: 'accept' }),
    decideHunk(bob, { suggestionId, hunkId, decision: 'reject', reason: 'no' }),
  ]);
  expect(decisions.map((one) => one.status).toSorted()).toEqual(['fulfilled', 'rejected']);
  const refused = decisions.find((one) => one.status === 'rejected');
  expect(refused?.reason).toMatchObject({
    code: 'conflict',
    message: expect.stringMatching(/^(Ada|Bob) (is accepting|accepted|rejected) this hunk first/),
  });
});

test('[RV63] a rejected hunk changes nothing, keeps its reason, and can be taken up again', async () => {
  const { sessionId, suggestionId, hunks } = await start();
  const hunkId = idAt(hunks, 1);
  await decideHunk(ada, { suggestionId, hunkId, decision: 'reject', reason: ' not now ' });
  expect(await fileNow(sessionId, 'a.ts')).toBe(base);
  const rejected = (await hunksOf(suggestionId))[1];
  expect(rejected).toMatchObject({ state: 'rejected', decision: { by: { name: 'Ada' }, reason: 'not now' } });
  await decideHunk(bob, { suggestionId, hunkId, decision: 'undo' });
  expect(await statesOf(suggestionId)).toEqual(['unreviewed', 'unreviewed']);
  expect((await auditTrail(room, suggestionId)).slice(1)).toEqual(['Ada hunk.reject', 'Bob hunk.undo']);
  expect(await listSuggestions(ada, sessionId)).toMatchObject([{ decidedCount: 0 }]);
  await expect(decideHunk(bob, { suggestionId, hunkId, decision: 'undo' })).rejects.toMatchObject({ code: 'conflict' });
});

test('[RV64] undoing an accepted hunk takes it out of the text', async () => {
  const { sessionId, suggestionId, hunks } = await start();
  for (const { id } of hunks) await decideHunk(ada, { suggestionId, hunkId: id, decision: 'accept' });
  expect(await fileNow(sessionId, 'a.ts')).toBe(result);
  await decideHunk(bob, { suggestionId, hunkId: idAt(hunks, 0), decision: 'undo' });
  expect(await fileNow(sessionId, 'a.ts')).toBe(result.replace('TWO', 'two'));
  expect(await statesOf(suggestionId)).toEqual(['unreviewed', 'accepted']);
  await decideHunk(ada, { suggestionId, hunkId: idAt(hunks, 0), decision: 'accept' });
  expect(await fileNow(sessionId, 'a.ts')).toBe(result);
});

test('[RV65] a hunk whose text was there already is accepted, and undoing that leaves the text alone', async () => {
  const { sessionId, suggestionId, hunks } = await start();
  const client = await room.enter(bob, sessionId);
  await openInRoom(room, bob, { sessionId, path: 'a.ts' });
  await eventually(() => expect(roomText(client.doc, 'a.ts')).toBeDefined());
  roomText(client.doc, 'a.ts')?.delete(4, 3);
  roomText(client.doc, 'a.ts')?.insert(4, 'TWO');
  await eventually(async () => expect(await fileNow(sessionId, 'a.ts')).toContain('TWO'));
  const hunkId = idAt(hunks, 0);
  expect((await decideHunk(ada, { suggestionId, hunkId, decision: 'accept' })).state).toBe('accepted');
  await decideHunk(ada, { suggestionId, hunkId, decision: 'undo' });
  expect(await fileNow(sessionId, 'a.ts')).toContain('TWO');
});

test('[RV66] whole files, bytes and modes are accepted and undone as well', async () => {
  const bytes = new Uint8Array([0, 1, 2]);
  const files = { 'new.ts': 'fresh\n', 'gone.ts': null, 'logo.png': new Uint8Array([0, 9]), 'crlf.txt': 'a\r\nB\r\n' };
  const before = { 'gone.ts': 'old\n', 'logo.png': bytes, 'crlf.txt': 'a\r\nb\r\n' };
  const { sessionId, suggestionId, hunks } = await start(files, before);
  expect(new Set(hunks.map((hunk) => hunk.kind))).toEqual(new Set(['add', 'delete', 'replace', 'text']));
  const answer = await decideAll(ada, { suggestionId, decision: 'accept' });
  expect(answer.conflicts).toEqual([]);
  expect(await fileNow(sessionId, 'new.ts')).toBe('fresh\n');
  expect(await fileNow(sessionId, 'crlf.txt')).toBe('a\r\nB\r\n');
  expect(await fileNow(sessionId, 'logo.png')).toBe('\0\t');
  await expect(fileNow(sessionId, 'gone.ts')).rejects.toThrow('no gone.ts');
  const reverted = await revertSuggestion(bob, { suggestionId });
  expect(reverted.conflicts).toEqual([]);
  expect(await fileNow(sessionId, 'gone.ts')).toBe('old\n');
  expect(await fileNow(sessionId, 'crlf.txt')).toBe('a\r\nb\r\n');
  expect(await fileNow(sessionId, 'logo.png')).toBe('\0\u0001\u0002');
  await expect(fileNow(sessionId, 'new.ts')).rejects.toThrow('no new.ts');
  await expect(revertSuggestion(bob, { suggestionId })).rejects.toMatchObject({ code: 'conflict' });
});

test('[RV67] deciding on all that is left stops at no conflict and lists them', async () => {
  const { sessionId, suggestionId, hunks } = await start(
    { 'a.ts': result, 'b.ts': 'B\n' },
    { 'a.ts': base, 'b.ts': 'b\n' },
  );
  const client = await room.enter(bob, sessionId);
  await openInRoom(room, bob, { sessionId, path: 'a.ts' });
  await eventually(() => expect(roomText(client.doc, 'a.ts')).toBeDefined());
  roomText(client.doc, 'a.ts')?.insert(7, ' by Bob');
  await eventually(async () => expect(await fileNow(sessionId, 'a.ts')).toContain('two by Bob'));
  await decideAll(ada, { suggestionId, decision: 'reject', path: 'b.ts' });
  const answer = await decideAll(ada, { suggestionId, decision: 'accept' });
  expect(answer.decided.map((one) => one.hunkId)).toEqual([idAt(hunks, 1)]);
  expect(answer.conflicts).toMatchObject([{ hunkId: idAt(hunks, 0), path: 'a.ts' }]);
  expect(await statesOf(suggestionId)).toEqual(['unreviewed', 'accepted', 'rejected']);
});

test('[RV68] decisions left in the middle by a stop are settled by the room’s answer', async () => {
  const { sessionId, suggestionId, hunks } = await start();
  const { teamId } = room;
  const commands = [newId('cmd'), newId('cmd')];
  for (const [index, state] of (['done', 'failed'] as const).entries()) {
    const hunkId = idAt(hunks, index);
    const id = commands[index] ?? '';
    const result_ = state === 'done' ? { path: 'a.ts' } : { code: 'conflict', message: 'no' };
    const actor = { kind: 'person' as const, id: 'per_x', name: 'Ada' };
    await room.db.insert(schema.roomCommand).values({
      id,
      teamId,
      sessionId,
      kind: 'apply_hunk',
      payload: { suggestionId, hunkId },
      actor,
      state,
      result: result_,
    });
    await room.db
      .insert(schema.hunkDecision)
      .values({ suggestionId, hunkId, teamId, path: 'a.ts', state: 'applying', decidedBy: 'per_x', commandId: id });
  }
  expect(await statesOf(suggestionId)).toEqual(['accepted', 'unreviewed']);
  expect(await reconcileHunks(systemContext('test', { db: room.db }))).toBe(2);
  const rows = await room.db
    .select()
    .from(schema.hunkDecision)
    .where(eq(schema.hunkDecision.suggestionId, suggestionId));
  expect(rows.map((row) => row.state)).toEqual(['accepted']);
  expect(await reconcileHunks(systemContext('test', { db: room.db }))).toBe(0);
  expect(await listSuggestions(ada, sessionId)).toMatchObject([{ decidedCount: 1 }]);
});

test('[RV69] a room that does not answer in time leaves the hunk `applying`, and settles it later', async () => {
  const { sessionId, suggestionId, hunks } = await start();
  const elsewhere = { nodeId: 'node_elsewhere', address: 'http://127.0.0.1:1' };
  await room.db.insert(schema.webNode).values({ ...elsewhere, expiresAt: new Date(Date.now() + 60_000) });
  await room.db.insert(schema.roomLease).values({ sessionId, nodeId: elsewhere.nodeId, fence: 1 });
  const hunkId = idAt(hunks, 0);
  expect((await decideHunk(ada, { suggestionId, hunkId, decision: 'accept' })).state).toBe('applying');
  await expect(decideHunk(bob, { suggestionId, hunkId, decision: 'undo' })).rejects.toMatchObject({ code: 'conflict' });
  await room.db
    .update(schema.webNode)
    .set({ expiresAt: new Date(0) })
    .where(eq(schema.webNode.nodeId, elsewhere.nodeId));
  await notify(room.db, 'room_command', `${sessionId}:again`);
  await eventually(async () => expect(await statesOf(suggestionId)).toEqual(['accepted', 'unreviewed']));
});

test('viewers see suggestions and decide nothing; other teams see nothing', async () => {
  const { sessionId, suggestionId, hunks } = await start();
  const viewer = await room.person('viewer', 'Vic');
  const stranger = await newPerson('Stu');
  await newTeam('Beta', [[stranger, 'admin']]);
  const hunkId = idAt(hunks, 0);
  expect(await hunksOf(suggestionId, viewer)).toHaveLength(2);
  for (const decision of ['accept', 'reject', 'undo'] as const) {
    await expect(decideHunk(viewer, { suggestionId, hunkId, decision })).rejects.toMatchObject({ code: 'forbidden' });
    await expect(decideHunk(stranger.ctx, { suggestionId, hunkId, decision })).rejects.toMatchObject({
      code: 'not_found',
    });
  }
  await expect(decideAll(viewer, { suggestionId, decision: 'accept' })).rejects.toMatchObject({ code: 'forbidden' });
  await expect(revertSuggestion(viewer, { suggestionId })).rejects.toMatchObject({ code: 'forbidden' });
  await expect(getSuggestion(stranger.ctx, suggestionId)).rejects.toMatchObject({ code: 'not_found' });
  await expect(listSuggestions(stranger.ctx, sessionId)).rejects.toMatchObject({ code: 'not_found' });
  await expect(getSuggestion(createContext({ db: room.db }), suggestionId)).rejects.toMatchObject({
    code: 'unauthenticated',
  });
  await expect(getSuggestion(ada, 'sug_none')).rejects.toMatchObject({ code: 'not_found' });
  await expect(decideHunk(ada, { suggestionId, hunkId: 'f'.repeat(16), decision: 'accept' })).rejects.toMatchObject({
    code: 'not_found',
  });
  expect(await auditTrail(room, suggestionId)).toEqual(['refactor suggestion.create']);
});
