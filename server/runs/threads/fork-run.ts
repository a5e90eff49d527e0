import { z } from 'zod';
import { appendAudit } from '../../audit/append.ts';
import { withTransaction, type Context } from '../../context.ts';
import { AppError } from '../../core/errors.ts';
import { isEndedRun } from '../../core/run-state.ts';
import { requireAgent } from '../list-agents.ts';
import { authorizeRun } from '../queries.ts';
import { archived } from './begin-thread.ts';
import { startThread } from './thread-row.ts';

export const forkRunInput = z.object({ runId: z.string() });

/**
 * Begins a conversation where another one was after this turn, whoever sent its prompt: the agent remembers what was said up to
 * there and has the files as they were then. The first one goes on untouched. The caller's next prompts go to the new one.
 * @throws AppError `conflict` while the turn is at work or waits, `unsupported` for an agent that remembers nothing
 */
export async function forkRun(
  ctx: Context,
  given: z.infer<typeof forkRunInput>,
): Promise<{ threadId: string; agent: string }> {
  const { runId } = forkRunInput.parse(given);
  const access = await authorizeRun(ctx, runId, 'prompt');
  const { run, session, teamId } = access;
  if (session.archivedAt) throw archived();
  if (!isEndedRun(run.state))
    throw new AppError('conflict', 'This turn has not ended, so nothing can go on from it. Fork it when it has.');
  const agent = await requireAgent(ctx, run.agent);
  if (agent.remembers !== true)
    throw new AppError(
      'unsupported',
      `${agent.title} remembers nothing, so there is nothing to go on from. Prompt it again.`,
    );
  return withTransaction(ctx, async (tx) => {
    const threadId = await startThread(tx, access, { agent: run.agent, forkedFromRunId: run.id });
    await appendAudit(tx, {
      teamId,
      action: 'agent_thread.fork',
      resource: { type: 'agent_thread', id: threadId },
      detail: { sessionId: session.id, agent: run.agent, runId, fromThreadId: run.threadId },
    });
    return { threadId, agent: run.agent };
  });
}
