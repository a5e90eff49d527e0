import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { eq } from 'drizzle-orm';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { schema, setDatabaseUrl } from '../../db/client.ts';
import { testDatabase } from '../../db/testing.ts';
import { testingEnv } from '../../db/testing-data-folder.ts';
import { createCollab, type Collab } from '../collab/upgrade.ts';
import { closeQueue } from '../jobs/queue.ts';
import { newId } from '../platform/ids.ts';
import { closeNotifications } from '../platform/notifications.ts';
import { logOf, runRow } from '../runs/testing.ts';
import { createSession } from '../sessions/create-session.ts';
import { sendPrompt } from '../sessions/send-prompt.ts';
import { repoPath } from '../workspace/git.ts';
import { diffCommits } from '../workspace/git-objects.ts';
import { requestRoomCommand } from '../workspace/room-command.ts';
import { newProject, newStaffedTeam, type TestTeam } from '../workspace/testing.ts';

const { db, url } = await testDatabase();
setDatabaseUrl(url);
const long = 90_000;
let team: TestTeam;
let projectId: string;
let worker: ChildProcess;
let rooms: Collab;

const startRooms = async () =>
  createCollab({ nodeId: newId('node'), publicUrl: 'http://127.0.0.1:3000', nodeUrl: 'http://127.0.0.1:3000' });

beforeAll(async () => {
  team = await newStaffedTeam('Alpha');
  projectId = await newProject(team);
  rooms = await startRooms();
  worker = spawn(process.execPath, ['server/worker.ts'], {
    cwd: path.resolve(import.meta.dirname, '../..'),
    env: testingEnv({ DATABASE_URL: url, ENSEMBLE_ROLE: 'worker', LOG_LEVEL: 'error' }),
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(worker.stdout ?? worker, 'data');
}, long);
afterAll(async () => {
  worker.kill('SIGTERM');
  await once(worker, 'exit');
  await rooms.close();
  await closeQueue();
  await closeNotifications();
}, long);

test(
  '[RN12] a worker of its own starts from what people typed, also when the rooms change hands',
  { timeout: long },
  async () => {
    const { id: sessionId } = await createSession(team.developer.ctx, { projectId, title: 'Work' });
    const typed = 'export const draftTotal = 1;\nconsole.log(draftTotal);\n';
    const command = { kind: 'create_file', path: 'src/draft.ts', text: typed } as const;
    const made = await requestRoomCommand(team.developer.ctx, { sessionId, teamId: team.teamId, command });
    expect(made.state).toBe('done');
    await rooms.close();
    const prompt = { sessionId, text: 'rename draftTotal to finalTotal', agent: 'refactor' };
    const { runId } = await sendPrompt(team.developer.ctx, prompt);
    rooms = await startRooms();
    const ended = async () => (await runRow(runId)).finishedAt !== null;
    await vi.waitUntil(ended, { timeout: 45_000, interval: 50 });
    const run = await runRow(runId);
    expect(run).toMatchObject({ state: 'succeeded', error: null });
    const changes = await diffCommits(repoPath(projectId), run.baseCommit ?? '', run.resultCommit ?? '');
    expect(changes.map(({ path: file, status }) => [file, status])).toEqual([['src/draft.ts', 'modified']]);
    const [suggestion] = await db.select().from(schema.suggestion).where(eq(schema.suggestion.runId, runId));
    expect((await logOf(sessionId)).at(-1)).toMatchObject({ type: 'run_finished', suggestionId: suggestion?.id });
  },
);
