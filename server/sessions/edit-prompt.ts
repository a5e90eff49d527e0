import { and, eq } from 'drizzle-orm';
import { z } from 'zod';
import { schema } from '../../db/client.ts';
import { appendAudit } from '../audit/append.ts';
import { withTransaction, type Context } from '../context.ts';
import { actorRef } from '../core/actor.ts';
import { AppError } from '../core/errors.ts';
import { appendSessionEvent, lockEventLog } from '../runs/event-log.ts';
import { authorizeRun } from '../runs/queries.ts';
import { promptText } from './prepare-prompt.ts';
import { wordsKept } from './words-kept.ts';

export const editPromptInput = z.object({ runId: z.string(), text: promptText });

/**
 * Changes the text of a prompt that waits in the queue; its author may, and whoever may approve.
 * @throws AppError `conflict` when its run has started
 */
export async function editPrompt(ctx: Context, given: z.input<typeof editPromptInput>): Promise<void> {
  const { run, actor, rights } = await authorizeRun(ctx, given.runId, 'prompt');
  if (run.askedBy !== actor.personId && !rights.includes('approve'))
    throw new AppError('forbidden', 'This prompt is someone else’s. Its author or a lead may change it.');
  const text = await wordsKept(run, editPromptInput.parse(given).text);
  await withTransaction(ctx, async (tx) => {
    await lockEventLog(tx.db, run.sessionId);
    const changed = await tx.db
      .update(schema.run)
      .set({ prompt: text })
      .where(and(eq(schema.run.id, run.id), eq(schema.run.state, 'queued')))
      .returning({ id: schema.run.id });
    if (changed.length === 0)
      throw new AppError('conflict', 'The run has started, so its prompt stays as it is. Send another prompt.');
    const { teamId, sessionId } = run;
    await appendSessionEvent(tx.db, {
      sessionId,
      teamId,
      actor: actorRef(actor),
      body: { type: 'prompt_edited', runId: run.id, text },
    });
    await appendAudit(tx, {
      teamId,
      action: 'prompt.edit',
      resource: { type: 'run', id: run.id },
      detail: { sessionId, characters: text.length },
    });
  });
}
