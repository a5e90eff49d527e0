import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { setDatabaseUrl } from '../../db/client.ts';
import { testDatabase } from '../../db/testing.ts';
import { systemContext } from '../context.ts';
import { revealMasked } from '../governance/dlp/reveal-masked.ts';
import { closeQueue } from '../jobs/queue.ts';
import { closeNotifications } from '../platform/notifications.ts';
import { claimRun } from '../runs/claim-run.ts';
import { logOf, newTestSession, newTestWorker, runRow, type TestSession } from '../runs/testing.ts';
import { editPrompt } from './edit-prompt.ts';
import { proposePrompt } from './propose-prompt.ts';
import { sendPrompt } from './send-prompt.ts';
import { steerRun } from './steer-run.ts';

const { url } = await testDatabase();
setDatabaseUrl(url);
const token = ['ghp', 'q7Zt2LmXc9VbN4kPw8RsYd3HfJ6gTa1Ue5Bo'].join('_');

let session: TestSession;
let workerId: string;

beforeAll(async () => {
  workerId = await newTestWorker();
});
beforeEach(async () => {
  session = await newTestSession();
});
afterAll(async () => {
  await closeQueue();
  await closeNotifications();
});

const send = async (text: string) =>
  (await sendPrompt(session.developer.ctx, { sessionId: session.sessionId, text, agent: 'refactor' })).runId;
const maskIn = (text: string) => /ghp_masked\w+/.exec(text)?.[0] ?? '';

test('[DL23] a secret in a prompt is kept as its mask, and who may edit sees the value', async () => {
  const runId = await send(`Use ${token} to sign in as bo@example.org`);
  const { prompt } = await runRow(runId);
  const placeholder = maskIn(prompt);
  expect(prompt).toBe(`Use ${placeholder} to sign in as bo@example.org`);
  const log = await logOf(session.sessionId);
  expect(log).toContainEqual(expect.objectContaining({ type: 'prompt', text: prompt }));
  expect(JSON.stringify(log)).not.toContain(token);
  const asked = { sessionId: session.sessionId, placeholders: [placeholder] };
  expect(await revealMasked(session.developer.ctx, asked)).toEqual([{ placeholder, value: token }]);
});

test('[DL23] so it is in a prompt that is changed, in words said into a turn, and in a proposal', async () => {
  const running = await send('one');
  const waiting = await send('two');
  await claimRun(systemContext('worker'), { runId: running, workerId });
  await editPrompt(session.developer.ctx, { runId: waiting, text: `two with ${token}` });
  await steerRun(session.developer.ctx, { runId: running, text: `go on with ${token}` });
  await proposePrompt(session.viewer.ctx, { sessionId: session.sessionId, text: `try ${token}` });
  const log = await logOf(session.sessionId);
  expect(JSON.stringify(log)).not.toContain(token);
  const texts = log.flatMap((body) =>
    ['prompt_edited', 'steer', 'prompt_proposed'].includes(String(body['type'])) ? [String(body['text'])] : [],
  );
  const mask = maskIn((await runRow(waiting)).prompt);
  expect(texts).toEqual([`two with ${mask}`, `go on with ${mask}`, `try ${mask}`]);
});
