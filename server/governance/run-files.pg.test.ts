import { afterAll, expect, it } from 'vitest';
import { setDatabaseUrl } from '../../db/client.ts';
import { testDatabase } from '../../db/testing.ts';
import { closeQueue } from '../jobs/queue.ts';
import { closeNotifications } from '../platform/notifications.ts';
import { newTestWorker } from '../runs/testing.ts';
import { createSession } from '../sessions/create-session.ts';
import { sendPrompt } from '../sessions/send-prompt.ts';
import { newProject, newStaffedTeam } from '../workspace/testing.ts';
import { firstRunModel } from './first-run-model.ts';
import { runFilePolicy } from './run-files.ts';
import { newModel, newProvider } from './testing.ts';

const { url } = await testDatabase();
setDatabaseUrl(url);
afterAll(async () => {
  await closeQueue();
  await closeNotifications();
});

it('[GW141] a run for which nobody chose a model gets the cheapest that can work with tools', async () => {
  await newTestWorker();
  const team = await newStaffedTeam('Beta');
  const { id: sessionId } = await createSession(team.developer.ctx, {
    projectId: await newProject(team),
    title: 'Models',
  });
  const { runId } = await sendPrompt(team.developer.ctx, { sessionId, text: 'look', agent: 'refactor' });
  const choice = () => firstRunModel({ id: runId, teamId: team.teamId });
  await expect(choice()).rejects.toMatchObject({ code: 'unavailable' });
  const providerId = await newProvider({ baseUrl: 'http://127.0.0.1:9/v1' });
  const target = { providerId, upstreamModel: 'm' };
  const capabilities = { tools: false, images: false, thinking: false, streaming: true };
  await newModel('a-unpriced', [target]);
  await expect.poll(choice, { timeout: 15_000 }).toBe('a-unpriced');
  await newModel('b-dear', [{ ...target, priceInput: 2, priceOutput: 20 }]);
  await newModel('c-cheap', [{ ...target, priceInput: 3, priceOutput: 10 }]);
  await newModel('d-without-tools', [{ ...target, priceInput: 1, priceOutput: 1, capabilities }]);
  await expect.poll(choice, { timeout: 15_000 }).toBe('c-cheap');
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
