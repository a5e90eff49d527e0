import { z } from 'zod';
import { appendAudit } from '../../audit/append.ts';
import { withTransaction, type Context } from '../../context.ts';
import { authorizeThread, setChoice } from './thread-row.ts';

export const chooseThreadInput = z.object({ agentThreadId: z.string() });

/** Makes the caller's next prompts to the thread's agent go to this thread. */
export async function chooseThread(ctx: Context, given: z.infer<typeof chooseThreadInput>): Promise<void> {
  const { agentThreadId: threadId } = chooseThreadInput.parse(given);
  const { thread, teamId, actor } = await authorizeThread(ctx, threadId, 'prompt');
  const { sessionId, agent } = thread;
  await withTransaction(ctx, async (tx) => {
    await setChoice(tx, { sessionId, teamId, agent, personId: actor.personId, threadId });
    await appendAudit(tx, {
      teamId,
      action: 'agent_thread.choose',
      resource: { type: 'agent_thread', id: threadId },
      detail: { sessionId, agent },
    });
  });
}
