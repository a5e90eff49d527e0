import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { eq } from 'drizzle-orm';
import { afterAll, expect, test } from 'vitest';
import { schema } from '../../db/client.ts';
import { eventually, roomFixture, sessionRow } from '../../db/testing-room.ts';
import { auditTrail, commitFiles, openInRoom, roomText } from '../review/testing.ts';
import { privateGitHostsSetting } from '../workspace/address-policy.ts';
import { initBareRepo, log, resolveCommit, updateRef } from '../workspace/git.ts';
import { fetchBranch } from '../workspace/git-remote.ts';
import { sealCredential } from '../workspace/project-credential.ts';
import { startGitServer } from '../workspace/testing-git-server.ts';
import { requestRoomCommand, requireDone } from '../workspace/room-command.ts';
import { readTestFile } from '../workspace/testing-git.ts';
import { createCommit } from './create-commit.ts';
import { fetchUpstream } from './fetch-upstream.ts';
import { proposeCommit } from './propose-commit.ts';
import { pushBranch } from './push-branch.ts';

const room = await roomFixture();
const ada = await room.person('developer', 'Ada');
const folder = await mkdtemp(path.join(tmpdir(), 'ensemble-upstream-'));
const upstream = path.join(folder, 'up.git');
await initBareRepo(upstream);
await writeFile(path.join(upstream, 'config'), '[core]\n\tbare = true\n[http]\n\treceivepack = true\n');
const server = await startGitServer(folder);
const base = 'one\ntwo\nthree\nfour\nfive\n';
const maxBytes = 1_000_000_000;

afterAll(async () => {
  await server.stop();
  await rm(folder, { recursive: true, force: true });
});

const setUpstream = (area: 'open' | 'locked' | undefined, withCredential: boolean) =>
  room.db
    .update(schema.project)
    .set({
      upstreamUrl: area ? server.url(`${area}/up.git`) : null,
      credentialSealed: withCredential ? sealCredential({ username: 'user', password: 'pass' }) : null,
    })
    .where(eq(schema.project.id, room.projectId));

await room.db
  .insert(schema.installationSetting)
  .values({ name: privateGitHostsSetting, value: '127.0.0.1' })
  .onConflictDoUpdate({ target: schema.installationSetting.name, set: { value: '127.0.0.1' } });

/** A session on a branch that is the same here and in the upstream. */
async function start() {
  const sessionId = await room.session({ 'a.ts': base });
  const branch = `work-${randomBytes(4).toString('hex')}`;
  await room.db.update(schema.session).set({ branch }).where(eq(schema.session.id, sessionId));
  const { baseCommit } = await sessionRow(room.db, sessionId);
  await updateRef(room.repo, `refs/heads/${branch}`, { to: baseCommit, expected: null });
  await fetchBranch({ url: room.repo, repo: upstream, branch, intoRef: `refs/heads/${branch}`, maxBytes });
  return { sessionId, branch, baseCommit };
}

async function type(sessionId: string, index: number, insert: string) {
  const client = await room.enter(ada, sessionId);
  await openInRoom(room, ada, { sessionId, path: 'a.ts' });
  await eventually(() => expect(roomText(client.doc, 'a.ts')).toBeDefined());
  roomText(client.doc, 'a.ts')?.insert(index, insert);
  await eventually(async () => expect(await textNow(sessionId)).toContain(insert));
  return client;
}

async function textNow(sessionId: string): Promise<string> {
  const command = { kind: 'materialize' as const };
  const { commit } = requireDone(await requestRoomCommand(ada, { sessionId, teamId: room.teamId, command }));
  return readTestFile(room.repo, 'a.ts', commit);
}

async function commitUpstream(branch: string, text: string): Promise<string> {
  const tip = (await resolveCommit(upstream, branch)) ?? '';
  const commit = await commitFiles(upstream, tip, { 'a.ts': text });
  await updateRef(upstream, `refs/heads/${branch}`, { to: commit, expected: tip });
  return commit;
}

test('[RV70] a commit is pushed by itself when the project has an upstream and a credential', async () => {
  await setUpstream('locked', true);
  const { sessionId, branch } = await start();
  await type(sessionId, 0, 'mine\n');
  expect((await proposeCommit(ada, { sessionId })).willPush).toBe(true);
  const made = await createCommit(ada, { sessionId, message: 'mine' });
  expect(made).toMatchObject({ pushState: 'pushed', pushError: undefined });
  expect(await resolveCommit(upstream, branch)).toBe(made.commit);
  expect(await auditTrail(room, made.commit)).toEqual(['Ada commit.create', 'Ada branch.push']);
});

test('[RV71] a refused push keeps the commit and says why; fetch and merge, then the push goes through', async () => {
  await setUpstream('locked', true);
  const { sessionId, branch } = await start();
  const client = await type(sessionId, base.indexOf('two') + 3, ' mine');
  const theirs = await commitUpstream(branch, base.replace('two', 'two theirs').replace('five', 'FIVE'));
  const made = await createCommit(ada, { sessionId, message: 'mine' });
  expect(made).toMatchObject({ pushState: 'refused', pushError: expect.stringContaining('moved') });
  await expect(pushBranch(ada, { sessionId })).rejects.toMatchObject({
    code: 'conflict',
    details: { offer: 'fetch_upstream' },
  });
  const fetched = await fetchUpstream(ada, { sessionId });
  expect(fetched).toEqual({ state: 'merging', commit: theirs, paths: ['a.ts'], conflicts: ['a.ts'] });
  const marked = await textNow(sessionId);
  expect(marked).toContain('<<<<<<< this session\ntwo mine\n=======\ntwo theirs\n');
  expect(marked).toContain('FIVE');
  expect(await fetchUpstream(ada, { sessionId })).toMatchObject({ state: 'merging', paths: [] });
  await expect(createCommit(ada, { sessionId, message: 'merge' })).rejects.toMatchObject({
    details: { reason: 'marks' },
  });
  const text = roomText(client.doc, 'a.ts');
  await eventually(() => expect(text?.toJSON()).toBe(marked));
  text?.delete(0, text.length);
  text?.insert(0, 'resolved\n');
  await eventually(async () => expect(await textNow(sessionId)).toBe('resolved\n'));
  const proposal = await proposeCommit(ada, { sessionId });
  expect(proposal).toMatchObject({ merging: true, message: `Merge ${branch} of the upstream` });
  const merge = await createCommit(ada, { sessionId, message: proposal.message });
  expect((await log(room.repo, merge.commit, { limit: 1 }))[0]?.parents).toEqual([made.commit, theirs]);
  expect(merge.pushState).toBe('pushed');
  expect(await resolveCommit(upstream, branch)).toBe(merge.commit);
});

test('[RV72] a branch that only lags behind moves to the upstream’s commit, and the session with it', async () => {
  await setUpstream('open', false);
  const { sessionId, branch } = await start();
  await type(sessionId, 0, 'mine\n');
  const theirs = await commitUpstream(branch, base.replace('five', 'FIVE'));
  expect(await fetchUpstream(ada, { sessionId })).toEqual({
    state: 'merged',
    commit: theirs,
    paths: ['a.ts'],
    conflicts: [],
  });
  expect(await textNow(sessionId)).toBe(`mine\n${base.replace('five', 'FIVE')}`);
  expect(await sessionRow(room.db, sessionId)).toMatchObject({ baseCommit: theirs });
  expect(await fetchUpstream(ada, { sessionId })).toMatchObject({ state: 'up_to_date', paths: [] });
  expect(await auditTrail(room, sessionId)).toEqual(expect.arrayContaining(['Ada branch.fetch', 'Ada session.merge']));
});

test('[RV73] a wrong credential or no upstream is said in words, and recorded', async () => {
  await setUpstream('locked', false);
  const { sessionId, baseCommit } = await start();
  await expect(pushBranch(ada, { sessionId })).rejects.toMatchObject({ code: 'forbidden' });
  expect(await auditTrail(room, baseCommit)).toEqual(['Ada branch.push_refused']);
  await setUpstream(undefined, false);
  await expect(pushBranch(ada, { sessionId })).rejects.toMatchObject({
    code: 'conflict',
    message: expect.stringContaining('no upstream'),
  });
  await expect(fetchUpstream(ada, { sessionId })).rejects.toMatchObject({ code: 'conflict' });
  const viewer = await room.person('viewer', 'Vic');
  await expect(pushBranch(viewer, { sessionId })).rejects.toMatchObject({ code: 'forbidden' });
  await expect(fetchUpstream(viewer, { sessionId })).rejects.toMatchObject({ code: 'forbidden' });
});
