import { and, eq, inArray } from 'drizzle-orm';
import { expect, test } from 'vitest';
import * as Y from 'yjs';
import { schema } from '../../db/client.ts';
import { eventually, roomFixture, sessionRow } from '../../db/testing-room.ts';
import { systemContext, withTransaction, type Context } from '../context.ts';
import { newId } from '../platform/ids.ts';
import { createSuggestion, prepareSuggestion } from '../review/create-suggestion.ts';
import { getSuggestion } from '../review/queries.ts';
import { openFile } from '../sessions/open-file.ts';
import { readBlob, readTree } from '../workspace/git-objects.ts';
import { requestRoomCommand, requireDone, type RoomCommand } from '../workspace/room-command.ts';

const room = await roomFixture();
const lines = (...changed: [number, string][]) => {
  const text = Array.from({ length: 20 }, (_value, at) => `line ${at + 1}`);
  for (const [line, value] of changed) text[line - 1] = value;
  return `${text.join('\n')}\n`;
};

async function ask<Command extends RoomCommand>(ctx: Context, sessionId: string, command: Command) {
  return requireDone(await requestRoomCommand(ctx, { sessionId, teamId: room.teamId, command }));
}

/** A session and a suggestion that turns its files into `result`. */
async function suggest(base: Record<string, string>, result: Record<string, string>) {
  const sessionId = await room.session(base);
  const { headCommit: baseCommit, createdBy } = await sessionRow(room.db, sessionId);
  const { headCommit: resultCommit } = await sessionRow(room.db, await room.session(result));
  const runId = newId('run');
  const run = {
    agent: 'refactor',
    mode: 'edit' as const,
    prompt: 'p',
    askedBy: createdBy,
    state: 'succeeded' as const,
    position: 1,
  };
  await room.db.insert(schema.run).values({ id: runId, teamId: room.teamId, sessionId, ...run });
  const ctx = systemContext('test', { db: room.db });
  const prepared = await prepareSuggestion(ctx, { runId, teamId: room.teamId, baseCommit, resultCommit });
  if (!prepared) throw new Error('nothing to suggest');
  const { suggestionId } = await withTransaction(ctx, (tx) => createSuggestion(tx, prepared));
  const ada = await room.person();
  const view = await getSuggestion(ada, suggestionId);
  const hunks = view.files.flatMap((file) => file.hunks.map((hunk) => ({ path: file.path, id: hunk.id })));
  return { sessionId, runId, suggestionId, ada, hunks };
}

async function stateOf(ctx: Context, sessionId: string, path: string) {
  const { commit } = await ask(ctx, sessionId, { kind: 'materialize' });
  const entry = (await readTree(room.repo, commit)).find((one) => one.path === path);
  return entry && Buffer.from(await readBlob(room.repo, entry.oid, 1e6)).toString();
}

test('[CB50] an accepted hunk comes into text that people changed elsewhere, as the run’s, and can be taken out again', async () => {
  const given = await suggest({ 'a.txt': lines() }, { 'a.txt': lines([15, 'suggested']) });
  const { ada, sessionId, suggestionId, runId } = given;
  const client = await room.enter(ada, sessionId);
  const { fileId } = await openFile(ada, { sessionId, path: 'a.txt' });
  const text = await eventualText(client.doc, fileId);
  text.insert(0, 'typed ');
  await eventually(async () => expect(await stateOf(ada, sessionId, 'a.txt')).toContain('typed'));
  const hunkId = given.hunks[0]?.id ?? '';
  expect(await ask(ada, sessionId, { kind: 'apply_hunk', suggestionId, hunkId })).toEqual({
    path: 'a.txt',
    changed: true,
  });
  await eventually(() => expect(text.toJSON()).toBe(`typed ${lines([15, 'suggested'])}`));
  const rows = await room.db
    .select()
    .from(schema.roomUpdate)
    .where(and(eq(schema.roomUpdate.sessionId, sessionId), eq(schema.roomUpdate.kind, 'accept')));
  expect(rows).toMatchObject([{ actorKind: 'run', actorId: runId }]);
  expect(await ask(ada, sessionId, { kind: 'apply_hunk', suggestionId, hunkId })).toEqual({
    path: 'a.txt',
    changed: false,
  });
  await ask(ada, sessionId, { kind: 'undo_hunk', suggestionId, hunkId });
  await eventually(() => expect(text.toJSON()).toBe(`typed ${lines()}`));
});

test('[CB50] a hunk of a file that nobody opened opens it: its text is the server’s, the change the run’s', async () => {
  const { ada, sessionId, suggestionId, runId, hunks } = await suggest(
    { 'a.txt': lines() },
    { 'a.txt': lines([3, 'new']) },
  );
  await ask(ada, sessionId, { kind: 'apply_hunk', suggestionId, hunkId: hunks[0]?.id ?? '' });
  expect(await stateOf(ada, sessionId, 'a.txt')).toBe(lines([3, 'new']));
  const rows = await room.db
    .select({ kind: schema.roomUpdate.kind, actorId: schema.roomUpdate.actorId })
    .from(schema.roomUpdate)
    .where(and(eq(schema.roomUpdate.sessionId, sessionId), inArray(schema.roomUpdate.kind, ['open', 'accept'])));
  expect(rows).toEqual([
    { kind: 'open', actorId: 'room' },
    { kind: 'accept', actorId: runId },
  ]);
});

test('[CB51] where people changed the same lines the command fails with both texts and changes nothing', async () => {
  const { ada, sessionId, suggestionId, hunks } = await suggest(
    { 'a.txt': lines() },
    { 'a.txt': lines([3, 'suggested']) },
  );
  const client = await room.enter(ada, sessionId);
  const { fileId } = await openFile(ada, { sessionId, path: 'a.txt' });
  const text = await eventualText(client.doc, fileId);
  const at = text.toJSON().indexOf('line 3');
  text.insert(at, 'typed ');
  await eventually(async () => expect(await stateOf(ada, sessionId, 'a.txt')).toContain('typed'));
  const command = { kind: 'apply_hunk' as const, suggestionId, hunkId: hunks[0]?.id ?? '' };
  await expect(ask(ada, sessionId, command)).rejects.toMatchObject({
    code: 'conflict',
    details: { path: 'a.txt', base: 'line 3\n', live: 'typed line 3\n', suggested: 'suggested\n' },
  });
  expect(text.toJSON()).toBe(lines([3, 'typed line 3']));
  await ask(ada, sessionId, { ...command, resolution: 'both\n', resolutionFor: 'typed line 3\n' });
  await eventually(() => expect(text.toJSON()).toBe(lines([3, 'both'])));
});

test('[CB50] new and deleted files and the executable bit are accepted and undone', async () => {
  const base = { 'gone.txt': 'gone\n', 'keep.txt': 'k\n' };
  const { ada, sessionId, suggestionId, hunks } = await suggest(base, { 'new.sh': 'echo\n', 'keep.txt': 'k\n' });
  for (const hunk of hunks) await ask(ada, sessionId, { kind: 'apply_hunk', suggestionId, hunkId: hunk.id });
  expect(await stateOf(ada, sessionId, 'gone.txt')).toBeUndefined();
  expect(await stateOf(ada, sessionId, 'new.sh')).toBe('echo\n');
  for (const hunk of hunks) await ask(ada, sessionId, { kind: 'undo_hunk', suggestionId, hunkId: hunk.id });
  expect(await stateOf(ada, sessionId, 'gone.txt')).toBe('gone\n');
  expect(await stateOf(ada, sessionId, 'new.sh')).toBeUndefined();
});

async function eventualText(doc: Y.Doc, fileId: string): Promise<Y.Text> {
  const find = () => doc.getMap<Y.Map<unknown>>('files').get(fileId)?.get('text');
  await eventually(() => expect(find()).toBeDefined());
  const text = find();
  if (!(text instanceof Y.Text)) throw new Error('no text');
  return text;
}
