import { z } from 'zod';
import { appendAudit } from '../../audit/append.ts';
import { authorizeSession } from '../../auth/authorize.ts';
import { withTransaction, type Context } from '../../context.ts';
import { AppError } from '../../core/errors.ts';
import { requireAgent } from '../list-agents.ts';
import { startThread } from './thread-row.ts';

export const beginThreadInput = z.object({ sessionId: z.string(), agent: z.string().min(1).max(100) });

/** Begins a new conversation with an agent: what was said before is not remembered in it. The caller's next prompts go to it. */
export async function beginThread(
  ctx: Context,
  given: z.infer<typeof beginThreadInput>,
): Promise<{ threadId: string }> {
  const { sessionId, agent: name } = beginThreadInput.parse(given);
  const access = await authorizeSession(ctx, sessionId, 'prompt');
  if (access.session.archivedAt) throw archived();
  const agent = await requireAgent(ctx, name);
  return withTransaction(ctx, async (tx) => {
    const threadId = await startThread(tx, access, { agent: agent.name });
    await appendAudit(tx, {
      teamId: access.teamId,
      action: 'agent_thread.begin',
      resource: { type: 'agent_thread', id: threadId },
      detail: { sessionId, agent: agent.name },
    });
    return { threadId };
  });
}

export const archived = (): AppError =>
  new AppError('conflict', 'This session is archived. Unarchive it to work in it again.');
