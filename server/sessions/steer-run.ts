import { eq } from 'drizzle-orm';
import { z } from 'zod';
import { schema } from '../../db/client.ts';
import { appendAudit } from '../audit/append.ts';
import { withTransaction, type Context } from '../context.ts';
import { actorRef } from '../core/actor.ts';
import { AppError } from '../core/errors.ts';
import { isEndedRun } from '../core/run-state.ts';
import { newId } from '../platform/ids.ts';
import { notify } from '../platform/notify.ts';
import { appendSessionEvent } from '../runs/event-log.ts';
import { listAgents } from '../runs/list-agents.ts';
import { authorizeRun } from '../runs/queries.ts';
import { steerBecomesPrompt } from '../runs/steers.ts';
import { promptText, requireMode, requireOpen } from './prepare-prompt.ts';
import { wordsKept } from './words-kept.ts';

export const steerRunInput = z.object({ runId: z.string(), text: promptText });

/**
 * Says something into a turn that is at work. Its agent is told within a moment when it can be; else, and when the turn is
 * over by then, the words are the next prompt, under the name of whoever said them. The turn stays its asker's: their rights,
 * key and budget.
 * @returns what became of it so far
 * @throws AppError `conflict` for a prompt that has not begun
 */
export async function steerRun(
  ctx: Context,
  given: z.input<typeof steerRunInput>,
): Promise<{ steerId: string; outcome: 'waiting' | 'next' }> {
  const access = await authorizeRun(ctx, given.runId, 'prompt');
  const input = steerRunInput.parse(given);
  requireOpen(access.session);
  await requireMode(access, access.run.mode);
  const { teamId, actor } = access;
  const author = actorRef(actor);
  const text = await wordsKept(access.run, input.text);
  const agent = (await listAgents(ctx)).find(({ name }) => name === access.run.agent);
  return withTransaction(ctx, async (tx) => {
    const [run] = await tx.db.select().from(schema.run).where(eq(schema.run.id, access.run.id)).for('update');
    if (!run || (run.state === 'queued' && run.startedAt === null))
      throw new AppError('conflict', 'This prompt has not begun, so there is nothing to steer. Edit it in the queue.');
    const { id: runId, sessionId } = run;
    const steerId = newId('str');
    const seq = await appendSessionEvent(tx.db, {
      sessionId,
      teamId,
      actor: author,
      body: { type: 'steer', runId, steerId, text },
    });
    const row = {
      id: steerId,
      teamId,
      sessionId,
      runId,
      seq,
      text,
      authorId: author.id,
      authorName: author.name,
      state: 'waiting' as const,
    };
    await tx.db.insert(schema.runSteer).values(row);
    const hears = agent?.steers === true && !isEndedRun(run.state) && !run.cancelRequestedAt;
    const outcome = hears ? 'waiting' : 'next';
    await appendAudit(tx, {
      teamId,
      action: 'run.steer',
      resource: { type: 'run', id: runId },
      detail: { sessionId, steerId, characters: text.length, outcome },
    });
    if (hears) await notify(tx.db, 'run_steer', runId);
    else await steerBecomesPrompt(tx, { run, steer: row });
    return { steerId, outcome };
  });
}
