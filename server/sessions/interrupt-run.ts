import { and, eq, inArray } from 'drizzle-orm';
import type { z } from 'zod';
import { schema } from '../../db/client.ts';
import { appendAudit } from '../audit/append.ts';
import { authorizeSession } from '../auth/authorize.ts';
import { withTransaction, type Context } from '../context.ts';
import { cancelRun } from '../runs/request-cancel.ts';
import { preparePrompt } from './prepare-prompt.ts';
import { placePrompt, sendPromptInput } from './send-prompt.ts';

/**
 * Stops the turn that is at work in the session and goes on with this prompt at once: both, or neither. Of two people
 * who interrupt one turn the first goes first. Without a turn at work it is a prompt like others.
 * @throws AppError as `sendPrompt`
 */
export async function interruptRun(
  ctx: Context,
  given: z.input<typeof sendPromptInput>,
): Promise<{ runId: string; stopped: string | null }> {
  const access = await authorizeSession(ctx, given.sessionId, 'prompt');
  const prompt = await preparePrompt(ctx, { access, fields: sendPromptInput.parse(given) });
  const { run } = schema;
  return withTransaction(ctx, async (tx) => {
    const [current] = await tx.db
      .select()
      .from(run)
      .where(and(eq(run.sessionId, prompt.sessionId), inArray(run.state, ['running', 'waiting'])))
      .for('update');
    const { runId } = await placePrompt(tx, { ...prompt, ...(current && { interrupts: current.id }) });
    if (current) {
      await cancelRun(tx, { run: current, by: access.actor });
      await appendAudit(tx, {
        teamId: prompt.teamId,
        action: 'run.interrupt',
        resource: { type: 'run', id: current.id },
        detail: { sessionId: prompt.sessionId, runId },
      });
    }
    return { runId, stopped: current?.id ?? null };
  });
}
