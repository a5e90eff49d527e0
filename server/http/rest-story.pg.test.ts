import { rm } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { WebSocket } from 'ws';
import { WebsocketProvider } from 'y-websocket';
import * as Y from 'yjs';
import { db, schema, setDatabaseUrl } from '../../db/client.ts';
import { testDatabase } from '../../db/testing.ts';
import { startWorkerService, type WorkerService } from '../agents/worker-service.ts';
import { newPerson, newTeam, type TestPerson } from '../auth/testing.ts';
import { createCollab, type Collab } from '../collab/upgrade.ts';
import { closeQueue } from '../jobs/queue.ts';
import { env } from '../platform/env.ts';
import { newId } from '../platform/ids.ts';
import { closeNotifications } from '../platform/notifications.ts';
import { checkSandbox } from '../workspace/sandbox.ts';
import { newToken, restClient, startHttp, type TestHttp } from './testing.ts';

const { url: databaseUrl } = await testDatabase();
setDatabaseUrl(databaseUrl);
const sandbox = await checkSandbox();

let http: TestHttp;
let collab: Collab;
let worker: WorkerService;
let ana: TestPerson;
let slug: string;
let call: ReturnType<typeof restClient>;
let token: string;

beforeAll(async () => {
  http = await startHttp();
  collab = await createCollab({ nodeId: newId('node'), publicUrl: http.url, nodeUrl: http.url });
  http.server.on('upgrade', (req, socket, head) => void collab.upgrade(req, socket, head));
  worker = await startWorkerService({ workerId: newId('node') });
  ana = await newPerson('Ana');
  const teamId = await newTeam('Ledger', [[ana, 'admin']]);
  slug = (await db().select().from(schema.team)).find((team) => team.id === teamId)?.slug ?? '';
  ({ token } = await newToken(ana.personId));
  call = restClient(http.url, token);
});

afterAll(async () => {
  await worker.stop();
  await collab.close();
  await http.close();
  await closeQueue();
  await closeNotifications();
  await rm(env().dataDir, { recursive: true, force: true });
});

async function readyProject(name: string): Promise<string> {
  const made = await call('POST', '/projects', { body: { team: slug, name, source: { type: 'sample' } } });
  expect(made).toMatchObject({ status: 202, body: { status: 'importing' } });
  const id = String(made.body['id']);
  await vi.waitUntil(
    async () => {
      const { status, error } = (await call('GET', `/projects/${id}`)).body;
      if (status === 'failed') throw new Error(String(error));
      return status === 'ready';
    },
    { timeout: 60_000, interval: 100 },
  );
  return id;
}

async function newSession(projectId: string, title: string): Promise<string> {
  const made = await call('POST', '/sessions', { body: { projectId, title } });
  expect(made.status).toBe(201);
  expect(made.body).toMatchObject({ room: made.body['id'], baseCommit: expect.stringMatching(/^[0-9a-f]{40}$/) });
  return String(made.body['id']);
}

const itemsOf = (body: Record<string, unknown>) => body['items'] as Record<string, unknown>[];

describe('the story over REST', () => {
  test(
    'from the sample to a commit with a suggestion of the agent in it, and the log that tells of it',
    { timeout: 180_000 },
    async () => {
      expect((await call('GET', '/me')).body).toMatchObject({ id: ana.personId, teams: [{ slug, role: 'admin' }] });
      const projectId = await readyProject('Ledger');
      expect(itemsOf((await call('GET', '/projects')).body).map(({ id }) => id)).toEqual([projectId]);
      const sessionId = await newSession(projectId, 'Rename a function');

      const files = await call('GET', `/sessions/${sessionId}/files?limit=5000`);
      expect(itemsOf(files.body).map(({ path }) => path)).toContain('src/money.ts');
      const opened = await call('POST', `/sessions/${sessionId}/files/open`, { body: { path: 'src/money.ts' } });
      expect(opened).toMatchObject({ status: 200, body: { fileId: expect.stringContaining('fil_') } });
      await typeInto(sessionId, String(opened.body['fileId']));

      const agents = itemsOf((await call('GET', '/agents')).body);
      expect(agents.map(({ name }) => name)).toContain('refactor');
      const asking = await call('POST', `/sessions/${sessionId}/prompts`, {
        body: { agent: 'refactor', text: 'rename parseAmount to readAmount' },
      });
      if (!sandbox.ok) {
        expect(asking).toMatchObject({ status: 422, body: { detail: expect.stringContaining('cannot run') } });
        return;
      }
      expect(asking.status).toBe(201);
      const runId = String(asking.body['runId']);
      const events = await streamed(runId);
      expect(events.at(-1)).toMatchObject({ type: 'run_finished', body: { state: 'succeeded' } });
      expect(events.map(({ seq }) => seq)).toEqual(events.map(({ seq }) => seq).toSorted((a, b) => a - b));
      const paged = await call('GET', `/runs/${runId}/events?after=${events[0]?.seq}`);
      expect(itemsOf(paged.body)).toEqual(events.slice(1));
      const run = await call('GET', `/runs/${runId}`);
      expect(run.body).toMatchObject({ state: 'succeeded', agent: 'refactor' });

      const suggestionId = String(run.body['suggestionId']);
      const listed = await call('GET', `/sessions/${sessionId}/suggestions`);
      expect(itemsOf(listed.body).map(({ id }) => id)).toEqual([suggestionId]);
      const suggestion = await call('GET', `/suggestions/${suggestionId}`);
      const hunks = (suggestion.body['files'] as { hunks: { id: string }[] }[]).flatMap((file) => file.hunks);
      expect(hunks.length).toBeGreaterThan(1);
      const [first, ...others] = hunks;
      const accepted = await call('POST', `/suggestions/${suggestionId}/hunks/${first?.id}`, {
        body: { decision: 'accept', reason: 'better' },
      });
      expect(accepted).toMatchObject({ status: 200, body: { id: first?.id, state: 'accepted' } });
      const again = await call('POST', `/suggestions/${suggestionId}/hunks/${first?.id}`, {
        body: { decision: 'reject' },
      });
      expect(again).toMatchObject({ status: 409, body: { state: 'accepted' } });
      const undone = await call('POST', `/suggestions/${suggestionId}/hunks/${first?.id}`, {
        body: { decision: 'undo' },
      });
      expect(undone).toMatchObject({ status: 200, body: { state: 'unreviewed' } });
      const rest = await call('POST', `/suggestions/${suggestionId}/decide`, { body: { decision: 'accept' } });
      expect(rest.body).toMatchObject({ decided: { length: others.length + 1 }, conflicts: [] });

      const text = await call('GET', `/sessions/${sessionId}/files/text?path=src/money.ts`);
      expect(text.body['text']).toContain('readAmount');
      expect(text.body['text']).toContain('typed over the socket');
      const changes = await call('GET', `/sessions/${sessionId}/changes`);
      expect(itemsOf(changes.body).map(({ path }) => path)).toContain('src/money.ts');

      const key = { 'idempotency-key': 'the-commit' };
      const body = { message: 'Rename parseAmount' };
      const commit = await call('POST', `/sessions/${sessionId}/commits`, { body, headers: key });
      expect(commit).toMatchObject({
        status: 201,
        body: { provenance: { people: [{ name: 'Ana', typed: true, prompted: true }], runs: [{ runId }] } },
      });
      expect(commit.body['message']).toContain('Assisted-by: refactor');
      const repeated = await call('POST', `/sessions/${sessionId}/commits`, { body, headers: key });
      expect(repeated.body).toEqual(commit.body);
      expect(repeated.headers.get('idempotent-replayed')).toBe('true');
      const history = await call('GET', `/sessions/${sessionId}/commits?limit=1`);
      expect(history.body).toMatchObject({
        items: [{ commit: commit.body['commit'], made: { sessionId } }],
        nextCursor: expect.any(String),
      });

      const audit = await call('GET', '/audit?limit=200');
      const actions = itemsOf(audit.body).map(({ action }) => action);
      for (const action of ['project.create', 'session.create', 'prompt.send', 'commit.create'])
        expect(actions).toContain(action);
      const filtered = await call('GET', `/audit?resource=run:${runId}&actor=${ana.personId}&action=prompt`);
      expect(itemsOf(filtered.body)).toMatchObject([{ action: 'prompt.send', actor: { name: 'Ana' } }]);
    },
  );
});

/** Enters the room as any y-websocket client does, types a line, and leaves. */
async function typeInto(sessionId: string, fileId: string): Promise<void> {
  const { body } = await call('POST', `/sessions/${sessionId}/tickets`, { body: {} });
  const doc = new Y.Doc();
  doc.clientID = Number(body['clientId']);
  const provider = new WebsocketProvider(`${http.url.replace('http', 'ws')}/collab`, String(body['room']), doc, {
    params: { ticket: String(body['ticket']) },
    // The polyfill has what the provider uses of a browser's socket.
    WebSocketPolyfill: WebSocket as unknown as typeof globalThis.WebSocket,
    disableBc: true,
  });
  try {
    await vi.waitUntil(() => provider.synced, { timeout: 10_000, interval: 10 });
    const text = doc.getMap<Y.Map<unknown>>('files').get(fileId)?.get('text') as Y.Text;
    text.insert(0, '// typed over the socket\n');
    await vi.waitUntil(
      async () => {
        const read = await call('GET', `/sessions/${sessionId}/files/text?path=src/money.ts`);
        return String(read.body['text']).startsWith('// typed over the socket');
      },
      { timeout: 10_000, interval: 50 },
    );
  } finally {
    provider.destroy();
    doc.destroy();
  }
}

type StreamedEvent = { seq: number; type: string; body: Record<string, unknown> };

/** Follows a run by server-sent events until its stream ends; each event's id is its place in the log. */
async function streamed(runId: string): Promise<StreamedEvent[]> {
  const response = await fetch(`${http.url}/api/v1/runs/${runId}/events`, {
    headers: { authorization: `Bearer ${token}`, accept: 'text/event-stream' },
  });
  expect(response.headers.get('content-type')).toContain('text/event-stream');
  return eventsIn(await response.text());
}

function eventsIn(text: string): StreamedEvent[] {
  return text
    .split('\n\n')
    .filter((block) => block.startsWith('id: '))
    .map((block) => {
      const { id, data } = /^id: (?<id>\d+)\nevent: \w+\ndata: (?<data>.*)$/.exec(block)?.groups ?? {};
      const event = JSON.parse(data ?? '') as StreamedEvent;
      expect(String(event.seq)).toBe(id);
      return event;
    });
}

test('[CM10] a thread about lines is opened, answered, resolved and read over REST', { timeout: 120_000 }, async () => {
  const sessionId = await newSession(await readyProject('Talk'), 'Talk');
  const lines = { path: 'src/money.ts', line: 1, endLine: 2, body: 'Why, @Ana?' };
  const started = await call('POST', `/sessions/${sessionId}/comments`, { body: lines });
  expect(started).toMatchObject({ status: 201, body: { threadId: expect.stringContaining('thr_') } });
  const threadId = String(started.body['threadId']);
  expect((await call('POST', `/comments/${threadId}/replies`, { body: { body: 'Because' } })).status).toBe(201);
  const resolved = await call('POST', `/comments/${threadId}/resolution`, { body: { resolved: true } });
  expect(resolved).toMatchObject({ status: 200, body: { id: threadId, state: 'resolved' } });
  const { body } = await call('GET', `/sessions/${sessionId}/comments`);
  expect(itemsOf(body)).toMatchObject([
    { id: threadId, path: 'src/money.ts', line: 1, endLine: 2, state: 'resolved', commentCount: 2, unreadCount: 0 },
  ]);
  const whole = await call('GET', `/comments/${threadId}`);
  expect(whole.body).toMatchObject({
    resolved: { by: { name: 'Ana' } },
    comments: [{ body: 'Why, @Ana?', author: { name: 'Ana' } }, { body: 'Because' }],
  });
  const again = await call('POST', `/comments/${threadId}/resolution`, { body: { resolved: true } });
  expect(again.status).toBe(409);
});

test('a stream goes on after the last id, and says when nothing follows', { timeout: 120_000 }, async () => {
  if (!sandbox.ok) return;
  const sessionId = await newSession(await readyProject('Streams'), 'Streams');
  const asked = await call('POST', `/sessions/${sessionId}/prompts`, { body: { agent: 'refactor', text: 'help' } });
  const runId = String(asked.body['runId']);
  const events = await streamed(runId);
  const last = events.at(-1)?.seq ?? 0;
  const resume = (id: number) =>
    fetch(`${http.url}/api/v1/runs/${runId}/events?stream=1`, {
      headers: { authorization: `Bearer ${token}`, 'last-event-id': String(id) },
    });
  expect(eventsIn(await (await resume(events[0]?.seq ?? 0)).text())).toEqual(events.slice(1));
  expect((await resume(last)).status).toBe(204);
});
