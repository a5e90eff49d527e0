import { and, eq } from 'drizzle-orm';
import { z } from 'zod';
import { schema } from '../../../db/client.ts';
import { appendAudit } from '../../audit/append.ts';
import { mayStill } from '../../auth/may-still.ts';
import { withTransaction, type Context } from '../../context.ts';
import { actorRef } from '../../core/actor.ts';
import { AppError } from '../../core/errors.ts';
import { appendSessionEvent } from '../event-log.ts';
import { authorizeThread, setChoice } from './thread-row.ts';

export const handOverThreadInput = z.object({ agentThreadId: z.string(), personId: z.string() });

/**
 * Makes a conversation another person's: their next prompts to the agent go on with it, with their own rights, key and budget.
 * What waits in the queue stays its author's.
 * @throws AppError `invalid` when that person may not prompt in the session
 */
export async function handOverThread(ctx: Context, given: z.infer<typeof handOverThreadInput>): Promise<void> {
  const { agentThreadId: threadId, personId } = handOverThreadInput.parse(given);
  const { thread, teamId, actor } = await authorizeThread(ctx, threadId, 'prompt');
  const { sessionId, agent } = thread;
  const { person, agentThread } = schema;
  const [to] = await ctx.db.select({ name: person.name }).from(person).where(eq(person.id, personId));
  if (!to || !(await mayStill(ctx, { personId, sessionId, right: 'prompt' })))
    throw new AppError('invalid', 'This person may not prompt in this session. Choose someone who may.');
  if (thread.heldBy === personId) return;
  await withTransaction(ctx, async (tx) => {
    await tx.db
      .update(agentThread)
      .set({ heldBy: personId })
      .where(and(eq(agentThread.id, threadId), eq(agentThread.teamId, teamId)));
    await setChoice(tx, { sessionId, teamId, agent, personId, threadId });
    await appendSessionEvent(tx.db, {
      sessionId,
      teamId,
      actor: actorRef(actor),
      body: { type: 'agent_thread_handed_over', threadId, agent, to: { id: personId, name: to.name } },
    });
    await appendAudit(tx, {
      teamId,
      action: 'agent_thread.hand_over',
      resource: { type: 'agent_thread', id: threadId },
      detail: { sessionId, agent, before: { heldBy: thread.heldBy }, after: { heldBy: personId } },
    });
  });
}
