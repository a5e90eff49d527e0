import { and, eq } from 'drizzle-orm';
import { schema } from '../../../db/client.ts';
import { authorizeSession, type SessionAccess } from '../../auth/authorize.ts';
import type { Context } from '../../context.ts';
import { actorRef } from '../../core/actor.ts';
import { AppError } from '../../core/errors.ts';
import type { SessionRight } from '../../core/permissions.ts';
import { newId } from '../../platform/ids.ts';
import { appendSessionEvent } from '../event-log.ts';

/** A conversation of a session with one agent. Rules: docs/spec/threads.md. */
export type ThreadRow = typeof schema.agentThread.$inferSelect;

export const noSuchThread = (): AppError =>
  new AppError('not_found', 'There is no such conversation, or you have no access to it.');

/**
 * A thread and the actor's access to its session.
 * @throws AppError `not_found` when the actor may not see it, `forbidden` when the right is missing
 */
export async function authorizeThread(
  ctx: Context,
  threadId: string,
  right: SessionRight,
): Promise<SessionAccess & { thread: ThreadRow }> {
  const [thread] = await ctx.db.select().from(schema.agentThread).where(eq(schema.agentThread.id, threadId));
  const access = await authorizeSession(ctx, thread?.sessionId ?? '', right).catch((error: unknown) => {
    throw error instanceof AppError && error.code === 'not_found' ? noSuchThread() : error;
  });
  if (!thread || thread.teamId !== access.teamId) throw noSuchThread();
  return { ...access, thread };
}

type NewThread = { sessionId: string; teamId: string; agent: string; personId: string; forkedFromRunId?: string };

/** In the caller's transaction. @returns its id */
export async function insertThread(tx: Context, thread: NewThread): Promise<string> {
  const id = newId('cnv');
  const { sessionId, teamId, agent, personId, forkedFromRunId = null } = thread;
  await tx.db
    .insert(schema.agentThread)
    .values({ id, sessionId, teamId, agent, heldBy: personId, createdBy: personId, forkedFromRunId });
  return id;
}

type Choice = { sessionId: string; teamId: string; agent: string; personId: string; threadId: string };

/** From now on a person's prompts to the agent go to this thread. */
export async function setChoice(tx: Context, choice: Choice): Promise<void> {
  const { agentThreadChoice: table } = schema;
  await tx.db
    .insert(table)
    .values(choice)
    .onConflictDoUpdate({
      target: [table.sessionId, table.personId, table.agent],
      set: { threadId: choice.threadId },
      setWhere: eq(table.teamId, choice.teamId),
    });
}

export async function findChoice(tx: Context, of: Omit<Choice, 'threadId'>): Promise<string | undefined> {
  const { agentThreadChoice: table } = schema;
  const [row] = await tx.db
    .select({ threadId: table.threadId })
    .from(table)
    .where(
      and(
        eq(table.sessionId, of.sessionId),
        eq(table.teamId, of.teamId),
        eq(table.personId, of.personId),
        eq(table.agent, of.agent),
      ),
    );
  return row?.threadId;
}

/** A thread that a person begins by themselves; their prompts go to it from now on. In the caller's transaction. */
export async function startThread(
  tx: Context,
  access: Pick<SessionAccess, 'session' | 'teamId' | 'actor'>,
  thread: { agent: string; forkedFromRunId?: string },
): Promise<string> {
  const { session, teamId, actor } = access;
  const of = { sessionId: session.id, teamId, agent: thread.agent, personId: actor.personId };
  const { forkedFromRunId } = thread;
  const threadId = await insertThread(tx, { ...of, ...(forkedFromRunId !== undefined && { forkedFromRunId }) });
  await setChoice(tx, { ...of, threadId });
  await appendSessionEvent(tx.db, {
    sessionId: session.id,
    teamId,
    actor: actorRef(actor),
    body: {
      type: 'agent_thread_started',
      threadId,
      agent: thread.agent,
      ...(forkedFromRunId !== undefined && { fromRunId: forkedFromRunId }),
    },
  });
  return threadId;
}
