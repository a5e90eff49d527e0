import { mkdirSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { db, schema, setDatabaseUrl } from '../../db/client.ts';
import { migrateDatabase } from '../../db/migrate.ts';
import { requirePerson } from '../../server/auth/authorize.ts';
import { createCollab } from '../../server/collab/upgrade.ts';
import { createContext, type Context } from '../../server/context.ts';
import { env } from '../../server/platform/env.ts';
import { newId } from '../../server/platform/ids.ts';
import { issueTicket } from '../../server/sessions/issue-ticket.ts';
import { openFile } from '../../server/sessions/open-file.ts';
import { initBareRepo, repoPath, updateRef } from '../../server/workspace/git.ts';
import { commitTree, emptyTree, writeBlob, writeTreeChanges } from '../../server/workspace/git-objects.ts';
import type { Seat } from './participants.ts';

/**
 * The product's rooms in a process of their own: the real sockets, tickets, rights, presence and store, on the Postgres
 * of `DATABASE_URL`. Over the channel it is told to make rooms, and answers with a seat for each participant; to open
 * rooms, and answers how long each took; and to close, as at the product's stop.
 */
export type Told = { make: { rooms: number; seatsEach: number } } | { open: string[] } | { close: true };

await migrateDatabase(env().databaseUrl ?? '');
setDatabaseUrl(env().databaseUrl ?? '');
const http = createServer();
await new Promise<void>((resolve) => http.listen(env().port, '127.0.0.1', resolve));
// A server that listens on TCP has an address with a port.
const { port } = http.address() as AddressInfo;
const nodeUrl = `http://127.0.0.1:${port}`;
const collab = await createCollab({ nodeId: newId('node'), publicUrl: env().publicUrl, nodeUrl });
http.on('upgrade', (req, socket, head) => void collab.upgrade(req, socket, head));

type Project = { teamId: string; projectId: string; commit: string; ownerId: string; people: Context[] };

async function makeProject(seats: number): Promise<Project> {
  const [teamId, projectId] = [newId('team'), newId('prj')];
  await db()
    .insert(schema.team)
    .values({ id: teamId, slug: teamId.replace('_', '-'), name: 'Bench' });
  const people = await Promise.all(Array.from({ length: seats }, (_value, at) => makePerson(teamId, `Person ${at}`)));
  const ownerId = people[0] ? requirePerson(people[0]).personId : '';
  await db()
    .insert(schema.project)
    .values({
      id: projectId,
      teamId,
      name: 'Bench',
      slug: 'bench',
      source: { type: 'empty' },
      status: 'ready',
      defaultBranch: 'main',
      createdBy: ownerId,
    });
  mkdirSync(path.join(env().dataDir, 'repos'), { recursive: true });
  const repo = repoPath(projectId);
  await initBareRepo(repo);
  const oid = await writeBlob(repo, Buffer.from(''));
  const tree = await writeTreeChanges(repo, emptyTree, [{ path: 'text.txt', mode: '100644', oid }]);
  const author = { name: 'Bench', email: 'bench@example.com', at: new Date() };
  return {
    teamId,
    projectId,
    commit: await commitTree(repo, { tree, parents: [], message: 'base', author }),
    ownerId,
    people,
  };
}

async function makePerson(teamId: string, name: string): Promise<Context> {
  const personId = newId('per');
  const email = `${personId}@example.com`;
  const authSessionId = newId('ase');
  await db().insert(schema.person).values({ id: personId, email, name });
  await db().insert(schema.teamMember).values({ teamId, personId, role: 'developer' });
  const expiresAt = new Date(Date.now() + 3_600_000);
  await db().insert(schema.authSession).values({ id: authSessionId, personId, expiresAt });
  const actor = { kind: 'person' as const, personId, name, email };
  return createContext({ db: db(), actor, credential: { kind: 'auth_session', id: authSessionId } });
}

async function makeSession({ teamId, projectId, commit, ownerId, people }: Project): Promise<string> {
  const [owner] = people;
  if (!owner) throw new Error('a room needs people');
  const id = newId('ses');
  await updateRef(repoPath(projectId), `refs/ensemble/sessions/${id}`, { to: commit, expected: null });
  await db().insert(schema.session).values({
    id,
    teamId,
    projectId,
    title: 'Bench',
    branch: 'main',
    baseCommit: commit,
    headCommit: commit,
    createdBy: ownerId,
  });
  await openFile(owner, { sessionId: id, path: 'text.txt' });
  return id;
}

async function makeSeats({ people }: Project, sessionId: string): Promise<Seat[]> {
  const issued = await Promise.all(people.map((one) => issueTicket(one, { sessionId })));
  return issued.map(({ ticket, clientId }) => ({
    url: `ws://127.0.0.1:${port}/collab/${sessionId}?ticket=${ticket}`,
    room: sessionId,
    clientId,
    laysOut: false,
  }));
}

/** The tickets last, for they must be used within a minute. */
async function makeRooms({ rooms, seatsEach }: { rooms: number; seatsEach: number }): Promise<{ seats: Seat[][] }> {
  const project = await makeProject(seatsEach);
  const sessions = await inParts(Array.from({ length: rooms }), () => makeSession(project));
  return { seats: await inParts(sessions, (sessionId) => makeSeats(project, sessionId)) };
}

const together = 8;

async function inParts<T, R>(all: readonly T[], make: (one: T) => Promise<R>): Promise<R[]> {
  const made: R[] = [];
  for (let from = 0; from < all.length; from += together)
    made.push(...(await Promise.all(all.slice(from, from + together).map(make))));
  return made;
}

/** @returns how long each took, in milliseconds */
async function openRooms(rooms: readonly string[]): Promise<{ openedMs: number[] }> {
  const openedMs: number[] = [];
  for (const sessionId of rooms) {
    const startedAt = performance.now();
    await collab.rooms.with(sessionId, () => undefined);
    openedMs.push(performance.now() - startedAt);
  }
  return { openedMs };
}

async function close(): Promise<{ closed: true }> {
  await collab.close();
  return { closed: true };
}

function obey(told: Told): Promise<object> {
  if ('make' in told) return makeRooms(told.make);
  return 'open' in told ? openRooms(told.open) : close();
}

process.on('message', (message: Told | string) => {
  if (typeof message === 'string') return;
  obey(message).then(
    (answer) => process.send?.(answer),
    (error: unknown) => {
      console.error(error);
      process.exit(1);
    },
  );
});
process.send?.({ listening: true });
