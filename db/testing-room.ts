import { createServer, type Server } from 'node:http';
import { mkdirSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { eq } from 'drizzle-orm';
import { afterAll, afterEach, vi } from 'vitest';
import { WebSocket } from 'ws';
import { WebsocketProvider } from 'y-websocket';
import * as Y from 'yjs';
import { findText } from '../server/collab/room-document.ts';
import { createCollab, type Collab, type CollabOptions } from '../server/collab/upgrade.ts';
import { createContext, type Context } from '../server/context.ts';
import type { TeamRole } from '../server/core/permissions.ts';
import { env } from '../server/platform/env.ts';
import { newId } from '../server/platform/ids.ts';
import { closeNotifications } from '../server/platform/notifications.ts';
import { setDatabaseUrl } from './client.ts';
import { issueTicket } from '../server/sessions/issue-ticket.ts';
import { openFile } from '../server/sessions/open-file.ts';
import { initBareRepo, repoPath, updateRef } from '../server/workspace/git.ts';
import { commitTree, emptyTree, writeBlob, writeTreeChanges } from '../server/workspace/git-objects.ts';
import { schema } from './client.ts';
import { testDatabase, type TestDatabase } from './testing.ts';

/** What tests of rooms share: a team with a project and a session, people with roles, a server with sockets. */
export type RoomFixture = TestDatabase & {
  teamId: string;
  projectId: string;
  repo: string;
  server: RoomServer;
  /** A signed-in person of the team. */
  person(role?: TeamRole, name?: string): Promise<Context>;
  /** A session on a repository with these files. */
  session(files?: Record<string, string | Uint8Array>): Promise<string>;
  /** A session with one empty file, which is open. */
  sessionWithText(): Promise<string>;
  /** A standard client, connected and in step. */
  enter(ctx: Context, sessionId: string, options?: EnterOptions): Promise<Client>;
};

export type EnterOptions = {
  ticket?: string;
  ownId?: boolean;
  params?: Record<string, string>;
  wait?: boolean;
  doc?: Y.Doc;
  /** Another server than the fixture's: `ws://…/collab`. */
  url?: string;
};
export type Client = {
  doc: Y.Doc;
  /** The text of the session's only open file. */
  readonly text: Y.Text;
  provider: WebsocketProvider;
  ticket: string;
  clientId: number;
  closed: Promise<number>;
};
export type RoomServer = {
  collab: Collab;
  url: string;
  restart(options?: Partial<CollabOptions>): Promise<void>;
  stop(): Promise<void>;
};

const author = { name: 'Test', email: 'test@example.com', at: new Date('2026-01-01T00:00:00Z') };

export async function roomFixture(): Promise<RoomFixture> {
  const database = await testDatabase();
  setDatabaseUrl(database.url);
  mkdirSync(path.join(env().dataDir, 'repos'), { recursive: true });
  const { teamId, projectId, owner } = await seedTeam(database);
  const repo = repoPath(projectId);
  await initBareRepo(repo);
  const server = await startRoomServer();
  const clients: Client[] = [];
  afterEach(() => {
    for (const { provider, doc } of clients.splice(0)) {
      provider.destroy();
      doc.destroy();
    }
  });
  afterAll(async () => {
    await server.stop();
    await closeNotifications();
  });
  return {
    ...database,
    teamId,
    projectId,
    repo,
    server,
    person: (role = 'developer', name = 'Ada') => seedPerson(database, { teamId, role, name }),
    session: (files = {}) => seedSession(database, { teamId, projectId, repo, owner, files }),
    async sessionWithText() {
      const sessionId = await seedSession(database, { teamId, projectId, repo, owner, files: { 'text.txt': '' } });
      await openFile(await seedPerson(database, { teamId, role: 'developer', name: 'Owner' }), {
        sessionId,
        path: 'text.txt',
      });
      return sessionId;
    },
    async enter(ctx, sessionId, options = {}) {
      const client = await connect(server, ctx, { sessionId, ...options });
      clients.push(client);
      return client;
    },
  };
}

async function seedTeam({ db }: TestDatabase) {
  const teamId = newId('team');
  const projectId = newId('prj');
  const owner = newId('per');
  await db.insert(schema.person).values({ id: owner, email: `${owner}@example.com`, name: 'Owner' });
  await db.insert(schema.team).values({ id: teamId, slug: teamId.replace('_', '-'), name: 'Team' });
  await db.insert(schema.teamMember).values({ teamId, personId: owner, role: 'admin' });
  await db.insert(schema.project).values({
    id: projectId,
    teamId,
    name: 'Project',
    slug: 'project',
    source: { type: 'empty' },
    status: 'ready',
    defaultBranch: 'main',
    createdBy: owner,
  });
  return { teamId, projectId, owner };
}

async function seedPerson(
  { db }: TestDatabase,
  given: { teamId: string; role: TeamRole; name: string },
): Promise<Context> {
  const personId = newId('per');
  const email = `${personId}@example.com`;
  const authSessionId = newId('ase');
  await db.insert(schema.person).values({ id: personId, email, name: given.name });
  await db.insert(schema.teamMember).values({ teamId: given.teamId, personId, role: given.role });
  await db
    .insert(schema.authSession)
    .values({ id: authSessionId, personId, expiresAt: new Date(Date.now() + 3_600_000) });
  return createContext({
    db,
    actor: { kind: 'person', personId, name: given.name, email },
    credential: { kind: 'auth_session', id: authSessionId },
  });
}

type SeedSession = {
  teamId: string;
  projectId: string;
  repo: string;
  owner: string;
  files: Record<string, string | Uint8Array>;
};

async function seedSession({ db }: TestDatabase, given: SeedSession): Promise<string> {
  const changes = [];
  for (const [file, content] of Object.entries(given.files)) {
    const oid = await writeBlob(given.repo, typeof content === 'string' ? Buffer.from(content) : content);
    changes.push({ path: file, mode: file.endsWith('.sh') ? ('100755' as const) : ('100644' as const), oid });
  }
  const tree =
    changes.length === 0
      ? await storedEmptyTree(given.repo)
      : await writeTreeChanges(given.repo, await storedEmptyTree(given.repo), changes);
  const commit = await commitTree(given.repo, { tree, parents: [], message: 'base', author });
  const id = newId('ses');
  await updateRef(given.repo, `refs/ensemble/sessions/${id}`, { to: commit, expected: null });
  await db.insert(schema.session).values({
    id,
    teamId: given.teamId,
    projectId: given.projectId,
    title: 'Session',
    branch: 'main',
    baseCommit: commit,
    headCommit: commit,
    createdBy: given.owner,
  });
  return id;
}

/** git knows the empty tree without storing it, but a commit's tree should be there. */
async function storedEmptyTree(repo: string): Promise<string> {
  const blob = await writeBlob(repo, Buffer.from(''));
  const one = await writeTreeChanges(repo, emptyTree, [{ path: 'x', mode: '100644', oid: blob }]);
  return writeTreeChanges(repo, one, [{ path: 'x', remove: true }]);
}

export async function startRoomServer(options: Partial<CollabOptions> = {}): Promise<RoomServer> {
  const http: Server = createServer();
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  // A server that listens on TCP has an address with a port.
  const { port } = http.address() as AddressInfo;
  const start = (next: Partial<CollabOptions>) =>
    createCollab({
      nodeId: newId('node'),
      publicUrl: 'http://127.0.0.1',
      nodeUrl: `http://127.0.0.1:${port}`,
      ...options,
      ...next,
    });
  let collab = await start({});
  http.on('upgrade', (req, socket, head) => void collab.upgrade(req, socket, head));
  return {
    get collab() {
      return collab;
    },
    url: `ws://127.0.0.1:${port}/collab`,
    async restart(next = {}) {
      await collab.close();
      collab = await start(next);
    },
    async stop() {
      await collab.close();
      http.closeAllConnections();
      await new Promise((resolve) => http.close(resolve));
    },
  };
}

async function connect(server: RoomServer, ctx: Context, given: EnterOptions & { sessionId: string }): Promise<Client> {
  const issued = given.ticket === undefined ? await issueTicket(ctx, { sessionId: given.sessionId }) : undefined;
  const ticket = given.ticket ?? issued?.ticket ?? '';
  const doc = given.doc ?? new Y.Doc();
  if (issued && !given.ownId) doc.clientID = issued.clientId;
  const provider = new WebsocketProvider(given.url ?? server.url, given.sessionId, doc, {
    params: { ticket, ...given.params },
    // The polyfill has what the provider uses of a browser's socket.
    WebSocketPolyfill: WebSocket as unknown as typeof globalThis.WebSocket,
    disableBc: true,
    maxBackoffTime: 200,
  });
  const closed = new Promise<number>((resolve) => provider.on('closed', (event) => resolve(event.code)));
  if (given.wait !== false) await vi.waitUntil(() => provider.synced, { timeout: 10_000, interval: 5 });
  return {
    doc,
    get text() {
      return onlyText(doc);
    },
    provider,
    ticket,
    clientId: doc.clientID,
    closed,
  };
}

/** The text of the only file of a document. */
export function onlyText(doc: Y.Doc): Y.Text {
  const [fileId = '', ...more] = doc.getMap('files').keys();
  const text = findText(doc, fileId);
  if (!text || more.length > 0) throw new Error('a document with one file was expected');
  return text;
}

/** Waits until `check` does not throw. */
export function eventually(check: () => void | Promise<void>, timeout = 8_000): Promise<void> {
  return vi.waitFor(check, { timeout, interval: 10 });
}

export async function sessionRow(db: TestDatabase['db'], sessionId: string) {
  const [row] = await db.select().from(schema.session).where(eq(schema.session.id, sessionId));
  if (!row) throw new Error(`no session ${sessionId}`);
  return row;
}
