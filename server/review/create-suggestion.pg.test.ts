import { expect, test } from 'vitest';
import { roomFixture, sessionRow } from '../../db/testing-room.ts';
import { commitTree, treeOf, writeBlob, writeTreeChanges } from '../workspace/git-objects.ts';
import { decideHunk } from './decide-hunk.ts';
import { getSuggestion, getSuggestionFile } from './queries.ts';
import { auditTrail, commitFiles, eventsOf, openInRoom, suggest } from './testing.ts';

const room = await roomFixture();
const ada = await room.person('developer', 'Ada');
const author = { name: 'refactor', email: 'refactor@ensemble.invalid', at: new Date(0) };

test('[RV8] a run’s change is a suggestion with files and hunks, told in the log and audited', async () => {
  const sessionId = await room.session({ 'a.ts': 'a\n', 'b.ts': 'b\n' });
  const suggestionId = (await suggest(room, sessionId, { files: { 'a.ts': 'A\n', 'c.ts': 'c\n' } })) ?? '';
  const [event] = await eventsOf(room, sessionId, 'suggestion_created');
  expect(event).toMatchObject({ suggestionId, files: 2, hunks: 2 });
  expect(await auditTrail(room, suggestionId)).toEqual(['refactor suggestion.create']);
  const view = await getSuggestion(ada, suggestionId);
  expect(view).toMatchObject({
    sessionId,
    agent: 'refactor',
    prompt: 'rename a to b',
    refusedReason: null,
    hunkCount: 2,
    decidedCount: 0,
  });
  expect(view.files).toMatchObject([
    { path: 'a.ts', status: 'modified', isText: true, hunks: [{ kind: 'text', state: 'unreviewed', conflict: false }] },
    { path: 'c.ts', status: 'added', isText: true, hunks: [{ kind: 'add', state: 'unreviewed' }] },
  ]);
  expect(await getSuggestionFile(ada, { suggestionId, path: 'c.ts' })).toEqual({
    path: 'c.ts',
    baseText: null,
    resultText: 'c\n',
  });
  await expect(getSuggestionFile(ada, { suggestionId, path: 'b.ts' })).rejects.toMatchObject({ code: 'not_found' });
});

test('[RV8] a run that changed nothing makes none', async () => {
  const sessionId = await room.session({ 'a.ts': 'a\n' });
  expect(await suggest(room, sessionId, { files: {} })).toBeUndefined();
});

test('[RV7] a suggestion with a link is refused with the reason and cannot be accepted', async () => {
  const sessionId = await room.session({ 'a.ts': 'a\n' });
  const { headCommit } = await sessionRow(room.db, sessionId);
  const oid = await writeBlob(room.repo, Buffer.from('/etc/passwd'));
  const tree = await writeTreeChanges(room.repo, headCommit, [{ path: 'link', mode: '120000', oid }]);
  const result = await commitTree(room.repo, { tree, parents: [headCommit], message: 'run', author });
  const suggestionId = (await suggest(room, sessionId, { result })) ?? '';
  const view = await getSuggestion(ada, suggestionId);
  expect(view.refusedReason).toContain('symbolic link');
  expect(view).toMatchObject({ files: [], hunkCount: 0 });
  const deciding = decideHunk(ada, { suggestionId, hunkId: 'f'.repeat(16), decision: 'accept' });
  await expect(deciding).rejects.toMatchObject({ code: 'conflict', message: expect.stringContaining('symbolic link') });
});

test('[RV9] a hunk that meets a change of the session’s says so before anyone accepts it; where only the room knows, it does not guess', async () => {
  const sessionId = await room.session({ 'a.ts': 'a\n', 'b.ts': 'b\n' });
  const { baseCommit, headCommit } = await sessionRow(room.db, sessionId);
  const base = await commitFiles(room.repo, baseCommit, { 'a.ts': 'other\n' });
  expect(await treeOf(room.repo, base)).not.toBe(await treeOf(room.repo, headCommit));
  const result = await commitFiles(room.repo, base, { 'a.ts': 'A\n', 'b.ts': 'B\n' });
  const suggestionId = (await suggest(room, sessionId, { base, result })) ?? '';
  await openInRoom(room, ada, { sessionId, path: 'b.ts' });
  const { files } = await getSuggestion(ada, suggestionId);
  expect(files.map((file) => file.hunks[0]?.conflict)).toEqual([true, null]);
});
