import { eq } from 'drizzle-orm';
import { db, schema } from '../../db/client.ts';
import { newPerson, newTeam, type TestPerson } from '../auth/testing.ts';
import { systemContext } from '../context.ts';
import type { AgentDescription } from '../core/agent-description.ts';
import { newId } from '../platform/ids.ts';
import { sendPrompt } from '../sessions/send-prompt.ts';
import { registerWorker } from './register-worker.ts';

/** Sessions and runs for tests that need rows only: no repository, no worker process. */
export type TestSession = {
  teamId: string;
  sessionId: string;
  lead: TestPerson;
  developer: TestPerson;
  viewer: TestPerson;
  /** Member of another team. */
  stranger: TestPerson;
};

export const testAgent: AgentDescription = {
  name: 'refactor',
  title: 'Refactor',
  description: 'A test agent',
  needsModel: false,
  modes: ['ask', 'plan', 'edit', 'auto'],
  defaultMode: 'edit',
  remembers: true,
  availability: { ok: true },
};

/** A live worker that offers these agents. @returns its id */
export async function newTestWorker(agents: AgentDescription[] = [testAgent]): Promise<string> {
  const workerId = newId('node');
  await registerWorker(systemContext('test'), { workerId, agents });
  return workerId;
}

export async function newTestSession(): Promise<TestSession> {
  const [lead, developer, viewer] = [await newPerson('Lea'), await newPerson('Dev'), await newPerson('Vic')];
  const stranger = await newPerson('Stu');
  const teamId = await newTeam('Alpha', [
    [lead, 'lead'],
    [developer, 'developer'],
    [viewer, 'viewer'],
  ]);
  await newTeam('Beta', [[stranger, 'admin']]);
  const projectId = newId('prj');
  await db()
    .insert(schema.project)
    .values({
      id: projectId,
      teamId,
      name: 'Ledger',
      slug: projectId,
      source: { type: 'empty' },
      status: 'ready',
      createdBy: lead.personId,
    });
  const sessionId = newId('ses');
  const commit = 'c'.repeat(40);
  await db().insert(schema.session).values({
    id: sessionId,
    teamId,
    projectId,
    title: 'Work',
    branch: 'main',
    baseCommit: commit,
    headCommit: commit,
    createdBy: lead.personId,
  });
  return { teamId, sessionId, lead, developer, viewer, stranger };
}

/** A prompt of the session's developer. @returns the run's id */
export async function newTestRun(session: TestSession, text = 'rename a to b'): Promise<string> {
  const { sessionId } = session;
  return (await sendPrompt(session.developer.ctx, { sessionId, text, agent: 'refactor' })).runId;
}

export async function runRow(runId: string): Promise<typeof schema.run.$inferSelect> {
  const [row] = await db().select().from(schema.run).where(eq(schema.run.id, runId));
  if (!row) throw new Error(`no run ${runId}`);
  return row;
}

/** The bodies of a session's log, in order. */
export async function logOf(sessionId: string): Promise<Record<string, unknown>[]> {
  const { sessionEvent } = schema;
  const rows = await db()
    .select({ body: sessionEvent.body })
    .from(sessionEvent)
    .where(eq(sessionEvent.sessionId, sessionId))
    .orderBy(sessionEvent.seq);
  return rows.map(({ body }) => body);
}

/** Makes a claimed run look as if its worker had been silent for a minute. */
export async function silence(runId: string): Promise<void> {
  await db()
    .update(schema.run)
    .set({ heartbeatAt: new Date(Date.now() - 60_000) })
    .where(eq(schema.run.id, runId));
}
