import { afterAll, expect, it } from 'vitest';
import { setDatabaseUrl } from '../../db/client.ts';
import { testDatabase } from '../../db/testing.ts';
import { closeQueue } from '../jobs/queue.ts';
import { closeNotifications } from '../platform/notifications.ts';
import { newTestWorker } from '../runs/testing.ts';
import { createSession } from '../sessions/create-session.ts';
import { sendPrompt } from '../sessions/send-prompt.ts';
import { newProject, newStaffedTeam } from '../workspace/testing.ts';
import { runFilePolicy } from './run-files.ts';

const { url } = await testDatabase();
setDatabaseUrl(url);
afterAll(async () => {
  await closeQueue();
  await closeNotifications();
});

it('[PO20] a run takes no file that policy closes, and is told by which rule', async () => {
  await newTestWorker();
  const team = await newStaffedTeam('Alpha');
  const { ctx } = team.developer;
  const { id: sessionId } = await createSession(ctx, { projectId: await newProject(team), title: 'Files' });
  const { runId } = await sendPrompt(ctx, { sessionId, text: 'look', agent: 'refactor' });
  const requireOpen = runFilePolicy({ id: runId, teamId: team.teamId });
  await expect(requireOpen('src/money.ts')).resolves.toBeUndefined();
  await expect(requireOpen('deploy/tls.pem')).rejects.toMatchObject({
    code: 'forbidden',
    message: expect.stringMatching(/^deploy\/tls\.pem is closed to agents, by policy: “Files that hold keys/) as string,
    details: { reason: 'policy', rules: ['key-files-are-closed'] },
  });
  await expect(runFilePolicy({ id: 'run_0none', teamId: team.teamId })('a.ts')).rejects.toMatchObject({
    code: 'forbidden',
  });
});
