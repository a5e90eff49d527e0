import { and, eq } from 'drizzle-orm';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { schema, setDatabaseUrl } from '../../db/client.ts';
import { testDatabase } from '../../db/testing.ts';
import { placeholderFor } from '../core/dlp/placeholder.ts';
import type { SessionEventBody } from '../core/session-event.ts';
import { closeNotifications } from '../platform/notifications.ts';
import { seal } from '../platform/secrets.ts';
import { appendSessionEvent } from '../runs/event-log.ts';
import { newProject, newStaffedTeam, type TestTeam } from '../workspace/testing.ts';
import { closeQueue } from '../jobs/queue.ts';
import { createSession } from './create-session.ts';
import { exportSession, type SessionExport } from './export-session.ts';

const { db, url } = await testDatabase();
setDatabaseUrl(url);

const value = 'correct-horse-9';
const placeholder = placeholderFor({ detector: 'password', value }, new Uint8Array(64).fill(7));

let team: TestTeam;
let other: TestTeam;
let projectId: string;
let sessionId: string;

beforeAll(async () => {
  team = await newStaffedTeam('Alpha');
  other = await newStaffedTeam('Beta');
  projectId = await newProject(team);
}, 60_000);
beforeEach(async () => {
  sessionId = (await createSession(team.developer.ctx, { projectId, title: 'Fix rounding / totals' })).id;
  const of = { teamId: team.teamId, sessionId };
  await db.insert(schema.maskedValue).values({
    ...of,
    scopeId: sessionId,
    placeholder,
    valueSealed: seal('masked-value', value),
    class: 'secret',
    detector: 'password',
  });
  await db.insert(schema.eventBlob).values({ id: `blb_${sessionId}`, ...of, content: `all of it: ${placeholder}` });
});
afterAll(async () => {
  await closeQueue();
  await closeNotifications();
});

const say = (body: SessionEventBody) =>
  appendSessionEvent(db, {
    sessionId,
    teamId: team.teamId,
    actor: { kind: 'run', id: 'run_1', name: 'codex' },
    body,
  });
const said = (text: string, messageId = 'm1') => say({ type: 'agent_text', runId: 'run_1', messageId, text });

async function wholeOf(made: Promise<SessionExport>): Promise<string> {
  let text = '';
  for await (const chunk of (await made).chunks) text += chunk;
  return text;
}

test('[CV80] [CV81] a session as JSON has every entry and long text whole, masked', async () => {
  for (let at = 0; at < 450; at++) await said(`piece ${at} `);
  const toolCallId = 'c';
  await say({
    type: 'tool_call',
    runId: 'run_1',
    toolCallId,
    title: 'x',
    kind: 'execute',
    status: 'pending',
    paths: [],
  });
  const output = { text: 'all', blobId: `blb_${sessionId}`, sizeBytes: 40 };
  await say({ type: 'tool_call_update', runId: 'run_1', toolCallId, status: 'completed', output });
  const made = await exportSession(team.viewer.ctx, { sessionId, format: 'json' });
  expect(made.fileName).toBe('Fix-rounding-totals.json');
  const written = JSON.parse(await wholeOf(Promise.resolve(made)));
  expect(written).toMatchObject({ format: 'ensemble.session', version: 1, session: { id: sessionId } });
  expect(written.events.map(({ seq }: { seq: number }) => seq)).toEqual(Array.from({ length: 453 }, (_, at) => at + 1));
  expect(written.events.at(-1).body.output).toEqual({ text: `all of it: ${placeholder}`, sizeBytes: 40 });
});

test('[CV81] masked values stand in clear for those who may edit and ask for it, and for nobody else', async () => {
  await said(`the key is ${placeholder}.`);
  const asked = (format: 'markdown' | 'json', withValues: boolean) => ({ sessionId, format, withValues });
  for (const format of ['markdown', 'json'] as const) {
    expect(await wholeOf(exportSession(team.developer.ctx, asked(format, false)))).toContain(placeholder);
    const clear = await wholeOf(exportSession(team.developer.ctx, asked(format, true)));
    expect(clear).toContain(`the key is ${value}.`);
    expect(clear).not.toContain(placeholder);
  }
  await expect(exportSession(team.viewer.ctx, asked('markdown', true))).rejects.toMatchObject({ code: 'forbidden' });
});

test('[CV82] who is of another team gets nothing; each export is audited', async () => {
  await expect(exportSession(other.admin.ctx, { sessionId, format: 'json' })).rejects.toMatchObject({
    code: 'not_found',
  });
  await wholeOf(exportSession(team.developer.ctx, { sessionId, format: 'markdown', withValues: true }));
  const { auditEntry } = schema;
  const entries = await db
    .select()
    .from(auditEntry)
    .where(and(eq(auditEntry.action, 'session.export'), eq(auditEntry.resourceId, sessionId)));
  expect(entries).toMatchObject([
    {
      teamId: team.teamId,
      actorId: team.developer.personId,
      detail: { format: 'markdown', withValues: true, masks: 1 },
    },
  ]);
});

test('[CV82] whoever loses access while they read gets no more', async () => {
  for (let at = 0; at < 250; at++) await said(`piece ${at} `);
  const { chunks } = await exportSession(team.viewer.ctx, { sessionId, format: 'markdown' });
  const reading = chunks[Symbol.asyncIterator]();
  await reading.next();
  expect((await reading.next()).value).toContain('piece 0 ');
  await db.update(schema.session).set({ deletedAt: new Date() }).where(eq(schema.session.id, sessionId));
  await expect(reading.next()).rejects.toMatchObject({ code: 'not_found' });
});
