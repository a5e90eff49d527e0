import { afterAll, beforeAll, expect, test } from 'vitest';
import { schema, setDatabaseUrl } from '../../db/client.ts';
import { testDatabase } from '../../db/testing.ts';
import { auditOf } from '../auth/testing.ts';
import type { SessionEventBody } from '../core/session-event.ts';
import { closeQueue } from '../jobs/queue.ts';
import { newId } from '../platform/ids.ts';
import { closeNotifications } from '../platform/notifications.ts';
import { appendSessionEvent } from '../runs/event-log.ts';
import { deleteProject } from '../workspace/delete-project.ts';
import { limitProject } from '../workspace/update-project.ts';
import { startEmptyRooms } from '../workspace/testing-rooms.ts';
import { newProject, newStaffedTeam } from '../workspace/testing.ts';
import { archiveSession } from './archive-session.ts';
import { createSession } from './create-session.ts';
import { deleteSession, restoreSession } from './delete-session.ts';
import { home } from './home.ts';
import { markRead } from './mark-read.ts';
import { getSession, listSessions, sessionCommands } from './queries.ts';
import { searchSession } from './search-session.ts';
import { renameSession } from './update-session.ts';

const { db, url } = await testDatabase();
setDatabaseUrl(url);
const team = await newStaffedTeam('Alpha');
const other = await newStaffedTeam('Beta');
const projectId = await newProject(team);
let stopRooms: () => void;

beforeAll(async () => {
  stopRooms = await startEmptyRooms();
});

afterAll(async () => {
  stopRooms();
  await closeQueue();
  await closeNotifications();
});

const open = async (title: string, branch?: string) =>
  (await createSession(team.developer.ctx, { projectId, title, ...(branch && { branch }) })).id;
const say = (
  sessionId: string,
  body: SessionEventBody,
  actor = { kind: 'run' as const, id: newId('run'), name: 'refactor' },
) => appendSessionEvent(db, { sessionId, teamId: team.teamId, actor, body });
const ids = (rows: readonly { id: string }[]) => rows.map((row) => row.id);
const homeOf = (person = team.developer) => home(person.ctx, { team: team.slug });
const rowOf = async (id: string, person = team.developer) => {
  const { needsYou, running, quiet } = await homeOf(person);
  return [...needsYou, ...running, ...quiet].find((row) => row.id === id);
};

test('[PR21] sessions on one branch know of each other', async () => {
  const first = await open('One', 'main');
  const second = await open('Two', 'main');
  expect((await getSession(team.viewer.ctx, { sessionId: first })).othersOnBranch).toEqual([
    { id: second, title: 'Two' },
  ]);
  await archiveSession(team.developer.ctx, { sessionId: second, archived: true });
  expect((await getSession(team.viewer.ctx, { sessionId: first })).othersOnBranch).toEqual([]);
});

test('[PR23] a session tells its project, team and what the actor may do', async () => {
  const id = await open('Rights');
  const seen = await getSession(team.viewer.ctx, { sessionId: id });
  expect(seen).toMatchObject({
    room: id,
    project: { id: projectId, slug: 'ledger', defaultBranch: 'main', hasUpstream: false },
    team: { slug: team.slug },
    rights: ['view', 'comment'],
    may: { archive: false, delete: false },
  });
  await expect(getSession(other.admin.ctx, { sessionId: id })).rejects.toMatchObject({ code: 'not_found' });
});

test('[PR24] a session is renamed by those who may edit; the log and the audit log say so', async () => {
  const id = await open('Before');
  await renameSession(team.developer.ctx, { sessionId: id, title: '  After ' });
  expect(await getSession(team.viewer.ctx, { sessionId: id })).toMatchObject({ title: 'After', branch: 'before' });
  expect((await auditOf('session', id)).at(-1)).toMatchObject({
    action: 'session.rename',
    detail: { before: { title: 'Before' }, after: { title: 'After' } },
  });
  await expect(renameSession(team.viewer.ctx, { sessionId: id, title: 'x' })).rejects.toMatchObject({
    code: 'forbidden',
  });
  await expect(renameSession(other.admin.ctx, { sessionId: id, title: 'x' })).rejects.toMatchObject({
    code: 'not_found',
  });
});

test('[PR25] an archived session is put away and found again by a part of its title', async () => {
  const id = await open('100% rare_title');
  await archiveSession(team.developer.ctx, { sessionId: id, archived: true });
  expect(ids(await listSessions(team.viewer.ctx, { projectId }))).not.toContain(id);
  const found = await listSessions(team.viewer.ctx, { team: team.slug, state: 'archived', text: '0% RARE_' });
  expect(ids(found)).toEqual([id]);
  await archiveSession(team.developer.ctx, { sessionId: id, archived: false });
  expect(ids(await listSessions(team.viewer.ctx, {}))).toContain(id);
  const asked = archiveSession(team.viewer.ctx, { sessionId: id, archived: true });
  await expect(asked).rejects.toMatchObject({ code: 'forbidden' });
  expect((await auditOf('session', id)).map((entry) => entry.action)).toContain('session.unarchive');
});

test('[PR26] a deleted session is gone at once and can be brought back', async () => {
  const id = await open('Delete me');
  await expect(deleteSession(team.developer.ctx, { sessionId: id })).rejects.toMatchObject({ code: 'forbidden' });
  await expect(deleteSession(other.admin.ctx, { sessionId: id })).rejects.toMatchObject({ code: 'not_found' });
  await deleteSession(team.admin.ctx, { sessionId: id });
  await expect(getSession(team.admin.ctx, { sessionId: id })).rejects.toMatchObject({ code: 'not_found' });
  expect(ids(await listSessions(team.admin.ctx, { projectId, state: 'deleted' }))).toEqual([id]);
  await restoreSession(team.admin.ctx, { sessionId: id });
  expect(await getSession(team.viewer.ctx, { sessionId: id })).toMatchObject({ title: 'Delete me' });
  expect((await auditOf('session', id)).map((entry) => entry.action)).toEqual([
    'session.create',
    'session.delete',
    'session.restore',
  ]);
});

test('a list across teams holds what the actor may see and nothing else', async () => {
  expect(await listSessions(other.admin.ctx, {})).toEqual([]);
  await expect(listSessions(other.admin.ctx, { team: team.slug })).rejects.toMatchObject({ code: 'not_found' });
  await expect(listSessions(other.admin.ctx, { projectId })).rejects.toMatchObject({ code: 'not_found' });
});

test('[PR27] a new session is quiet, with its faces and age', async () => {
  const id = await open('Quiet');
  const { quiet, projectCount } = await homeOf();
  expect(quiet.find((row) => row.id === id)).toMatchObject({
    branch: 'quiet',
    project: { name: 'Ledger' },
    faces: [{ kind: 'person', name: 'Dev' }],
    lastStep: null,
    needs: [],
  });
  expect(projectCount).toBe(1);
});

test('[PR27] a run at work shows as running with its last step in words', async () => {
  const id = await open('Busy');
  const runId = newId('run');
  await db.insert(schema.run).values({
    id: runId,
    teamId: team.teamId,
    sessionId: id,
    agent: 'refactor',
    mode: 'edit',
    prompt: 'x',
    askedBy: team.developer.personId,
    state: 'running',
    position: 1,
  });
  await say(id, {
    type: 'tool_call',
    runId,
    toolCallId: 't',
    title: 'Edit src/money.ts',
    kind: 'edit',
    status: 'completed',
    paths: [],
  });
  await say(id, { type: 'agent_text', runId, messageId: 'm', text: 'half' });
  expect((await homeOf()).running.find((row) => row.id === id)).toMatchObject({
    lastStep: { by: 'refactor', text: 'Edit src/money.ts' },
    faces: [
      { kind: 'run', name: 'refactor' },
      { kind: 'person', name: 'Dev' },
    ],
  });
  await db
    .insert(schema.runPermission)
    .values({ id: newId('prm'), teamId: team.teamId, sessionId: id, runId, request: {} });
  await db.update(schema.run).set({ state: 'waiting' });
  expect((await rowOf(id, team.admin))?.needs).toEqual(['permission']);
  expect((await rowOf(id))?.needs).toEqual([]);
});

test('[PR27] an undecided suggestion needs those who may edit', async () => {
  const id = await open('Suggested');
  const runId = newId('run');
  const run = { id: runId, teamId: team.teamId, sessionId: id, agent: 'refactor', mode: 'edit' as const, prompt: 'x' };
  await db.insert(schema.run).values({ ...run, askedBy: team.developer.personId, state: 'succeeded', position: 1 });
  const commit = '0'.repeat(40);
  const suggestion = {
    id: newId('sug'),
    teamId: team.teamId,
    sessionId: id,
    runId,
    baseCommit: commit,
    resultCommit: commit,
  };
  await db.insert(schema.suggestion).values({ ...suggestion, hunkCount: 2, decidedCount: 1 });
  expect((await rowOf(id))?.needs).toEqual(['suggestion']);
  expect((await rowOf(id, team.viewer))?.needs).toEqual([]);
  await db.update(schema.suggestion).set({ decidedCount: 2 });
  expect((await rowOf(id))?.needs).toEqual([]);
});

test('[PR28] a failed run and a mention need a person until they have read them', async () => {
  const id = await open('Read me');
  const prompt = (text: string) => ({
    type: 'prompt' as const,
    runId: 'r',
    text,
    agent: 'refactor',
    mode: 'ask' as const,
  });
  const ada = { kind: 'person' as const, id: team.admin.personId, name: 'Ada' };
  await say(id, prompt('ask dev@example.com or @Developer'), ada as never);
  expect((await rowOf(id))?.needs).toEqual([]);
  await say(id, prompt('what do you say, @dev?'), ada as never);
  expect((await rowOf(id))?.needs).toEqual(['mention']);
  expect((await rowOf(id, team.admin))?.needs).toEqual([]);
  const seq = await say(id, { type: 'run_finished', runId: 'r', state: 'failed', error: 'the box ended' });
  expect(await rowOf(id)).toMatchObject({
    needs: ['failed_run', 'mention'],
    lastStep: { text: 'Failed: the box ended' },
  });
  await markRead(team.developer.ctx, { sessionId: id, seq });
  await markRead(team.developer.ctx, { sessionId: id, seq: 1 });
  expect((await rowOf(id))?.needs).toEqual([]);
  expect((await rowOf(id, team.viewer))?.needs).toEqual(['failed_run']);
  await expect(markRead(other.admin.ctx, { sessionId: id, seq })).rejects.toMatchObject({ code: 'not_found' });
});

test('[PR29] a search finds live files by text, expression, case, word and glob', async () => {
  const sessionId = await open('Search');
  const search = async (query: object) => {
    const { matches } = await searchSession(team.viewer.ctx, { sessionId, text: 'parseAmount', ...query });
    return matches.map((match) => `${match.path}:${match.line}:${match.column}`);
  };
  expect(await search({ include: ['src/money.ts'] })).toEqual(['src/money.ts:5:17']);
  expect((await search({ text: 'PARSEAMOUNT' })).length).toBeGreaterThan(5);
  expect(await search({ text: 'PARSEAMOUNT', matchCase: true })).toEqual([]);
  expect(await search({ text: 'parse', wholeWord: true, include: ['*.ts'] })).toEqual([]);
  expect(await search({ text: 'function\\s+to[A-Z]\\w+\\(', isRegex: true, matchCase: true })).toEqual([
    'src/money.ts:12:8',
  ]);
  expect(
    (await search({ exclude: ['test/**', 'src/cart.ts'] })).every((place) => /^src\/(money|import-csv)/.test(place)),
  ).toBe(true);
  expect(await search({ text: '\\s+', include: ['nowhere/**'], isRegex: true })).toEqual([]);
  await expect(search({ text: '(', isRegex: true })).rejects.toMatchObject({ code: 'invalid' });
  expect(await search({ text: '-e', include: ['none'] })).toEqual([]);
  const first = await searchSession(team.viewer.ctx, { sessionId, text: 'parseAmount', maxMatches: 2 });
  expect(first).toMatchObject({ truncated: true, matches: [{}, {}] });
  const cancelled = searchSession(team.viewer.ctx, { sessionId, text: 'parseAmount' }, AbortSignal.abort());
  await expect(cancelled).rejects.toMatchObject({ code: 'conflict' });
  await expect(searchSession(other.admin.ctx, { sessionId, text: 'x' })).rejects.toMatchObject({ code: 'not_found' });
});

test('[PR12] the commands of a session are those set for the project, then those its files name', async () => {
  const sessionId = await open('Commands');
  await db.update(schema.project).set({ commands: { test: 'make fast' } });
  expect(await sessionCommands(team.viewer.ctx, { sessionId })).toEqual({
    commands: { test: 'make fast', lint: 'npm run lint' },
    found: { test: 'npm test', lint: 'npm run lint' },
  });
});

test('[PR15] sessions of a project limited to others, or deleted, are nowhere', async () => {
  const id = await open('Hidden');
  await limitProject(team.admin.ctx, { projectId, isRestricted: true, personIds: [] });
  await expect(getSession(team.developer.ctx, { sessionId: id })).rejects.toMatchObject({ code: 'not_found' });
  expect(await homeOf()).toEqual({ needsYou: [], running: [], quiet: [], projectCount: 0 });
  expect(await listSessions(team.developer.ctx, {})).toEqual([]);
  expect(await rowOf(id, team.admin)).toBeDefined();
  await deleteProject(team.admin.ctx, { projectId });
  expect(await rowOf(id, team.admin)).toBeUndefined();
});

test.each([new Date(8.64e15), new Date(-8.64e15), new Date(Number.NaN)])(
  'a place in the list that no session can have is refused as input: %s',
  async (lastActivityAt) => {
    const asked = listSessions(team.viewer.ctx, { after: { lastActivityAt, id: 'ses_1' } });
    await expect(asked).rejects.toMatchObject({ name: 'ZodError' });
  },
);
