import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { setDatabaseUrl } from '../../db/client.ts';
import { testDatabase } from '../../db/testing.ts';
import { auditOf } from '../auth/testing.ts';
import { closeQueue } from '../jobs/queue.ts';
import { closeNotifications } from '../platform/notifications.ts';
import { logOf, newTestSession, newTestWorker, runRow, type TestSession } from '../runs/testing.ts';
import { declineProposal, sendProposal, withdrawProposal } from './decide-proposal.ts';
import { proposePrompt } from './propose-prompt.ts';
import { sendPrompt } from './send-prompt.ts';
import { newGuest } from './testing-guests.ts';

const { url } = await testDatabase();
setDatabaseUrl(url);

let session: TestSession;

beforeAll(async () => {
  await newTestWorker();
});
beforeEach(async () => {
  session = await newTestSession();
});
afterAll(async () => {
  await closeQueue();
  await closeNotifications();
});

const guest = (level: 'view' | 'comment' | 'edit' = 'comment') =>
  newGuest(session.developer.ctx, { sessionId: session.sessionId, level });
const words = (text = 'Rename a to b') => ({ sessionId: session.sessionId, text });
const ofType = async (type: string) => (await logOf(session.sessionId)).filter((body) => body['type'] === type);

test('[CV20] a guest’s prompt is a proposal; sent by a member it is theirs, and says whose words it has', async () => {
  const gus = await guest();
  await expect(sendPrompt(gus.ctx, { ...words(), agent: 'refactor' })).rejects.toMatchObject({ code: 'not_found' });
  const { proposalId } = await proposePrompt(gus.ctx, words());
  expect(await ofType('prompt')).toEqual([]);
  const { runId } = await sendProposal(session.developer.ctx, { proposalId });
  expect(await runRow(runId)).toMatchObject({ askedBy: session.developer.personId, prompt: 'Rename a to b' });
  const [prompt] = await ofType('prompt');
  expect(prompt).toMatchObject({ runId, proposalId, wordsOf: { name: expect.stringContaining('(guest)') } });
  expect(await ofType('proposal_decided')).toMatchObject([{ proposalId, outcome: 'sent', runId }]);
  const actions = (await auditOf('session', session.sessionId)).map(({ action }) => action);
  expect(actions).toEqual(expect.arrayContaining(['prompt.propose', 'proposal.sent']));
  expect((await auditOf('run', runId)).map(({ action }) => action)).toEqual(['prompt.send']);
});

test('[CV20] a viewer proposes as well; whoever may only look, and strangers, do not', async () => {
  await proposePrompt(session.viewer.ctx, words());
  await expect(proposePrompt((await guest('view')).ctx, words())).rejects.toMatchObject({ code: 'forbidden' });
  await expect(proposePrompt(session.stranger.ctx, words())).rejects.toMatchObject({ code: 'not_found' });
});

test('[CV21] of several who decide at once one does, and nobody decides later', async () => {
  const { proposalId } = await proposePrompt(session.viewer.ctx, words());
  const done = await Promise.allSettled([
    sendProposal(session.lead.ctx, { proposalId }),
    sendProposal(session.developer.ctx, { proposalId }),
    declineProposal(session.developer.ctx, { proposalId }),
    withdrawProposal(session.viewer.ctx, { proposalId }),
  ]);
  expect(done.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  expect(await ofType('proposal_decided')).toHaveLength(1);
  expect((await ofType('prompt')).length).toBeLessThanOrEqual(1);
  await expect(declineProposal(session.lead.ctx, { proposalId })).rejects.toMatchObject({ code: 'conflict' });
});

test('[CV21] declining says why; only members decide, and only its author withdraws it', async () => {
  const gus = await guest('edit');
  const { proposalId } = await proposePrompt(gus.ctx, words());
  await expect(sendProposal(gus.ctx, { proposalId })).rejects.toMatchObject({ code: 'not_found' });
  await expect(declineProposal(session.viewer.ctx, { proposalId })).rejects.toMatchObject({ code: 'forbidden' });
  await expect(withdrawProposal(session.developer.ctx, { proposalId })).rejects.toMatchObject({ code: 'not_found' });
  await expect(sendProposal(session.stranger.ctx, { proposalId })).rejects.toMatchObject({ code: 'not_found' });
  await declineProposal(session.developer.ctx, { proposalId, reason: 'Not now' });
  expect(await ofType('proposal_decided')).toMatchObject([{ outcome: 'declined', reason: 'Not now' }]);
  const { proposalId: second } = await proposePrompt(gus.ctx, words());
  await withdrawProposal(gus.ctx, { proposalId: second });
  expect((await ofType('proposal_decided')).at(-1)).toMatchObject({ outcome: 'withdrawn' });
});

test('[CV22] somebody’s open proposals have a bound', async () => {
  for (let at = 0; at < 10; at += 1) await proposePrompt(session.viewer.ctx, words());
  await expect(proposePrompt(session.viewer.ctx, words())).rejects.toMatchObject({ code: 'conflict' });
});
