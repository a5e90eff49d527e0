import { afterAll, expect, test, vi } from 'vitest';
import { roomFixture } from '../../db/testing-room.ts';
import { policy, putInForce } from '../governance/testing-policies.ts';
import { closeNotifications } from '../platform/notifications.ts';
import { newTestWorker } from '../runs/testing.ts';
import { sendPrompt } from '../sessions/send-prompt.ts';
import { decideAll } from './decide-all.ts';
import { decideHunk } from './decide-hunk.ts';
import { getSuggestion } from './queries.ts';
import { suggest } from './testing.ts';

const room = await roomFixture();
const ada = await room.person('developer', 'Ada');
afterAll(() => closeNotifications());

const everything = policy('everything', 'permit (principal, action, resource)');

test('[PO20] what policy wants to be reviewed is not accepted as a whole, and is hunk by hunk', async () => {
  const sessionId = await room.session({ 'src/auth/key.ts': 'one\n', 'a.ts': 'two\n' });
  const files = { 'src/auth/key.ts': 'ONE\n', 'a.ts': 'TWO\n' };
  const suggestionId = (await suggest(room, sessionId, { files })) ?? '';
  const review = policy(
    'review-auth',
    'forbid (principal, action == Action::"applyWithoutReview", resource) when { resource.path like "src/auth/*" }',
  );
  await putInForce(room.teamId, everything + review, ada.actor?.kind === 'person' ? ada.actor.personId : '');
  const answer = await decideAll(ada, { suggestionId, decision: 'accept' });
  expect(answer.decided).toMatchObject([{ path: 'a.ts', state: 'accepted' }]);
  expect(answer.conflicts).toMatchObject([
    {
      path: 'src/auth/key.ts',
      message: expect.stringContaining('“The rule review-auth” (team:review-auth)') as string,
    },
  ]);
  const hunkId = answer.conflicts[0]?.hunkId ?? '';
  expect(await decideHunk(ada, { suggestionId, hunkId, decision: 'accept' })).toMatchObject({ state: 'accepted' });
  const { files: after } = await getSuggestion(ada, suggestionId);
  expect(after.flatMap((file) => file.hunks.map(({ state }) => state))).toEqual(['accepted', 'accepted']);
});

test('[PO20] an agent goes on unwatched only where policy permits it', async () => {
  await newTestWorker();
  const sessionId = await room.session({ 'a.ts': 'one\n' });
  const watch = policy('watched', 'forbid (principal, action == Action::"runUnattended", resource)');
  await putInForce(room.teamId, everything + watch, ada.actor?.kind === 'person' ? ada.actor.personId : '');
  const prompt = { sessionId, text: 'go on', agent: 'refactor' };
  await vi.waitFor(
    () =>
      expect(sendPrompt(ada, { ...prompt, mode: 'auto' })).rejects.toMatchObject({
        code: 'forbidden',
        message: expect.stringContaining('(team:watched)') as string,
      }),
    { timeout: 4_000, interval: 20 },
  );
  await expect(sendPrompt(ada, { ...prompt, mode: 'edit' })).resolves.toMatchObject({
    runId: expect.any(String) as string,
  });
});
