import { randomBytes } from 'node:crypto';
import { eq } from 'drizzle-orm';
import { expect, test } from 'vitest';
import { schema } from '../../db/client.ts';
import { eventually, roomFixture, sessionRow } from '../../db/testing-room.ts';
import { newPerson, newTeam } from '../auth/testing.ts';
import { createContext, type Context } from '../context.ts';
import { decideAll } from '../review/decide-all.ts';
import { revertSuggestion } from '../review/revert-suggestion.ts';
import { auditTrail, commitFiles, eventsOf, openInRoom, roomText, suggest } from '../review/testing.ts';
import { log, resolveCommit, updateRef } from '../workspace/git.ts';
import { diffCommits } from '../workspace/git-objects.ts';
import { requestRoomCommand, requireDone } from '../workspace/room-command.ts';
import { readTestFile } from '../workspace/testing-git.ts';
import { branchHistory } from './branch-history.ts';
import { createCommit } from './create-commit.ts';
import { createFile, deletePath } from './file-commands.ts';
import { mergeBranch } from './merge-branch.ts';
import { proposeCommit } from './propose-commit.ts';

const room = await roomFixture();
const [ada, bob] = [await room.person('developer', 'Ada'), await room.person('developer', 'Bob')];
const personId = (ctx: Context) => (ctx.actor?.kind === 'person' ? ctx.actor.personId : '');
const email = (ctx: Context) => (ctx.actor?.kind === 'person' ? ctx.actor.email : '');
const lines = (...list: string[]) => list.map((line) => `${line}\n`).join('');
const base = lines('one', 'two', 'three', 'four', 'five');

/** A session whose branch exists and is at its base. */
async function start(files: Record<string, string> = { 'a.ts': base }) {
  const sessionId = await room.session(files);
  const branch = `work-${randomBytes(4).toString('hex')}`;
  await room.db.update(schema.session).set({ branch }).where(eq(schema.session.id, sessionId));
  const { baseCommit } = await sessionRow(room.db, sessionId);
  await updateRef(room.repo, `refs/heads/${branch}`, { to: baseCommit, expected: null });
  return { sessionId, branch, baseCommit };
}

async function type(ctx: Context, at: { sessionId: string; path: string }, edit: (text: string) => [number, string]) {
  const client = await room.enter(ctx, at.sessionId);
  await openInRoom(room, ctx, at);
  await eventually(() => expect(roomText(client.doc, at.path)).toBeDefined());
  const [index, insert] = edit(roomText(client.doc, at.path)?.toJSON() ?? '');
  roomText(client.doc, at.path)?.insert(index, insert);
  await eventually(async () => expect(await fileNow(at.sessionId, at.path)).toContain(insert));
  return client;
}

async function fileNow(sessionId: string, path: string): Promise<string> {
  const command = { kind: 'materialize' as const };
  const { commit } = requireDone(await requestRoomCommand(ada, { sessionId, teamId: room.teamId, command }));
  return readTestFile(room.repo, path, commit);
}

const tipOf = async (branch: string) => (await resolveCommit(room.repo, `refs/heads/${branch}`)) ?? '';

/** Someone else’s commit on the branch. */
async function commitElsewhere(branch: string, files: Record<string, string>) {
  const tip = await tipOf(branch);
  const commit = await commitFiles(room.repo, tip, files);
  await updateRef(room.repo, `refs/heads/${branch}`, { to: commit, expected: tip });
  return commit;
}

test('[RV50] [RV51] [RV52] a commit has the session’s state, the person as author, and everyone else in trailers', async () => {
  const { sessionId, branch, baseCommit } = await start();
  await type(bob, { sessionId, path: 'a.ts' }, () => [0, 'typed by bob\n']);
  const files = { 'a.ts': base.replace('four', 'FOUR') };
  const suggestionId =
    (await suggest(room, sessionId, {
      files,
      base: baseCommit,
      prompt: 'shout four',
      askedBy: personId(ada),
      model: 'big-1',
    })) ?? '';
  await decideAll(ada, { suggestionId, decision: 'accept' });
  const proposal = await proposeCommit(ada, { sessionId });
  expect(proposal).toMatchObject({
    message: 'Shout four',
    files: [{ path: 'a.ts', status: 'modified' }],
    branchMoved: false,
    merging: false,
    willPush: false,
  });
  const made = await createCommit(ada, { sessionId, message: proposal.message });
  expect(made).toMatchObject({ branch, pushState: 'none', pushError: undefined });
  expect(made.provenance.people).toEqual([
    { id: personId(ada), name: 'Ada', typed: false, prompted: true },
    { id: personId(bob), name: 'Bob', typed: true, prompted: false },
  ]);
  expect(made.provenance.runs).toMatchObject([{ agent: 'refactor', model: 'big-1', hunks: 1 }]);
  expect(await tipOf(branch)).toBe(made.commit);
  const [commit] = await log(room.repo, made.commit, { limit: 1 });
  expect(commit).toMatchObject({
    parents: [baseCommit],
    subject: 'Shout four',
    author: { name: 'Ada', email: email(ada) },
  });
  expect(commit?.body).toBe(`Co-authored-by: Bob <${email(bob)}>\nAssisted-by: refactor:big-1`);
  expect(await readTestFile(room.repo, 'a.ts', made.commit)).toBe(`typed by bob\n${base.replace('four', 'FOUR')}`);
  expect(await sessionRow(room.db, sessionId)).toMatchObject({ baseCommit: made.commit });
  expect(await eventsOf(room, sessionId, 'committed')).toMatchObject([{ commit: made.commit, pushed: false }]);
  expect(await auditTrail(room, made.commit)).toEqual(['Ada commit.create']);
  await expect(createCommit(ada, { sessionId, message: 'again' })).rejects.toMatchObject({
    code: 'conflict',
    message: expect.stringContaining('Nothing has changed'),
  });
});

test('[RV54] people and agents are named in the commit their work is in, not in the next', async () => {
  const { sessionId } = await start();
  const client = await type(bob, { sessionId, path: 'a.ts' }, () => [0, 'first\n']);
  await createCommit(ada, { sessionId, message: 'first' });
  client.provider.destroy();
  await type(ada, { sessionId, path: 'a.ts' }, () => [0, 'second\n']);
  const made = await createCommit(ada, { sessionId, message: 'second' });
  expect(made.provenance).toMatchObject({ people: [{ name: 'Ada', typed: true }], runs: [] });
  expect(made.message).toBe('second\n');
});

test('[RV55] what others committed to the branch is merged in when it touches other places', async () => {
  const { sessionId, branch } = await start({ 'a.ts': base, 'b.ts': 'b\n' });
  await type(ada, { sessionId, path: 'a.ts' }, () => [0, 'mine\n']);
  const theirs = await commitElsewhere(branch, { 'a.ts': base.replace('five', 'FIVE'), 'b.ts': 'theirs\n' });
  const made = await createCommit(ada, { sessionId, message: 'mine' });
  const [commit] = await log(room.repo, made.commit, { limit: 1 });
  expect(commit?.parents).toEqual([theirs]);
  expect(await readTestFile(room.repo, 'a.ts', made.commit)).toBe(`mine\n${base.replace('five', 'FIVE')}`);
  expect((await diffCommits(room.repo, theirs, made.commit)).map((change) => change.path)).toEqual(['a.ts']);
  expect(await fileNow(sessionId, 'b.ts')).toBe('theirs\n');
});

test('[RV56] the same places are a conflict: merged into the room with marks, and committed when people resolved them', async () => {
  const { sessionId, branch } = await start();
  const client = await type(ada, { sessionId, path: 'a.ts' }, (text) => [text.indexOf('two') + 3, ' mine']);
  const theirs = await commitElsewhere(branch, { 'a.ts': base.replace('two', 'two theirs') });
  await expect(createCommit(ada, { sessionId, message: 'mine' })).rejects.toMatchObject({
    code: 'conflict',
    details: { files: ['a.ts'], branch, tip: theirs, reason: 'branch_moved', offer: 'merge_branch' },
  });
  expect(await fileNow(sessionId, 'a.ts')).toBe(base.replace('two', 'two mine'));
  expect(await mergeBranch(ada, { sessionId })).toEqual({ commit: theirs, paths: ['a.ts'], conflicts: ['a.ts'] });
  const marked = await fileNow(sessionId, 'a.ts');
  expect(marked).toContain('<<<<<<< this session\ntwo mine\n=======\ntwo theirs\n>>>>>>> ');
  expect(await auditTrail(room, sessionId)).toContain('Ada session.merge');
  await expect(createCommit(ada, { sessionId, message: 'mine' })).rejects.toMatchObject({
    details: { files: ['a.ts'], reason: 'marks' },
  });
  const text = roomText(client.doc, 'a.ts');
  await eventually(() => expect(text?.toJSON()).toBe(marked));
  text?.delete(0, text.length);
  text?.insert(0, base.replace('two', 'two of both'));
  await eventually(async () => expect(await fileNow(sessionId, 'a.ts')).toContain('two of both'));
  const made = await createCommit(ada, { sessionId, message: 'both' });
  expect((await log(room.repo, made.commit, { limit: 1 }))[0]?.parents).toEqual([theirs]);
});

test('[RV57] an accepted suggestion can be reverted after it was committed', async () => {
  const { sessionId } = await start();
  const suggestionId = (await suggest(room, sessionId, { files: { 'a.ts': base.replace('two', 'TWO') } })) ?? '';
  await decideAll(ada, { suggestionId, decision: 'accept' });
  await createCommit(ada, { sessionId, message: 'with it' });
  expect(await revertSuggestion(ada, { suggestionId })).toMatchObject({
    conflicts: [],
    decided: [{ state: 'unreviewed' }],
  });
  const made = await createCommit(ada, { sessionId, message: 'without it' });
  expect(await readTestFile(room.repo, 'a.ts', made.commit)).toBe(base);
});

test('[RV58] the history of the branch is read page by page, whatever is committed meanwhile', async () => {
  const { sessionId, branch, baseCommit } = await start();
  const second = await commitElsewhere(branch, { 'a.ts': '2\n' });
  const third = await commitElsewhere(branch, { 'a.ts': '3\n' });
  const viewer = await room.person('viewer', 'Vic');
  const first = await branchHistory(viewer, { sessionId, limit: 2 });
  expect(first).toMatchObject({ branch, items: [{ commit: third }, { commit: second }] });
  await commitElsewhere(branch, { 'a.ts': '4\n' });
  const next = await branchHistory(viewer, {
    sessionId,
    limit: 2,
    ...(first.nextCursor && { cursor: first.nextCursor }),
  });
  expect(next).toMatchObject({ items: [{ commit: baseCommit, subject: 'base' }], nextCursor: undefined });
  await expect(branchHistory(viewer, { sessionId, cursor: 'x' })).rejects.toMatchObject({ code: 'invalid' });
});

test('viewers and other teams commit and merge nothing', async () => {
  const { sessionId } = await start();
  const viewer = await room.person('viewer', 'Vic');
  const stranger = await newPerson('Stu');
  await newTeam('Beta', [[stranger, 'admin']]);
  for (const [ctx, code] of [
    [viewer, 'forbidden'],
    [stranger.ctx, 'not_found'],
    [createContext({ db: room.db }), 'unauthenticated'],
  ] as const) {
    await expect(createCommit(ctx, { sessionId, message: 'x' })).rejects.toMatchObject({ code });
    await expect(mergeBranch(ctx, { sessionId })).rejects.toMatchObject({ code });
    await expect(proposeCommit(ctx, { sessionId })).rejects.toMatchObject({ code });
  }
  await expect(branchHistory(stranger.ctx, { sessionId })).rejects.toMatchObject({ code: 'not_found' });
  await room.db.update(schema.session).set({ archivedAt: new Date() }).where(eq(schema.session.id, sessionId));
  await expect(createCommit(ada, { sessionId, message: 'x' })).rejects.toMatchObject({ code: 'conflict' });
  await expect(createFile(ada, { sessionId, path: 'x.txt' })).rejects.toMatchObject({ code: 'conflict' });
  await expect(deletePath(ada, { sessionId, path: 'x.txt' })).rejects.toMatchObject({ code: 'conflict' });
});
