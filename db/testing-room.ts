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
import type { Context } from '../server/context.ts';
import type { TeamRole } from '../server/core/permissions.ts';
import { env } from '../server/platform/env.ts';
import { newId } from '../server/platform/ids.ts';
import { closeNotifications } from '../server/platform/notifications.ts';
import { setDatabaseUrl } from './client.ts';
import { issueTicket } from '../server/sessions/issue-ticket.ts';
import { openFile } from '../server/sessions/open-file.ts';
import { initBareRepo, repoPath } from '../server/workspace/git.ts';
import { schema } from './client.ts';
import { seedPerson, seedSession, seedTeam } from './testing-seeds.ts';
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
